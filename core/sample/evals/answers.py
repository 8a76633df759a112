"""Recorded answers: what the offline model really said to cases, before and after the knowledge fix.

Loading the sample runs no model. ``python -m benchmarks.sample_runs`` asked the whole way to a draft once
and wrote :data:`ANSWERS`; here its lines become outputs again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.evals import Output
from core.knowledge import Article, ArticleVersion, Passage
from core.sample.material import FOLDER

ANSWERS = FOLDER / "eval_answers.jsonl"
BEFORE, AFTER = "before", "after"
MOST_RETRIEVED = 5
"""Of the passages that were found, so many are recorded."""
_MONTHS = (
    "january february march april may june july august september october november december "
    "januar februar märz mai juni juli oktober dezember enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre"
)
_MOVES = re.compile(rf"\d+|\b(?:{'|'.join(_MONTHS.split())})\b")


@dataclass(frozen=True, slots=True)
class Answers:
    """The outputs recorded for one case: by the build before, and by the build after the fix."""

    case: str
    asked: str
    said: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Places:
    """Where articles are in this database, to point citations there.

    Attributes:
        titles: by ``SOURCE/EXTERNAL_ID``.
        passages: id, version and text of the live ones, by the same.
    """

    titles: Mapping[str, str]
    passages: Mapping[str, Sequence[tuple[int, int, str]]]

    @classmethod
    def read(cls, session: Session) -> Places:
        """Every live article."""
        titles: dict[str, str] = {}
        passages: dict[str, list[tuple[int, int, str]]] = {}
        rows = session.execute(
            select(  # type: ignore[call-overload]
                Article.source,
                Article.external_id,
                ArticleVersion.title,
                Passage.id,
                ArticleVersion.id,
                Passage.text,
            )
            .join(ArticleVersion, col(ArticleVersion.id) == col(Article.live_version_id))
            .join(Passage, col(Passage.article_version_id) == col(ArticleVersion.id))
            .order_by(col(Passage.id))
        )
        for source, external_id, title, passage_id, version_id, text in rows:
            article = f"{source}/{external_id}"
            titles[article] = title
            passages.setdefault(article, []).append((passage_id, version_id, text))
        return cls(titles, passages)

    def citation(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """A citation as a run has it. What the live article no longer says has no passage: zeros."""
        article, quote = line["article"], line["quote"]
        found = next((each for each in self.passages.get(article, ()) if quote in each[2]), (0, 0, quote))
        return {
            **line,
            "title": self.titles.get(article, ""),
            "passage_id": found[0],
            "article_version_id": found[1],
            "passage": found[2],
        }


def read_answers() -> dict[str, Answers]:
    """What is recorded, by the key of the case."""
    if not ANSWERS.exists():
        return {}
    with ANSWERS.open(encoding="utf-8") as lines:
        recorded = [json.loads(line) for line in lines]
    return {
        each["case"]: Answers(each["case"], each["asked"], {BEFORE: each[BEFORE], AFTER: each[AFTER]})
        for each in recorded
    }


def asked_in(content: Mapping[str, Any]) -> str:
    """What an input asks, as 16 hex digits: its words but for dates and numbers, which move with the load."""
    said = [[each["author"], _MOVES.sub("0", each["text"].casefold())] for each in content["messages"]]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def recorded(output: Output) -> dict[str, Any]:
    """An output as a line keeps it: without keys of the database it came from, and nothing twice."""
    kept = output.as_json()
    for name in ("build_id", "findings", "stages", "steps"):
        kept.pop(name)
    kept["confidence"] = None if output.confidence is None else round(output.confidence, 4)
    kept["milliseconds"] = round(output.milliseconds, 1)
    kept["citations"] = [
        {name: each[name] for name in ("start", "end", "article", "quote")}
        | {"support": round(each["support"], 4)}
        for each in output.citations
    ]
    kept["retrieved"] = [[each["article"], each["score"]] for each in output.retrieved[:MOST_RETRIEVED]]
    kept["query"] = output.retrieved[0]["query"] if output.retrieved else ""
    return {name: value for name, value in kept.items() if value not in ("", [], (), 0, 0.0)}


def as_output(line: Mapping[str, Any], *, build_id: str, places: Places) -> Output:
    """A recorded line as the output of ``build_id``, citing the passages of this database."""
    query = line.get("query", "")
    return Output.from_json(
        {
            **line,
            "citations": [places.citation(each) for each in line.get("citations", ())],
            "retrieved": [
                {
                    "passage_id": 0,
                    "article": article,
                    "title": places.titles.get(article, ""),
                    "score": score,
                    "query": query,
                }
                for article, score in line.get("retrieved", ())
            ],
            "build_id": build_id,
        }
    )
