"""Real input: shared public data through the importers, and drafts for real first messages.

    python -m benchmarks.real_data [--drafts 200] [--no-vectors]

The adapters (``benchmarks.adapters``) bring each data set into the documented import contract; from there
everything is the product: parsing, checks, bulk storage, indexing, drafting. Counts are printed beside those
of the data sets' own READMEs, and any difference fails the run, as does a citation of something that was not
retrieved. A fresh SQLite database in a temporary folder is used and removed.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.adapters import (
    ADAPTERS,
    Row,
    irc_conversations,
    read_rows,
    star_conversations,
    write_rows,
)
from benchmarks.search import RememberingEmbedder
from benchmarks.table import ms, percentile, print_table
from core.assist import DraftResult, draft_now
from core.database import Database, migrate, open_database
from core.errors import RatchetError
from core.knowledge import ArticleVersion, IndexProgress, Passage, embed_missing
from core.llm import get_embedder
from core.settings import ROOT, Settings, get_settings
from core.surfaces import ImportOptions, import_article_file, import_conversation_file

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
    questions = [row["question"] for row in read_rows(data / "aws_docs_qa" / "queries_half_a.jsonl.gz")]
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
