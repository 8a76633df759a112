"""Real input: shared public data through the importers, and drafts for real first messages.

    python -m benchmarks.real_data [--drafts 200] [--no-vectors]

The adapters below bring each data set into the documented import contract; from there everything is
the product: parsing, checks, bulk storage, indexing, drafting. Counts are printed beside those of the
data sets' own READMEs, and any difference fails the run, as does a citation of something that was
not retrieved. A fresh SQLite database in a temporary folder is used and removed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.search import RememberingEmbedder
from benchmarks.table import ms, percentile, print_table
from core.assist import DraftResult, draft_now
from core.database import Database, migrate, open_database
from core.errors import RatchetError
from core.knowledge import ArticleVersion, IndexProgress, Passage, embed_missing
from core.llm import get_embedder
from core.settings import ROOT, Settings, get_settings
from core.surfaces import ImportOptions, import_article_file, import_conversation_file

Row = dict[str, Any]

_STAR_MESSAGES = {
    ("User", "utter"): "customer",
    ("Wizard", "utter"): "rep",
    ("Wizard", "pick_suggestion"): "rep",
    ("User", "complete"): "system",
}
_ENDED = "The customer ended the chat."
_CALM = "stay calm and helpful throughout the dialogue?"
_SEED = 20261122


@dataclass(frozen=True)
class DataSet:
    """A part of the shared data and what its README says is in it; None where it does not say."""

    name: str
    file: str
    kind: str
    records: int
    messages: int | None = None


DATA_SETS = (
    DataSet("star", "star/dialogues.jsonl.gz", "conversations", 4_619),
    DataSet("irc ubuntu", "irc_support/ubuntu_train_dev.jsonl.gz", "conversations", 4_817, 55_775),
    DataSet("irc other", "irc_support/other_channels.jsonl.gz", "conversations", 163, 2_264),
    DataSet("tau2 bank", "tau2/banking_knowledge/documents.jsonl.gz", "articles", 698),
    DataSet("aws core", "aws_docs_qa/corpus_core.jsonl.gz", "articles", 2_757),
)


def main(arguments: list[str] | None = None) -> int:
    """Import everything, draft, check; 0 when all counts and citations are right."""
    parser = argparse.ArgumentParser(description="Import shared public data and draft for real messages.")
    parser.add_argument("--drafts", type=int, default=200, help="how many first messages to draft for")
    parser.add_argument("--no-vectors", action="store_true", help="search by words only")
    chosen = parser.parse_args(arguments)
    data = shared_data()
    if data is None:
        print("skipped: no public data (set RATCHET_SHARED_DATA, or put it into ../shared/data)")
        return 0
    with tempfile.TemporaryDirectory(prefix="ratchet-real-data-") as folder:
        os.environ["RATCHET_HOME"] = folder
        os.environ["RATCHET_DATABASE_URL"] = f"sqlite:///{folder}/ratchet.sqlite"
        get_settings.cache_clear()
        settings = get_settings()
        database = open_database(settings)
        try:
            migrate(database)
            right = import_all(data, Path(folder), database)
            if not chosen.no_vectors:
                make_vectors(database, settings)
            right &= draft_all(first_messages(data, chosen.drafts), database, settings)
        finally:
            database.dispose()
    return 0 if right else 1


def shared_data() -> Path | None:
    """Where the public data is: ``RATCHET_SHARED_DATA``, or ``shared/data`` beside the repository."""
    folder = Path(os.environ.get("RATCHET_SHARED_DATA") or ROOT.parent / "shared" / "data")
    return folder if all((folder / entry.file).is_file() for entry in DATA_SETS) else None


# Adapters


def star_conversations(path: Path, *, complete: bool = True) -> Iterator[Row]:
    """STAR dialogues: messages, suggestions picked or refused, both questionnaires, and CSAT.

    That the customer ended the chat is a system message; in one dialogue it is the only event.
    CSAT is 5 or 1 by the one question all scenarios share, whether the assistant stayed calm and
    helpful; of that one "yes" is the good answer. The others ask whether a task succeeded, which some
    scenarios forbid.

    Args:
        complete: only those that were played to their end; otherwise all that have a message.
    """
    for dialogue in _read(path):
        if complete and dialogue["CompletionLevel"] != "Complete":
            continue
        messages = [
            {
                "id": f"{number}",
                "author": _STAR_MESSAGES[event["Agent"], event["Action"]],
                "text": event.get("Text") or _ENDED,
                "created_at": event["UnixTime"],
                **_star_suggestion(event),
            }
            for number, event in enumerate(dialogue["Events"])
            if (event["Agent"], event["Action"]) in _STAR_MESSAGES
        ]
        if not messages:
            continue
        answers = {
            entry["Answer"]
            for entry in dialogue["UserQuestionnaire"] or ()
            if entry["Question"].endswith(_CALM)
        }
        yield {
            "id": f"{dialogue['DialogueID']}",
            "channel": "chat",
            "subject": (dialogue["Scenario"]["WizardTask"] or "")[:200],
            "customer": {"id": dialogue["AnonymizedUserWorkerID"], "locale": "en"},
            "status": "closed",
            "created_at": messages[0]["created_at"],
            "tags": [domain for domain in dialogue["Scenario"]["Domains"] if domain],
            **({"csat": 5 if answers == {True} else 1} if answers else {}),
            "judgements": _star_judgements(dialogue),
            "messages": messages,
        }


def _star_suggestion(event: Row) -> Row:
    """What the agent did with what was suggested: ``pick_suggestion`` took one, ``utter`` is own words."""
    if event["Agent"] != "Wizard":
        return {}
    if event["Action"] == "utter":
        return {"suggestion": {"picked": None}}
    offers = event["ActionLabelOptions"]
    rank = offers.index(event["ActionLabel"]) + 1
    return {"suggestion": {"offered": len(offers), "picked": rank, "labels": offers}}


def _star_judgements(dialogue: Row) -> list[Row]:
    """Both questionnaires; the agent is somebody who has no account here."""
    agent = {"person": f"star agent {dialogue['AnonymizedWizardWorkerID']}"}
    asked = (("customer", dialogue["UserQuestionnaire"]), (agent, dialogue["WizardQuestionnaire"]))
    return [
        {
            "question": entry["Question"],
            "answer": entry["Answer"],
            "judge": judge,
            **({"good": ["yes"]} if entry["Question"].endswith(_CALM) else {}),
        }
        for judge, questionnaire in asked
        for entry in questionnaire or ()
    ]


def irc_conversations(path: Path) -> Iterator[Row]:
    """Help-channel threads: who began is the customer, everybody else a rep."""
    for thread in _read(path):
        asker = thread["messages"][0]["user"]
        times = _irc_times(thread)
        yield {
            "id": thread["id"],
            "channel": "chat",
            "subject": f"#{thread['channel']}",
            "customer": {"id": f"{thread['channel']}/{asker}", "name": asker, "locale": "en"},
            "status": "closed",
            "created_at": times[0],
            "tags": [thread["channel"]],
            "messages": [
                {
                    "id": f"{message['line']}",
                    "author": "customer" if message["user"] == asker else "rep",
                    "name": message["user"],
                    "text": message["text"] if message["text"].strip() else "(an empty line)",
                    "created_at": time,
                }
                for message, time in zip(thread["messages"], times, strict=True)
            ],
        }


def _irc_times(thread: Row) -> list[str]:
    """Instants of a thread. Ubuntu logs have a date in their name and the hour in the line."""
    clocks = [message["time"] for message in thread["messages"]]
    if len(clocks[0]) > len("00:00"):
        return clocks
    day = datetime.strptime(thread["source"][:10], "%Y-%m-%d").replace(tzinfo=UTC)
    found: list[datetime] = []
    for clock in clocks:
        hour, minute = clock.split(":")
        moment = day + timedelta(hours=int(hour), minutes=int(minute))
        if found and moment < found[-1] - timedelta(hours=12):  # past midnight
            day += timedelta(days=1)
            moment += timedelta(days=1)
        found.append(moment)
    return [moment.isoformat() for moment in found]


def bank_articles(path: Path) -> Iterator[Row]:
    """tau2's bank: titles that begin with "Internal:" are internal."""
    for document in _read(path):
        internal = document["title"].startswith("Internal:")
        yield {
            "id": document["id"],
            "title": document["title"],
            "body": document["content"],
            "audience": "internal" if internal else "public",
            "locale": "en",
        }


