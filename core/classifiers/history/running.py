"""The job behind a backtest: chunk by chunk through history, again from the last chunk after a crash."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from core.classifiers.history.judging import Judged, judge_batch
from core.classifiers.history.scope import next_subjects, scope_of
from core.classifiers.history.states import ACTIVE, FAILED, FINISHED, PLANNED, RUNNING, STOPPED, STOPPING
from core.classifiers.history.storing import Overtaken, answered_ids, store_chunk
from core.classifiers.kind import Services
from core.classifiers.opening import Opened, open_version
from core.classifiers.services import open_services
from core.classifiers.tables import Backtest
from core.database import Database, now
from core.errors import ProviderError, RatchetError
from core.jobs import DurableJobs, Job, job

log = logging.getLogger(__name__)

_JOB = "backtest"
_FIRST, _SMALLEST, _LARGEST = 50, 10, 2_000  # subjects a chunk
_QUICK, _SLOW = 0.5, 2.0  # seconds; a chunk is what a crash repeats and what stopping waits for
_ALL_FAILED = 5  # so many in a row are not bad luck
_KEPT = "What was judged until then is kept; resume to go on."
_BROKEN = "Something went wrong while judging; the details are in the server's log."
_LOST = "The work broke off too often."


@job(_JOB)
def carry_out(running: Job, backtest_id: int) -> None:
    """Carry on with a backtest from where it is, until it ends, is stopped, or somebody else does."""
    run_backtest(
        backtest_id,
        workflow_id=running.id,
        database=running.database,
        services=open_services(running.database, running.settings),
        between=running.check,
    )


def dispatch_backtests(*, database: Database, jobs: DurableJobs) -> int:
    """Hand backtests that are under way to the durable jobs, and notice those whose job is lost: a duty.

    Starts the jobs when there is something for them, and not before.

    Returns:
        How many were handed over.
    """
    with database.reading() as session:
        active = session.exec(select(Backtest).where(col(Backtest.state).in_(ACTIVE))).all()
    handed = 0
    for backtest in active:
        state = jobs.state(backtest.workflow_id)
        if state is None:  # it is new, or the tables of the jobs are
            jobs.submit(_JOB, backtest.workflow_id, backtest.key)
            handed += 1
        elif state in ("failed", "finished"):
            _fail(backtest, _LOST, database=database)
    return handed


def run_backtest(
    backtest_id: int,
    *,
    workflow_id: str,
    database: Database,
    services: Services,
    between: Callable[[], None] = lambda: None,
) -> None:
    """Judge history chunk by chunk. Safe to repeat and safe to run twice: each chunk is written once.

    Failures end in the backtest's own state, in plain words.

    Args:
        workflow_id: of the run that may carry it on; resuming makes a new one.
        between: called before each chunk; what it raises ends the run, and another carries on.
    """
    while (backtest := _begin(backtest_id, workflow_id, database=database)) is not None:
        try:
            opened = open_version(backtest.version_id, database=database, services=services)
            _go_through(backtest, opened, database=database, services=services, between=between)
        except Overtaken:
            continue  # look again: it may have been stopped, or another process wrote the chunk
        except RatchetError as error:
            _fail(backtest, str(error), database=database)
        except Exception:
            log.exception("backtest %d failed", backtest_id)
            _fail(backtest, _BROKEN, database=database)


def _go_through(
    backtest: Backtest,
    opened: Opened,
    *,
    database: Database,
    services: Services,
    between: Callable[[], None],
) -> None:
    scope, size = scope_of(backtest), _FIRST
    while True:
        between()
        if backtest.state == STOPPING:
            _end(backtest, STOPPED, database=database)
            return
        began = time.monotonic()
        with database.reading() as session:
            said = next_subjects(
                opened.version.subject_type,
                scope,
                after_id=backtest.reached_id,
                limit=size,
                session=session,
            )
            known = answered_ids(backtest.version_id, said, session=session)
        if not said:
            _end(backtest, FINISHED, database=database)
            return
        new = [each for each in said if each.subject_id not in known]
        judged = judge_batch(opened, new, database=database, services=services)
        _check_provider(judged, len(new))
        backtest = store_chunk(backtest, said, new, judged, database=database)
        size = _resized(size, time.monotonic() - began)


def _check_provider(judged: Judged, asked: int) -> None:
    """When nothing at all can be judged, going on would only fill history with failures."""
    if asked >= _ALL_FAILED and len(judged.errors) == asked:
        raise ProviderError(next(iter(judged.errors.values())))


def _resized(size: int, seconds: float) -> int:
    if seconds < _QUICK:
        return min(2 * size, _LARGEST)
    if seconds > _SLOW:
        return max(size // 2, _SMALLEST)
    return size


def _begin(backtest_id: int, workflow_id: str, *, database: Database) -> Backtest | None:
    """The backtest, now running; None when there is nothing left to do for this run."""
    with database.transaction() as session:
        session.execute(
            update(Backtest)
            .where(
                col(Backtest.id) == backtest_id,
                col(Backtest.workflow_id) == workflow_id,
                col(Backtest.state) == PLANNED,
            )
            .values(state=RUNNING, started_at=now(), finished_at=None, error="")
        )
        found = session.get(Backtest, backtest_id, populate_existing=True)
    if found is None or found.workflow_id != workflow_id or found.state not in (RUNNING, STOPPING):
        return None
    return found


def _end(backtest: Backtest, state: str, *, database: Database) -> None:
    values: dict[str, Any] = {"state": state, "finished_at": now()}
    if state == FINISHED:
        values["total"] = col(Backtest.done)  # conversations may have come or gone meanwhile
    _change(backtest, values, database=database)


def _fail(backtest: Backtest, why: str, *, database: Database) -> None:
    error = f"{why.rstrip()} {_KEPT}"[-1000:]
    _change(backtest, {"state": FAILED, "finished_at": now(), "error": error}, database=database)


def _change(backtest: Backtest, values: dict[str, Any], *, database: Database) -> None:
    with database.transaction() as session:
        session.execute(
            update(Backtest)
            .where(
                col(Backtest.id) == backtest.id,
                col(Backtest.workflow_id) == backtest.workflow_id,
                col(Backtest.state).in_(ACTIVE),
            )
            .values(**values)
        )
