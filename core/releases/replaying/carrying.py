"""Replays as durable jobs: one process works on one replay, another one goes on when it dies."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from core.database import Database, now
from core.errors import Conflict, RatchetError
from core.evals.tables import EvalRun
from core.jobs import DurableJobs, Interrupted, Job, job
from core.releases.digest import changes_digest
from core.releases.opening import changes_of
from core.releases.replaying.states import FAILED, FINISHED, OPEN, RUNNING, STOPPED, WAITING
from core.releases.replaying.steps import Stopped, Work, replay_on
from core.releases.tables import Replay
from core.settings import Settings

log = logging.getLogger(__name__)

_JOB = "replay"
_MOST_AT_ONCE = 4
_BROKEN = "Something went wrong; the details are in the server's log. Replay it again."
_CHANGED = "The proposal was changed while it was replayed, so this says nothing about it. Replay it again."


@job(_JOB)
def carry_out(running: Job, replay_id: int, attempt: int) -> None:
    """Work on a replay until it ends."""
    work_on_replay(
        replay_id,
        owner=running.worker,
        database=running.database,
        settings=running.settings,
        attempt=attempt,
        should_stop=running.should_stop,
        lives=running.lives,
    )


def dispatch_replays(*, database: Database, jobs: DurableJobs) -> int:
    """Have replays that wait carried out, and those whose job broke down: a duty.

    Returns:
        How many jobs are handed in.
    """
    with database.reading() as session:
        found = session.exec(
            select(Replay.id, Replay.state, Replay.attempt)
            .where(col(Replay.state).in_(OPEN))
            .order_by(col(Replay.id))
            .limit(_MOST_AT_ONCE)
        ).all()
    handed_in = 0
    for key, state, attempt in found:
        if key is None:
            continue
        if state == RUNNING:
            if jobs.state(_id(key, attempt)) not in ("finished", "failed"):
                continue
            attempt += 1
            with database.transaction() as session:
                session.execute(
                    update(Replay)
                    .where(col(Replay.id) == key, col(Replay.attempt) == attempt - 1)
                    .values(attempt=attempt)
                )
        jobs.submit(_JOB, _id(key, attempt), key, attempt)
        handed_in += 1
    return handed_in


def work_on_replay(
    replay_id: int,
    *,
    owner: str,
    database: Database,
    settings: Settings,
    attempt: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    lives: Callable[[str], bool] = lambda _owner: True,
) -> None:
    """Work on a replay until it ends, is stopped, or nothing is to be done for this attempt. Blocks.

    One process may do so at a time. Safe to repeat after a crash: what was answered is not asked again.
    Failures end in the replay's own state, in plain words.

    Raises:
        Interrupted: ``should_stop`` said so; it goes on elsewhere, or later.
        sqlalchemy.exc.DBAPIError: the database is away for long; the replay stays as it is.
    """
    replay = _begin(replay_id, attempt=attempt, owner=owner, database=database)
    if replay is None:
        return
    work = Work(
        replay_id,
        owner,
        database,
        settings,
        partial(_pause, replay_id, should_stop, database),
        should_stop,
        lives,
    )
    try:
        with database.reading() as session:
            changes = changes_of(replay.proposal_id, session=session)
        if changes_digest(changes) != replay.changes_digest:
            raise Conflict(_CHANGED)
        report = replay_on(work, changes)
    except (Interrupted, DBAPIError):
        raise
    except Stopped:
        _end(replay_id, STOPPED, "", database=database)
    except RatchetError as error:
        _end(replay_id, FAILED, str(error), database=database)
    except Exception:
        log.exception("replay %d failed", replay_id)
        _end(replay_id, FAILED, _BROKEN, database=database)
    else:
        with database.transaction() as session:
            stored = session.get_one(Replay, replay_id)
            stored.report = report
        _end(replay_id, FINISHED, "", database=database)


def _id(replay_id: int, attempt: int) -> str:
    return f"replay-{replay_id}-{attempt}"


def _begin(replay_id: int, *, attempt: int | None, owner: str, database: Database) -> Replay | None:
    with database.transaction() as session:
        replay = session.get(Replay, replay_id, with_for_update=True)
        if replay is None or replay.state not in OPEN or attempt not in (None, replay.attempt):
            return None
        if replay.state == WAITING:
            replay.state, replay.started_at = RUNNING, now()
        replay.owner, replay.heartbeat_at = owner[:100], now()
        return replay


def _pause(replay_id: int, should_stop: Callable[[], bool], database: Database) -> None:
    """Look whether to go on.

    Raises:
        Interrupted: the process ends.
        Stopped: somebody wants it.
    """
    if should_stop():
        raise Interrupted
    with database.reading() as session:
        stopping = session.exec(select(Replay.stopping).where(Replay.id == replay_id)).one()
    if stopping:
        raise Stopped


def _end(replay_id: int, state: str, error: str, *, database: Database) -> None:
    with database.transaction() as session:
        replay = session.get_one(Replay, replay_id, with_for_update=True)
        replay.state, replay.step, replay.error = state, "", error[:1000]
        replay.finished_at = now()
        runs = [each for each in (replay.baseline_run_id, replay.candidate_run_id) if each is not None]
        session.execute(  # nobody works on them any more
            update(EvalRun)
            .where(col(EvalRun.id).in_(runs), col(EvalRun.state).in_(("planned", "running", "stopping")))
            .values(state="stopped", finished_at=now())
        )
