"""What a replay found, written down while its stage still stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.database import Database
from core.evals import compare_runs, held_out_among
from core.evals.tables import EvalCaseVersion, EvalResult
from core.identity import SYSTEM
from core.knowledge.tables import Article, Passage
from core.releases.replaying.staging import Stage
from core.releases.replaying.states import AFTER, BEFORE
from core.releases.replaying.verdicts import verdict_words
from core.releases.tables import Replay, ReplayAnswer

MOST_CHANGED = 200
"""Answers, and likewise searches, that are listed; all are counted."""
HELD_OUT = "a held-out case"
_NO_CASES = (
    "No verdict: no accepted case touches this, and there is no smoke suite with an accepted case. Accept a "
    "case about it, or add cases to a suite of the kind “smoke”, and replay again."
)
_DONE = ("done", "error")
_SAME = ("text", "decision", "reason", "question")

Output = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both answers to one thing. ``ref``: ``{version_id, before, after}`` or ``{conversation_id}``."""

    ref: dict[str, int]
    case_id: int | None
    before: Output
    after: Output


def write_report(replay: Replay, stage: Stage, *, database: Database) -> dict[str, Any]:
    """Verdict, flips, what would be answered differently and what searches would find differently.

    The gate reads ``word``, ``words``, ``errors_share``, ``critical_worse``, ``flips`` and ``n``.
    """
    with database.reading() as session:
        report = _of_runs(replay, session=session)
        changed: list[dict[str, int]] = []
        searches: list[dict[str, Any]] = []
        count = {"cases": 0, "conversations": 0, "searches": 0}
        for pair in (*_cases(replay, session=session), *_conversations(replay, session=session)):
            if _differ(pair.before, pair.after):
                count["conversations" if pair.case_id is None else "cases"] += 1
                changed.append(pair.ref)
            found = _retrieval(pair, stage, session=session)
            if found is not None:
                count["searches"] += 1
                searches.append(found)
        asked = session.exec(
            select(ReplayAnswer.error).where(ReplayAnswer.replay_id == replay.key, ReplayAnswer.side == AFTER)
        ).all()
    return {
        **report,
        "changed": changed[:MOST_CHANGED],
        "retrieval": searches[:MOST_CHANGED],
        "counts": {**count, "sampled": len(asked), "sample_errors": sum(bool(each) for each in asked)},
    }


def _of_runs(replay: Replay, *, session: Session) -> dict[str, Any]:
    if replay.baseline_run_id is None or replay.candidate_run_id is None:
        return {
            "word": "no verdict",
            "words": _NO_CASES,
            "errors_share": 0.0,
            "critical_worse": [],
            "flips": 0,
            "n": 0,
            "reused": 0,
        }
    found = compare_runs(SYSTEM, replay.baseline_run_id, replay.candidate_run_id, session=session)
    flips = [each for each in found.flips if abs(each.change) > 1e-9]
    critical = [each.facts for each in flips if each.facts.critical and each.change < 0]
    held_out = held_out_among([each.case_id for each in critical], session=session)
    names = [HELD_OUT if each.case_id in held_out else each.name for each in critical]
    return {
        "word": found.verdict.word,
        "words": verdict_words(found),
        "errors_share": found.after.error_share,
        "critical_worse": names + _unanswered(replay, session=session),
        "flips": len(flips),
        "worse": sum(each.change < 0 for each in flips),
        "better": sum(each.change > 0 for each in flips),
        "n": found.whole.n,
        "reused": _reused(replay, session=session),
    }


def _unanswered(replay: Replay, *, session: Session) -> list[str]:
    """Critical cases that passed and now have no answer or no grade: nobody can say that they still pass."""
    passed = select(col(EvalResult.case_version_id)).where(
        EvalResult.run_id == replay.baseline_run_id, col(EvalResult.passed).is_(True)
    )
    rows = session.exec(
        select(EvalCaseVersion)
        .join(EvalResult, col(EvalResult.case_version_id) == col(EvalCaseVersion.id))
        .where(
            EvalResult.run_id == replay.candidate_run_id,
            col(EvalResult.state).in_(_DONE),
            col(EvalResult.passed).is_(None),
            col(EvalResult.case_version_id).in_(passed),
        )
    ).all()
    critical = [each for each in rows if each.content.get("critical")]
    held_out = held_out_among([each.case_id for each in critical], session=session)
    return [
        f"{HELD_OUT if each.case_id in held_out else each.content.get('name')} (no answer)"
        for each in critical
    ]


def _reused(replay: Replay, *, session: Session) -> int:
    runs = [replay.baseline_run_id, replay.candidate_run_id]
    query = select(EvalResult.id).where(
        col(EvalResult.run_id).in_(runs), col(EvalResult.cached_from_id).is_not(None)
    )
    return len(session.exec(query).all())