def aws_articles(path: Path) -> Iterator[Row]:
    """AWS guides as they are."""
    for document in _read(path):
        yield {
            "id": document["id"],
            "title": document["title"],
            "body": document["text"],
            "locale": "en",
            "tags": [document["guide"]],
        }


ADAPTERS = {
    "star": star_conversations,
    "irc ubuntu": irc_conversations,
    "irc other": irc_conversations,
    "tau2 bank": bank_articles,
    "aws core": aws_articles,
}


def _read(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)


# Import


def import_all(data: Path, folder: Path, database: Database) -> bool:
    """Import each data set twice (the second time nothing may be new) and print the counts."""
    rows, right = [], True
    for entry in DATA_SETS:
        path = folder / f"{entry.name.replace(' ', '-')}.jsonl"
        messages = write_rows(path, ADAPTERS[entry.name](data / entry.file))
        work = import_conversation_file if entry.kind == "conversations" else import_article_file
        options = ImportOptions(source=entry.name)
        summary = work(path, database=database, options=options)
        again = work(path, database=database, options=options)
        expected = entry.messages if entry.messages is not None else messages
        good = (
            summary.new == entry.records
            and summary.messages == expected
            and summary.rejected == again.new == again.updated == again.messages == 0
        )
        right &= good
        if entry.kind == "conversations":
            speed = f"{summary.messages / summary.seconds:,.0f} messages/s"
        else:
            speed = f"{summary.new / summary.seconds:,.0f} articles/s"
        rows.append(
            [
                entry.name,
                f"{summary.new:,}",
                f"{entry.records:,}",
                f"{summary.messages:,}" if messages else "",
                f"{entry.messages:,}" if entry.messages else "",
                summary.rejected,
                again.new + again.updated,
                speed,
                "yes" if good else "NO",
            ]
        )
        path.unlink()
    header = ["import", "records", "README", "messages", "README", "rejected", "again", "speed", "right"]
    print_table("Real data through the importers (again: changed by importing it once more)", header, rows)
    return right


