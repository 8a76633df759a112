"""How far each version in use has come, who is at it, and what went wrong last."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from core.classifiers.live.finding import newest_place
from core.classifiers.tables import ClassifierCursor
from core.database import now

BUSY = timedelta(seconds=20)
"""After this a process that judges counts as dead. Should it live, another one does its work twice."""
LONGEST_PAUSE = timedelta(minutes=5)


def begin(version_id: int, subject_type: str, *, session: Session) -> None:
    """Let a version judge from the next subject on."""
    place = newest_place(subject_type, session=session)
    values = {
        "started_at_id": place,
        "reached_id": place,
        "mark_id": place,
        "swept_id": place,
        "swept_at": now(),
        "busy_until": None,
        "failures": 0,
        "error": "",
        "retry_at": None,
        "updated_at": now(),
    }
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    statement = make(ClassifierCursor).values(version_id=version_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["version_id"], set_=values))


def begin_if_new(version_id: int, subject_type: str, *, session: Session) -> None:
    """The same for a version without a cursor; another process may have been first."""
    if session.get(ClassifierCursor, version_id) is None:
        begin(version_id, subject_type, session=session)


def claim(version_id: int, *, session: Session) -> bool:
    """Take the turn to judge. False when another process has it."""
    moment = now()
    free = or_(col(ClassifierCursor.busy_until).is_(None), col(ClassifierCursor.busy_until) < moment)
    taken = (
        update(ClassifierCursor)
        .where(col(ClassifierCursor.version_id) == version_id, free)
        .values(busy_until=moment + BUSY)
        .returning(col(ClassifierCursor.version_id))
    )
    return session.execute(taken).scalar_one_or_none() is not None


def advance(version_id: int, *, reached_id: int, session: Session) -> None:
    """Note a success. The cursor never goes back, whoever was quicker."""
    session.execute(
        update(ClassifierCursor)
        .where(col(ClassifierCursor.version_id) == version_id)
        .values(busy_until=None, failures=0, error="", retry_at=None, updated_at=now())
    )
    session.execute(
        update(ClassifierCursor)
        .where(col(ClassifierCursor.version_id) == version_id, col(ClassifierCursor.reached_id) < reached_id)
        .values(reached_id=reached_id)
    )


def sweep_done(version_id: int, *, session: Session) -> None:
    """The next sweep begins where the one before this one ended.

    So each place is looked at twice after the cursor has passed it: a long transaction may give its
    subjects a low number and show them late.
    """
    session.execute(
        update(ClassifierCursor)
        .where(col(ClassifierCursor.version_id) == version_id)
        .values(
            swept_id=col(ClassifierCursor.mark_id), mark_id=col(ClassifierCursor.reached_id), swept_at=now()
        )
    )


def note_failure(version_id: int, error: str, *, failures: int, session: Session) -> None:
    """Keep what went wrong, and pause: 1 s, 2 s, 4 s ... up to :data:`LONGEST_PAUSE`."""
    pause = min(timedelta(seconds=2 ** min(failures, 16)), LONGEST_PAUSE)
    session.execute(
        update(ClassifierCursor)
        .where(col(ClassifierCursor.version_id) == version_id)
        .values(
            busy_until=None,
            failures=failures + 1,
            error=error[:500],
            retry_at=now() + pause,
            updated_at=now(),
        )
    )
