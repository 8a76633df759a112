"""What a live grader has not graded yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlmodel import Session, col

from core.assist.tables import Draft
from core.conversations import Reply
from core.evals.continuous.sampling import in_sample
from core.evals.tables import LiveGrade, LiveGrader

READY = "ready"
UNFINISHED = ("running", "waiting")
"""States of drafts that may still become ready."""


@dataclass(frozen=True, slots=True)
class Found:
    """Subjects of the sample. ``unfinished``: drafts that are still being written, or wait for an action."""

    ready: Sequence[int]
    unfinished: Sequence[int]
    reached_id: int
    """Everything up to it was looked at."""


def newest_id(subject_type: str, *, session: Session) -> int:
    """The newest reply or draft; 0 when there is none."""
    key = col(Reply.id) if subject_type == "reply" else col(Draft.id)
    return int(session.execute(select(func.coalesce(func.max(key), 0))).scalar_one())


def find_sample(
    grader: LiveGrader, version_id: int, *, after: int, up_to: int, limit: int, session: Session
) -> Found:
    """Subjects in ``(after, up_to]`` of the sample that the version has not met, in order."""
    key = col(Reply.id) if grader.subject_type == "reply" else col(Draft.id)
    state = literal(READY) if grader.subject_type == "reply" else col(Draft.state)
    met = select(col(LiveGrade.subject_id)).where(
        col(LiveGrade.grader_id) == grader.key,
        col(LiveGrade.version_id) == version_id,
        col(LiveGrade.subject_id) == key,
    )
    rows = session.execute(select(key, state).where(key > after, key <= up_to, ~met.exists()).order_by(key))
    ready: list[int] = []
    unfinished: list[int] = []
    for subject_id, how in rows:
        if not in_sample(grader.seed, subject_id, grader.share):
            continue
        if how == READY:
            ready.append(subject_id)
        elif how in UNFINISHED:
            unfinished.append(subject_id)
        if len(ready) >= limit:
            return Found(ready, unfinished, subject_id)
    return Found(ready, unfinished, up_to)


def find_finished(
    grader: LiveGrader, version_id: int, *, limit: int, session: Session
) -> tuple[list[int], list[int]]:
    """Drafts that were unfinished when they were met: those that are ready, and those that never will be."""
    rows = session.execute(
        select(col(LiveGrade.subject_id), col(Draft.state))
        .outerjoin(Draft, col(Draft.id) == col(LiveGrade.subject_id))
        .where(
            col(LiveGrade.grader_id) == grader.key,
            col(LiveGrade.version_id) == version_id,
            col(LiveGrade.state) == "unfinished",
            func.coalesce(col(Draft.state), "").not_in(UNFINISHED),
        )
        .order_by(col(LiveGrade.tried_at))
        .limit(limit)
    ).all()
    return [key for key, state in rows if state == READY], [key for key, state in rows if state != READY]


def find_failed(
    grader: LiveGrader, version_id: int, *, since: datetime, before: datetime, limit: int, session: Session
) -> list[int]:
    """Subjects that could not be graded, last tried between two moments; the longest ago first."""
    return list(
        session.execute(
            select(col(LiveGrade.subject_id))
            .where(
                col(LiveGrade.grader_id) == grader.key,
                col(LiveGrade.version_id) == version_id,
                col(LiveGrade.state) == "failed",
                col(LiveGrade.tried_at) >= since,
                col(LiveGrade.tried_at) < before,
            )
            .order_by(col(LiveGrade.tried_at))
            .limit(limit)
        ).scalars()
    )