def write_rows(path: Path, rows: Iterable[Row]) -> int:
    """Write the import contract; returns how many messages it holds."""
    messages = 0
    with path.open("w", encoding="utf-8") as handle:
        for row in rows:
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
            messages += len(row.get("messages", ()))
    return messages


def make_vectors(database: Database, settings: Settings) -> None:
    """Embed every passage, saying how far it is."""
    started = told = time.monotonic()

    def tell(progress: IndexProgress) -> None:
        nonlocal told
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"vectors: {progress.embedded:,} of {progress.passages:,}", flush=True)

    memory = ROOT / "data" / "local" / "benchmarks" / "vectors.sqlite"
    embedder = RememberingEmbedder(get_embedder(settings), memory)
    made = embed_missing(database=database, embedder=embedder, progress=tell)
    seconds = time.monotonic() - started
    rate = f"{made / seconds:,.0f}/s, known ones from the cache"
    print(f"\n{made:,} passages embedded in {seconds:,.0f} s ({rate})")


# Drafts


def first_messages(data: Path, count: int) -> list[tuple[str, str]]:
    """``count`` real first messages (data set, text): AWS questions, then STAR and IRC in equal parts."""
    questions = [row["question"] for row in _read(data / "aws_docs_qa" / "queries_half_a.jsonl.gz")]
    found = [("aws", question) for question in questions[: count // 3]]
    left = count - len(found)
    star = _first_of(star_conversations(data / "star" / "dialogues.jsonl.gz"))
    irc = _first_of(
        row
        for name in ("other_channels", "ubuntu_train_dev")
        for row in irc_conversations(data / "irc_support" / f"{name}.jsonl.gz")
    )
    found += [("star", text) for text in _sample(star, (left + 1) // 2)]
    found += [("irc", text) for text in _sample(irc, left // 2)]
    return found


def _first_of(rows: Iterable[Row]) -> list[str]:
    firsts = (
        next((message["text"] for message in row["messages"] if message["author"] == "customer"), "")
        for row in rows
    )
    return [text for text in firsts if len(text.split()) >= 4]  # "hello" asks nothing


def _sample(texts: list[str], count: int) -> list[str]:
    return random.Random(_SEED).sample(texts, min(count, len(texts)))


def draft_all(asked: list[tuple[str, str]], database: Database, settings: Settings) -> bool:
    """Draft for each message and check each citation against the database, not the drafter's word."""
    decisions: dict[str, Counter[str]] = {}
    taken: list[float] = []
    citations, problems = 0, []
    for name, text in asked:
        started = time.perf_counter()
        try:
            result = draft_now([{"author": "customer", "text": text}], database=database, settings=settings)
        except RatchetError as error:
            decisions.setdefault(name, Counter())["failed"] += 1
            problems.append(f"{name}: {text[:60]!r}: {error}")
            continue
        taken.append((time.perf_counter() - started) * 1000)
        outcome = f"{result.decision} ({result.reason})" if result.reason else result.decision
        decisions.setdefault(name, Counter())[outcome] += 1
        citations += len(result.citations)
        problems += [f"{name}: {text[:60]!r}: {problem}" for problem in unsupported(result, database)]
    outcomes = sorted({outcome for counter in decisions.values() for outcome in counter})
    rows = [[name, *(counter[outcome] for outcome in outcomes)] for name, counter in decisions.items()]
    print_table(f"Drafts for {len(asked)} real first messages", ["from", *outcomes], rows)
    print(f"{citations} citations, {len(problems)} wrong")
    if taken:
        warm = taken[min(5, len(taken) - 1) :]  # the first ones load the model and the index
        print(f"milliseconds a draft: p50 {ms(percentile(warm, 50))}, p95 {ms(percentile(warm, 95))}")
    for problem in islice(problems, 10):
        print(f"  {problem}")
    return not problems


def unsupported(result: DraftResult, database: Database) -> list[str]:
    """What is wrong with the citations of a draft; nothing, if all is well.

    A citation must be of a passage this run retrieved; that passage must be the one the database
    has, of the version that is cited, and hold the quote word for word.
    """
    retrieved = {entry.hit.passage_id for entry in result.retrieved}
    problems = []
    with database.reading() as session:
        for citation in result.citations:
            hit = citation.hit
            if hit.passage_id not in retrieved:
                problems.append(f"passage {hit.passage_id} was cited but not retrieved")
            passage = session.get(Passage, hit.passage_id)
            version = session.get(ArticleVersion, hit.article_version_id)
            if passage is None or version is None or passage.article_version_id != version.id:
                problems.append(f"passage {hit.passage_id} is not of version {hit.article_version_id}")
            elif _plain(citation.quote) not in _plain(passage.text):
                problems.append(f"the quote is not in passage {hit.passage_id}: {citation.quote[:80]!r}")
            if not result.text[citation.start : citation.end].strip():
                problems.append("a citation supports no text")
    if result.decision == "answer" and not result.citations:
        problems.append("an answer without a citation")
    return problems


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


if __name__ == "__main__":
    sys.exit(main())
