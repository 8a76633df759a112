"""Are contradictions and near-duplicates found, and are those that are found real?

    python -m benchmarks.knowledge.contradictions [--quick]

Three measurements. The hand-written pairs of statements (English, German, Spanish; half of them clean), the
half that tuned the rules apart from the half that did not. Hand-written pairs of passages, half of them
near-duplicates, likewise; 40 more were written afterwards, and nothing was tuned on those. And 50 seeded
changes of a number, a date, or yes and no in as many of the bank's 698 articles, each compared as a whole
with all live articles, the one it was made from among them: a finding in the changed line is right, any
other is counted as wrong. Articles nobody changed are compared as well; whatever is found there is counted
as wrong too, although the bank's articles may disagree with each other. Rules were tuned on the articles of
the other half only (by a hash of their id).
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks import data as public
from benchmarks.knowledge.pairs import HELD_OUT, TUNING, Score, read_pairs, score
from benchmarks.knowledge.passages import UNSEEN_PASSAGES, read_passages, score_passages
from benchmarks.knowledge.seeding import KINDS, SeededChange, seed_changes
from benchmarks.search import RememberingEmbedder
from benchmarks.table import print_table
from core.database import Database, migrate
from core.knowledge import ArticleRecord, embed_missing, import_articles
from core.knowledge.comparing import Contradiction, find_contradictions
from core.llm import Embedder, get_embedder
from core.settings import get_settings
from core.statistics import wilson_rate

SEED = 7
CHANGES = 50
CLEAN = 50


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the hand-written pairs only")
    options = parser.parse_args()
    measure_pairs()
    settings = get_settings()
    measure_passages(get_embedder(settings))
    data = public.shared_data()
    if options.quick:
        return 0
    if data is None:
        print(
            "\nseeded changes skipped: no public data "
            "(set RATCHET_SHARED_DATA, or put it into ../shared/data)"
        )
        return 0
    memory = settings.home / "benchmarks" / "vectors.sqlite"
    embedder = RememberingEmbedder(get_embedder(settings), memory)
    with tempfile.TemporaryDirectory(prefix="ratchet-contradictions-") as folder:
        database = Database(f"sqlite:///{folder}/bank.sqlite")
        articles = list(public.bank_articles(data))
        migrate(database)
        import_articles(articles, database=database, source="bank")
        embed_missing(database=database, embedder=embedder)
        measure_changes(database, articles, embedder)
        database.dispose()
    return 0


def measure_pairs() -> None:
    """The hand-written pairs, by half and language."""
    pairs = read_pairs()
    rows = []
    for half in (TUNING, HELD_OUT):
        mine = [pair for pair in pairs if pair.half == half]
        rows.append((half, *_cells(score(mine))))
        for language in sorted({pair.language for pair in mine}):
            rows.append(
                (f"  {language}", *_cells(score([each for each in mine if each.language == language])))
            )
    print_table(f"{len(pairs)} hand-written pairs, half of them clean", _HEADER, rows)


def measure_passages(embedder: Embedder) -> None:
    """The hand-written pairs of passages, by half, and by language those nothing was tuned on."""
    pairs = read_passages()
    rows = [
        (half, *_cells(score_passages([pair for pair in pairs if pair.half == half], embedder)))
        for half in (TUNING, HELD_OUT)
    ]
    unseen = read_passages(UNSEEN_PASSAGES)
    rows.append(("unseen", *_cells(score_passages(unseen, embedder))))
    for language in sorted({pair.language for pair in unseen}):
        mine = [pair for pair in unseen if pair.language == language]
        rows.append((f"  {language}", *_cells(score_passages(mine, embedder))))
    print_table(
        f"{len(pairs) + len(unseen)} hand-written pairs of passages, half of them near-duplicates",
        _HEADER,
        rows,
    )


@dataclass(slots=True)
class _Count:
    right: int = 0
    wrong: int = 0
    seen: int = 0
    changes: int = 0


def measure_changes(database: Database, articles: Sequence[ArticleRecord], embedder: Embedder) -> None:
    """Seeded changes and untouched articles of the held-out half, whole articles against the whole bank."""
    held_out = [article for article in articles if _is_held_out(article)]
    changes = seed_changes(held_out, count=CHANGES, seed=SEED)
    counts = {kind: _Count() for kind in KINDS}
    started = time.process_time()
    with database.reading() as session:
        for change in changes:
            article = change.article
            found = find_contradictions(
                article.title, article.body, session=session, embedder=embedder, locale="en"
            )
            right = [each for each in found if is_of(each, change)]
            count = counts[change.kind]
            count.right += len(right)
            count.wrong += len(found) - len(right)
            count.seen += bool(right)
            count.changes += 1
        seconds = (time.process_time() - started) / max(1, len(changes))
        touched = {change.article.external_id for change in changes}
        clean = [article for article in held_out if article.external_id not in touched][:CLEAN]
        findings = [
            find_contradictions(article.title, article.body, session=session, embedder=embedder, locale="en")
            for article in clean
        ]
    total = _Count(
        *(
            sum(getattr(count, name) for count in counts.values())
            for name in ("right", "wrong", "seen", "changes")
        )
    )
    rows = [
        (
            name,
            count.changes,
            count.seen,
            _rate(count.right, count.right + count.wrong),
            _rate(count.seen, count.changes),
        )
        for name, count in (*counts.items(), ("all", total))
    ]
    header = ("changed", "changes", "found", "precision", "recall")
    print_table(f"{len(changes)} seeded changes (seed {SEED}), {seconds:.2f} s CPU an article", header, rows)
    some = sum(1 for each in findings if each)
    print(f"\n{len(clean)} articles nobody changed: {some} with findings, {sum(map(len, findings))} findings")


def is_of(found: Contradiction, change: SeededChange) -> bool:
    """Whether a finding is about the changed line: every word of its statement stands there."""
    line = set(re.findall(r"\w+", change.after.casefold()))
    said = set(re.findall(r"\w+", found.mine.casefold()))
    # A cell of a wide table is stated with the name of its column.
    head = set(re.findall(r"\w+", " ".join(_table_heads(change.article.body)).casefold()))
    return said <= line | (head if "|" in change.after else set())


def _table_heads(body: str) -> list[str]:
    lines = body.split("\n")
    return [line for line, below in pairwise(lines) if re.match(r"^\s*\|[\s:|-]+\|\s*$", below)]


def _is_held_out(article: ArticleRecord) -> bool:
    return int(hashlib.sha256(article.external_id.encode()).hexdigest(), 16) % 2 == 1


_HEADER = ("half", "pairs found", "wrong", "missed", "precision", "recall")


def _cells(counted: Score) -> tuple[object, ...]:
    return (
        counted.found,
        counted.wrong,
        counted.missed,
        _rate(counted.found, counted.found + counted.wrong),
        _rate(counted.found, counted.found + counted.missed),
    )


def _rate(part: int, whole: int) -> str:
    if not whole:
        return "-"
    rate = wilson_rate(part, whole)
    return f"{rate.estimate:.2f} ({rate.low:.2f}-{rate.high:.2f}, n {whole})"


if __name__ == "__main__":
    sys.exit(main())
