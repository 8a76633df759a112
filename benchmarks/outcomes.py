"""What agents did with suggestions: STAR through the importer, counted by the product's own reports.

    python -m benchmarks.outcomes [--keep FOLDER]

All 5,280 dialogues, complete or not, as the data set's README counts them; 364 of them have no message
and nothing to import. The figures come from the database, through ``core.reporting``; each is printed
beside the README's, and any difference in the digits the README gives fails the run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.adapters import star_conversations, write_rows
from benchmarks.real_data import shared_data
from benchmarks.table import print_table
from core.database import Database, migrate
from core.identity import SYSTEM
from core.reporting import Filters, Quality, read_quality
from core.statistics import Rate
from core.surfaces import ImportOptions, ImportSummary, import_conversation_file

FILE = "star/dialogues.jsonl.gz"
_SOURCE = "star"


@dataclass(frozen=True)
class Figure:
    """A figure, the README's words for it, and what we counted."""

    name: str
    readme: str
    ours: str
    interval: str = ""

    @property
    def right(self) -> bool:
        """Whether both say the same."""
        return self.readme == self.ours


def main(arguments: list[str] | None = None) -> int:
    """Import, count, compare; 0 when every figure is the README's."""
    parser = argparse.ArgumentParser(description="Reproduce the suggestion figures of the STAR data.")
    parser.add_argument("--keep", type=Path, help="keep the database in this folder")
    chosen = parser.parse_args(arguments)
    data = shared_data()
    if data is None:
        print("skipped: no public data (set RATCHET_SHARED_DATA, or put it into ../shared/data)")
        return 0
    with _folder(chosen.keep) as folder:
        database = Database(f"sqlite:///{folder}/ratchet.sqlite")
        try:
            migrate(database)
            path = folder / "star.jsonl"
            write_rows(path, star_conversations(data / FILE, complete=False))
            first = _import(path, database)
            again = _import(path, database)
            path.unlink()
            started = time.perf_counter()
            with database.reading() as session:
                quality = read_quality(SYSTEM, session=session, filters=Filters())
            seconds = time.perf_counter() - started
        finally:
            database.dispose()
    found = figures(quality)
    print_table(
        "Suggestions in STAR, counted from the database",
        ["figure", "README", "ours", "95% interval", "same"],
        [[each.name, each.readme, each.ours, each.interval, "yes" if each.right else "NO"] for each in found],
    )
    changed = again.new + again.updated + again.messages
    print(
        f"\n{first.new:,} conversations with {first.messages:,} messages imported in {first.seconds:.1f} s, "
        f"{first.rejected} rejected; again in {again.seconds:.1f} s, {changed} changed; "
        f"every figure of the page in {seconds:.2f} s"
    )
    return 0 if all(each.right for each in found) and not (changed or first.rejected) else 1


def figures(quality: Quality) -> list[Figure]:
    """What the README says of the suggestions, and what the reports say."""
    drafts = quality.drafts
    accepted, first, own = drafts.accepted.rate, drafts.first_rank.rate, drafts.discarded.rate
    if accepted is None or first is None or own is None:
        return []
    return [
        Figure("agent messages", "43,078", f"{accepted.n:,}"),
        Figure("picked suggestions", "37,219", f"{accepted.successes:,}"),
        Figure("own words", "5,859", f"{own.successes:,}"),
        Figure("an accepted suggestion", "86.4 %", _share(accepted), _interval(accepted)),
        Figure("own words", "13.6 %", _share(own), _interval(own)),
        Figure("the first-ranked is picked", "86.5 %", _share(first), _interval(first)),
    ]


def _import(path: Path, database: Database) -> ImportSummary:
    return import_conversation_file(path, database=database, options=ImportOptions(source=_SOURCE))


def _share(rate: Rate) -> str:
    return f"{100 * rate.estimate:.1f} %"


def _interval(rate: Rate) -> str:
    return f"{100 * rate.low:.1f} to {100 * rate.high:.1f} %"


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="ratchet-outcomes-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
