"""How a run begins and ends: each change of its state is made by one process, whoever is first."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlmodel import Session, col

from core.database import Database, now
from core.evals.comparing import summarize
from core.evals.running.states import (
    ACCESS,
    ACTIVE,
    DONE,
    ERROR,
    FAILED,
    FINISHED,
    HELD,
    OPEN,
    PLANNED,
    RUNNING,
    STOPPED,
    STOPPING,
    WAITING,
)
from core.evals.tables import EvalResult, EvalRun

log = logging.getLogger(__name__)

_LONGEST = 1000


def begin(run_id: int, *, attempt: int | None, database: Database) -> EvalRun | None:
    """The run, now under way; None when there is nothing to do for this attempt.

    Args:
        attempt: that may be carried on; None: whichever it is.
    """
    with database.transaction() as session:
        run = session.get(EvalRun, run_id)
        if run is None or run.state not in ACTIVE or attempt not in (None, run.attempt):
            return None
        if run.state == PLANNED:
            _change(
                run_id,
                {"state": RUNNING, "started_at": now(), "finished_at": None, "error": ""},
                only_from=(PLANNED,),
                session=session,
            )
        return session.get(EvalRun, run_id, populate_existing=True)


def read_run(run_id: int, *, database: Database) -> EvalRun:
    """The run as it is at this moment."""
    with database.reading() as session:
        return session.get_one(EvalRun, run_id)


def finish(run_id: int, *, database: Database) -> bool:
    """End a run for which nothing is left to do, with its scores. One process does, however many try.

    Returns:
        Whether it has ended, by this call or before it.
    """
    with database.reading() as session:
        left = session.scalar(select(_any(run_id, OPEN)))
        if left:
            return session.get_one(EvalRun, run_id).state not in ACTIVE
        scores = _scores(run_id, session=session)
    with database.transaction() as session:
        _change(
            run_id,
            {"state": FINISHED, "finished_at": now(), "scores": scores, "error": ""},
            only_from=(RUNNING, STOPPING),
            session=session,
            when=~_any(run_id, OPEN),
        )
    return True


def request_stop(run_id: int, why: str, *, database: Database) -> None:
    """Have every process that works on a run put it down, for a reason that is shown."""
    with database.transaction() as session:
        _change(
            run_id,
            {"state": STOPPING, "error": why[:_LONGEST]},
            only_from=(PLANNED, RUNNING),
            session=session,
        )


def close_stopped(run_id: int, *, database: Database) -> bool:
    """Mark a run that was to stop as stopped, once nobody has anything of it in hand.

    What a service refused altogether was never asked: it waits to be asked again.

    Returns:
        Whether it has ended, by this call or before it.
    """
    with database.transaction() as session:
        held = (
            exists()
            .where(col(EvalResult.run_id) == run_id, col(EvalResult.state).in_(HELD))
            .where(col(EvalResult.owner) != "")
        )
        stopped = _change(
            run_id,
            {"state": STOPPED, "finished_at": now()},
            only_from=(STOPPING,),
            session=session,
            when=~held,
        )
        if stopped:
            session.execute(
                update(EvalResult)
                .where(
                    col(EvalResult.run_id) == run_id,
                    col(EvalResult.state) == ERROR,
                    col(EvalResult.error_kind) == ACCESS,
                )
                .values(state=WAITING, error="", error_kind="", started_at=None, finished_at=None)
            )
            return True
        return session.scalar(select(col(EvalRun.state)).where(col(EvalRun.id) == run_id)) not in ACTIVE


def stop_for_budget(run: EvalRun, *, database: Database) -> None:
    """Stop a run that has spent what it may. Nobody has anything of it in hand that could cost more."""
    with database.transaction() as session:
        answered = session.scalar(
            select(func.count()).where(
                col(EvalResult.run_id) == run.key, col(EvalResult.state).in_((*HELD, DONE))
            )
        )
        why = (
            f"The budget of ${run.budget:,.2f} is used up: {answered or 0:,} of {run.total:,} are answered. "
            "Raise it to go on."
        )
        _change(run.key, {"state": STOPPING, "error": why}, only_from=(RUNNING,), session=session)


def fail(run_id: int, why: str, *, database: Database) -> None:
    """End a run that cannot go on. What was answered is kept."""
    with database.transaction() as session:
        _change(
            run_id,
            {"state": FAILED, "finished_at": now(), "error": why[:_LONGEST]},
            only_from=ACTIVE,
            session=session,
        )


def _scores(run_id: int, *, session: Session) -> dict[str, Any]:
    try:
        return summarize(run_id, session=session)
    except Exception:  # the answers and grades are there; a defect in adding them up must not hide them
        log.exception("the scores of eval run %d could not be added up", run_id)
        return {}


def _any(run_id: int, states: tuple[str, ...]) -> Any:
    return exists().where(col(EvalResult.run_id) == run_id, col(EvalResult.state).in_(states))


def _change(
    run_id: int,
    values: dict[str, Any],
    *,
    only_from: tuple[str, ...],
    session: Session,
    when: Any = True,
) -> bool:
    changed = session.execute(
        update(EvalRun)
        .where(col(EvalRun.id) == run_id, col(EvalRun.state).in_(only_from), when)
        .values(**values)
        .returning(col(EvalRun.id))
        .execution_options(synchronize_session=False)
    )
    return changed.scalar_one_or_none() is not None
