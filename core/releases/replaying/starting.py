"""Start and stop a replay. The work itself is a durable job, see :mod:`core.releases.replaying.carrying`."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core import audit
from core.database import Database, now
from core.errors import InvalidInput, NotFound
from core.evals import stop_run
from core.identity import SYSTEM, Actor, Permission, require
from core.releases.digest import changes_digest
from core.releases.opening import changes_of, open_proposal
from core.releases.replaying.states import OPEN, RUNNING, STOPPED, WAITING
from core.releases.standing import catalogue_digest, standing_build
from core.releases.tables import Replay
from core.settings import Settings


def start_replay(actor: Actor, proposal_id: int, *, database: Database, settings: Settings) -> Replay:
    """Have a proposal tried on cases and conversations. Nothing live changes.

    Safe to repeat: while a replay of the proposal is under way, that one is returned.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such proposal.
        Conflict: it is released or withdrawn.
        InvalidInput: it changes nothing.
    """
    require(actor, Permission.EVALS_RUN)
    actions = catalogue_digest(database=database, settings=settings)
    try:
        with database.transaction() as session:
            replay = _started(actor, proposal_id, session=session)
            if not replay.before_build:
                replay.before_build = standing_build(session=session, settings=settings, actions=actions).id
            return replay
    except IntegrityError:  # somebody else started one in the same moment
        with database.reading() as session:
            found = _open_replay(proposal_id, session=session)
            if found is None:
                raise
            return found


def stop_replay(actor: Actor, replay_id: int, *, session: Session) -> Replay:
    """Ask nothing more. What was answered is known to the next replay. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such replay.
    """
    require(actor, Permission.EVALS_RUN)
    replay = session.get(Replay, replay_id, with_for_update=True, populate_existing=True)
    if replay is None:
        raise NotFound("There is no such replay.")
    if replay.state not in OPEN or replay.stopping:
        return replay
    if replay.state == WAITING:
        replay.state, replay.finished_at = STOPPED, now()
    replay.stopping = True
    for run_id in (replay.baseline_run_id, replay.candidate_run_id):
        if replay.state == RUNNING and run_id is not None:
            stop_run(SYSTEM, run_id, session=session)
    _record(actor, "replay.stopped", replay, session=session)
    return replay


def _started(actor: Actor, proposal_id: int, *, session: Session) -> Replay:
    open_proposal(proposal_id, session=session)
    known = _open_replay(proposal_id, session=session)
    if known is not None:
        return known
    changes = changes_of(proposal_id, session=session)
    if not changes:
        raise InvalidInput("This proposal changes nothing yet, so there is nothing to replay. Add a change.")
    replay = Replay(
        proposal_id=proposal_id,
        changes_digest=changes_digest(changes),
        person_id=actor.person_id,
    )
    session.add(replay)
    session.flush()
    _record(actor, "replay.started", replay, session=session)
    return replay


def _open_replay(proposal_id: int, *, session: Session) -> Replay | None:
    query = select(Replay).where(Replay.proposal_id == proposal_id, col(Replay.state).in_(OPEN))
    return session.exec(query).one_or_none()


def _record(actor: Actor, action: str, replay: Replay, *, session: Session) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        action,
        session=session,
        subject_type="replay",
        subject_id=replay.key,
        proposal_id=replay.proposal_id,
    )
