"""Runs as durable jobs: every process that carries out jobs takes part in every run that is under way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from core.classifiers import open_services
from core.database import Database
from core.errors import Conflict, RatchetError
from core.evals.running.states import ACTIVE
from core.evals.running.work import ending
from core.evals.running.work.part import Part
from core.evals.suites import REPLAY_KIND
from core.evals.tables import EvalRun, EvalSuite, EvalSuiteVersion
from core.evals.targets import Asked, Target, open_target
from core.jobs import DurableJobs, Job, job
from core.settings import Settings

log = logging.getLogger(__name__)

_JOB = "eval"
_MOST_AT_ONCE = 4  # runs a process works on; each is a thread with calls in flight
_BROKEN = (
    "Something went wrong; the details are in the server's log. What was answered until then is kept; resume "
    "to go on."
)
_CHANGED = (
    "The build has changed since this run began: knowledge, classifiers or instructions are not what they "
    "were. Start a new run to measure the new one."
)
_PLANNED = ("concurrency", "most_concurrency", "requests_a_minute", "tokens_a_minute")


@job(_JOB)
def carry_out(running: Job, run_id: int, attempt: int) -> None:
    """This process's part in a run, until the run ends or the process does."""
    work_on_run(
        run_id,
        owner=running.worker,
        database=running.database,
        settings=running.settings,
        attempt=attempt,
        should_stop=running.should_stop,
        lives=running.lives,
    )


def dispatch_runs(*, database: Database, jobs: DurableJobs) -> int:
    """Take part in the runs that are under way: a duty of every process that carries out jobs.

    Starts the jobs when there is something for them, and not before. Runs of replays are left to the replay.

    Returns:
        How many this process begins to work on.
    """
    with database.reading() as session:
        active = session.exec(
            select(EvalRun.id, EvalRun.attempt)
            .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalRun.suite_version_id))
            .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
            .where(col(EvalRun.state).in_(ACTIVE), col(EvalSuite.kind) != REPLAY_KIND)
            .order_by(col(EvalRun.id))
            .limit(_MOST_AT_ONCE)
        ).all()
    return sum(jobs.run_here(_JOB, f"eval-{key}-{attempt}", key, attempt) for key, attempt in active)


def work_on_run(
    run_id: int,
    *,
    owner: str,
    database: Database,
    settings: Settings,
    attempt: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    lives: Callable[[str], bool] = lambda _owner: True,
) -> None:
    """Work on a run until it ends, is stopped, or nothing is to be done for this attempt. Blocks.

    Several processes may do so at the same time, each once. Safe to repeat after a crash: what was
    answered is not asked again. Failures end in the run's own state, in plain words.

    Args:
        owner: the name of this process among those that work on runs; nobody else's, living or dead.
        attempt: of the run; None: whichever it is.
        should_stop: whether this process wants to end.
        lives: whether the process of another name may be alive, see :attr:`core.jobs.Job.lives`.

    Raises:
        Interrupted: ``should_stop`` said so; the run goes on elsewhere, or later.
        sqlalchemy.exc.DBAPIError: the database is away for long; the run stays as it is.
    """
    run = ending.begin(run_id, attempt=attempt, database=database)
    if run is None:
        return
    services = open_services(database, settings)

    async def work() -> None:
        target = await asyncio.to_thread(_open, run, database=database, settings=settings)
        try:
            if run.build_id and target.build_id != run.build_id:
                raise Conflict(_CHANGED)
            part = Part(
                run,
                target,
                owner=owner,
                database=database,
                services=services,
                should_stop=should_stop,
                lives=lives,
            )
            await part.work()
        finally:
            await target.aclose()

    try:
        asyncio.run(work())
    except DBAPIError:
        raise
    except RatchetError as error:
        ending.fail(run_id, str(error), database=database)
    except Exception:
        log.exception("eval run %d failed", run_id)
        ending.fail(run_id, _BROKEN, database=database)


def _open(run: EvalRun, *, database: Database, settings: Settings) -> Target:
    """What a run asks, with the changes of its candidate as they were at the start."""
    plan: dict[str, Any] = {name: run.plan[name] for name in _PLANNED if run.plan.get(name) is not None}
    return open_target(run.target, Asked(database, settings, changes=run.changes, **plan))
