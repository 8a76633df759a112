"""Works on a run in this process until it is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.cli.output import Meter, say

if TYPE_CHECKING:
    from core.database import Database
    from core.evals import RunProgress
    from core.settings import Settings

_BETWEEN = 0.5  # seconds
_DISPATCH_EVERY = 4  # looks; a run that somebody resumed elsewhere is taken part in again


def work_until_over(number: int, database: Database, settings: Settings, *, quiet: bool) -> None:
    """Take part in a run, with its progress on standard error, until it has ended, whoever ends it.

    Interrupted, it leaves the run to go on elsewhere or later.
    """
    from core.evals import dispatch_runs, get_run, run_progress
    from core.identity import SYSTEM
    from core.jobs import DurableJobs

    jobs = DurableJobs(database, settings)
    meter = Meter(f"run {number}", quiet=quiet)
    looks = 0
    try:
        while True:
            with database.reading() as session:
                run = get_run(SYSTEM, number, session=session).run
                progress = run_progress(run, session)
            if run.state not in ("planned", "running", "stopping"):
                return
            if looks % _DISPATCH_EVERY == 0:
                dispatch_runs(database=database, jobs=jobs)
                jobs.take_over()
            looks += 1
            meter.show(_share(progress), _words(progress))
            time.sleep(_BETWEEN)
    except KeyboardInterrupt:
        say(f"Run {number} is not over. Go on with `evals resume {number}`.")
        raise
    finally:
        meter.close()
        jobs.close(timeout=30)


def _share(progress: RunProgress) -> float:
    return _done(progress) / max(1, progress.total)


def _done(progress: RunProgress) -> int:
    return progress.passed + progress.failed + progress.unclear + progress.errors


def _words(progress: RunProgress) -> str:
    parts = [f"{_done(progress):,} of {progress.total:,}", f"{progress.passed:,} passed"]
    if progress.errors:
        parts.append(f"{progress.errors:,} errors")
    if progress.cost:
        parts.append(f"${progress.cost:,.4f}")
    if progress.seconds_left is not None:
        parts.append(f"about {progress.seconds_left:,.0f} s left")
    return ", ".join(parts)
