"""Comparing two runs of a thousand cases, three answers a case: CPU seconds, beside fetching their rows.

    python -m benchmarks.evals.comparing [--cases 1000]

Exit 1 when a comparison takes more than a second of CPU.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlmodel import select

from benchmarks.table import print_table, ratio
from core.criteria import ensure_criteria
from core.database import Database, migrate
from core.evals import compare_runs
from core.evals.tables import EvalGrade, EvalResult
from core.identity import SYSTEM
from tests.core.evals.comparing.making import Made, Said, make_run, make_suite

TARGET_SECONDS = 1.0
_GRADES = ("cites", "tone", "correct", "contains", "language", "latency")


def main() -> int:
    """Print the table; 1 when the target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=1000)
    size = parser.parse_args().cases
    with tempfile.TemporaryDirectory(prefix="ratchet-comparing-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'runs.sqlite'}")
        migrate(database)
        with database.transaction() as session:
            ensure_criteria(session=session)
        before, after = _make_runs(database, size)

        def fetch() -> None:
            with database.reading() as session:
                session.exec(select(EvalResult)).all()
                session.exec(select(EvalGrade)).all()

        def compare() -> None:
            with database.reading() as session:
                compare_runs(SYSTEM, before, after, session=session)

        fetching, comparing = _quickest(fetch), _quickest(compare)
        database.dispose()
    print_table(
        f"two runs of {size:,} cases, 3 answers and {len(_GRADES)} grades each: CPU seconds",
        ["", "seconds", "of fetching"],
        [
            ["fetching every row of both", f"{fetching:.2f}", "1.00x"],
            ["comparing them", f"{comparing:.2f}", ratio(comparing, fetching)],
        ],
    )
    good = comparing <= TARGET_SECONDS
    print(f"\ntarget: at most {TARGET_SECONDS:.0f} s of CPU: {'met' if good else 'missed'}")
    return 0 if good else 1


def _make_runs(database: Database, size: int) -> tuple[int, int]:
    random = np.random.default_rng(4)
    cases = [Made(conversation=at // 2, tags=(f"tag {at % 9}",), weight=1 + at % 3 / 2) for at in range(size)]
    version = make_suite(database, cases)

    def answer() -> Said:
        grades: dict[str, bool | None] = {name: bool(random.random() < 0.9) for name in _GRADES}
        return Said(bool(random.random() < 0.8), text="word " * 150, grades=grades)

    def said() -> dict[int, list[Said]]:
        return {each.version_id: [answer() for _ in range(3)] for each in cases}

    return make_run(database, version, said()), make_run(database, version, said(), build_id="build-b")


def _quickest(work: Callable[[], None], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


if __name__ == "__main__":
    raise SystemExit(main())
