"""How far each live grader has come, who is at it, and what went wrong last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import Session, col

from core.database import now
from core.evals.tables import LiveGrade, LiveGrader

BUSY = timedelta(seconds=30)
"""After this a process that grades counts as dead. Should it live, another one does its work twice."""
LONGEST_PAUSE = timedelta(minutes=5)


def claim(grader_id: int, *, session: Session) -> bool:
    """Take the turn to grade. False when another process has it, or the grader was paused."""
    moment = now()
    free = or_(col(LiveGrader.busy_until).is_(None), col(LiveGrader.busy_until) < moment)
    taken = (
        update(LiveGrader)
        .where(col(LiveGrader.id) == grader_id, col(LiveGrader.active), free)
        .values(busy_until=moment + BUSY)
        .returning(col(LiveGrader.id))
    )
    return session.execute(taken).scalar_one_or_none() is not None


def begin_version(grader_id: int, old: int | None, new: int, *, session: Session) -> None:
    """Let another version go on where the last one ended; what that one had still to do is its now."""
    changed = session.execute(
        update(LiveGrader)
        .where(
            col(LiveGrader.id) == grader_id,
            col(LiveGrader.version_id).is_(None) if old is None else col(LiveGrader.version_id) == old,
        )
        .values(
            version_id=new,
            started_at_id=col(LiveGrader.reached_id),
            mark_id=col(LiveGrader.reached_id),
            swept_id=col(LiveGrader.reached_id),
            failures=0,
            error="",
            retry_at=None,
        )
        .returning(col(LiveGrader.id))
    ).scalar_one_or_none()
    if changed is not None and old is not None:
        session.execute(
            update(LiveGrade)
            .where(
                col(LiveGrade.grader_id) == grader_id,
                col(LiveGrade.version_id) == old,
                col(LiveGrade.state) != "graded",
            )
            .values(version_id=new)
        )


def advance(grader_id: int, *, reached_id: int, graded: bool, session: Session) -> None:
    """Note a success. The cursor never goes back, whoever was quicker."""
    values: dict[str, Any] = {"busy_until": None, "failures": 0, "error": "", "retry_at": None}
    if graded:
        values["graded_at"] = now()
    session.execute(update(LiveGrader).where(col(LiveGrader.id) == grader_id).values(**values))
    session.execute(
        update(LiveGrader)
        .where(col(LiveGrader.id) == grader_id, col(LiveGrader.reached_id) < reached_id)
        .values(reached_id=reached_id)
    )


def sweep_done(grader_id: int, *, session: Session) -> None:
    """The next sweep begins where the one before this one ended, so each place is looked at twice more."""
    session.execute(
        update(LiveGrader)
        .where(col(LiveGrader.id) == grader_id)
        .values(swept_id=col(LiveGrader.mark_id), mark_id=col(LiveGrader.reached_id), swept_at=now())
    )


def note_failure(grader_id: int, error: str, *, failures: int, session: Session) -> None:
    """Keep what went wrong, and pause: 1 s, 2 s, 4 s ... up to :data:`LONGEST_PAUSE`."""
    pause = min(timedelta(seconds=2 ** min(failures, 16)), LONGEST_PAUSE)
    session.execute(
        update(LiveGrader)
        .where(col(LiveGrader.id) == grader_id)
        .values(busy_until=None, failures=failures + 1, error=error[:500], retry_at=now() + pause)
    )