def _cases(replay: Replay, *, session: Session) -> Iterator[_Pair]:
    """Cases whose answer was not simply taken over."""
    if replay.candidate_run_id is None:
        return
    origins = {
        row[0]: (row[1], row[2])
        for row in session.execute(
            select(col(EvalResult.case_version_id), col(EvalResult.id), col(EvalResult.cached_from_id)).where(
                EvalResult.run_id == replay.baseline_run_id, EvalResult.repeat == 0
            )
        )
    }
    after = session.execute(
        select(
            col(EvalResult.case_version_id),
            col(EvalResult.case_id),
            col(EvalResult.id),
            col(EvalResult.cached_from_id),
        )
        .where(EvalResult.run_id == replay.candidate_run_id, EvalResult.repeat == 0)
        .order_by(col(EvalResult.id))
    ).all()
    for version_id, case_id, result_id, taken_from in after:
        before_id, origin = origins.get(version_id, (None, None))
        if before_id is None or (taken_from is not None and taken_from in (before_id, origin)):
            continue
        said = {
            row[0]: row[1]
            for row in session.execute(
                select(col(EvalResult.id), col(EvalResult.output)).where(
                    col(EvalResult.id).in_((before_id, result_id)), EvalResult.state == "done"
                )
            )
        }
        if len(said) == 2:
            ref = {"version_id": version_id, "before": before_id, "after": result_id}
            yield _Pair(ref, case_id, said[before_id], said[result_id])


def _conversations(replay: Replay, *, session: Session) -> Iterator[_Pair]:
    sides: dict[int, dict[str, Output]] = {}
    for each in session.exec(
        select(ReplayAnswer)
        .where(ReplayAnswer.replay_id == replay.key, ReplayAnswer.error == "")
        .order_by(col(ReplayAnswer.conversation_id))
    ):
        sides.setdefault(each.conversation_id, {})[each.side] = each.output
    for conversation_id, said in sides.items():
        if len(said) == 2:
            yield _Pair({"conversation_id": conversation_id}, None, said[BEFORE], said[AFTER])


def _differ(before: Output, after: Output) -> bool:
    return any(before.get(name) != after.get(name) for name in _SAME) or _cited(before) != _cited(after)


def _cited(output: Output) -> set[str]:
    return {str(each.get("article", "")) for each in output.get("citations") or ()}


def _retrieval(pair: _Pair, stage: Stage, *, session: Session) -> dict[str, Any] | None:
    """What searches for this case found before and will not, and the other way round."""
    before, after = (
        {row["passage_id"]: row for row in each.get("retrieved") or ()} for each in (pair.before, pair.after)
    )
    gone, came = before.keys() - after.keys(), after.keys() - before.keys()
    if not gone and not came:
        return None
    left = _described(sorted(gone), session=session, known=None)
    with stage.layer.reading() as layer:
        new = _described(sorted(came), session=layer, known=session)
    stays = {(each.place, each.text) for each in left} & {(each.place, each.text) for each in new}
    left = [each for each in left if (each.place, each.text) not in stays]
    new = [each for each in new if (each.place, each.text) not in stays]
    if not left and not new:
        return None  # the same words, in another version of their article
    both = {each.place for each in left} & {each.place for each in new}
    queries = [row["query"] for row in (*after.values(), *before.values())]
    return {
        **{name: value for name, value in pair.ref.items() if name in ("version_id", "conversation_id")},
        "case_id": pair.case_id,
        "query": queries[0],
        "gone": [each.as_json() for each in left if each.place not in both],
        "came": [each.as_json() for each in new if each.place not in both],
        "changed_text": [each.as_json() for each in new if each.place in both],
    }


@dataclass(frozen=True, slots=True)
class _Stands:
    """Where a passage stands and what it says. ``page``: the article has one already."""

    article_id: int
    title: str
    heading: str
    text: str
    page: bool

    @property
    def place(self) -> tuple[int, str]:
        """What is taken for the same place in two versions."""
        return self.article_id, self.heading

    def as_json(self) -> dict[str, Any]:
        """As :class:`core.releases.replaying.PassageRef` is read."""
        return {
            "title": self.title,
            "heading": self.heading,
            "article_id": self.article_id if self.page else None,
        }


def _described(passage_ids: Sequence[int], *, session: Session, known: Session | None) -> list[_Stands]:
    """Where passages stand. ``known``: articles that are not there are new, and have no page yet."""
    rows = session.execute(
        select(col(Passage.heading_path), col(Passage.text), col(Article.id), col(Article.title))
        .join(Article, col(Article.id) == col(Passage.article_id))
        .where(col(Passage.id).in_(passage_ids))
        .order_by(col(Passage.id))
    ).all()
    return [
        _Stands(article_id, title, heading, text, known is None or known.get(Article, article_id) is not None)
        for heading, text, article_id, title in rows
    ]
