"""New subjects a version has not judged yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.classifiers.tables import ClassifierAnswer
from core.conversations import Message, Reply


@dataclass(frozen=True, slots=True)
class New:
    """A subject to judge. ``place``: what the cursor counts; ``basis_id``: of a conversation only."""

    subject_id: int
    conversation_id: int
    place: int
    basis_id: int | None = None


def newest_place(subject_type: str, *, session: Session) -> int:
    """Where the cursor of a version that begins now stands: the newest reply, else the newest message."""
    key = col(Reply.id) if subject_type == "reply" else col(Message.id)
    return int(session.execute(select(func.coalesce(func.max(key), 0))).scalar_one())


def find_new(
    version_id: int, subject_type: str, *, after: int, up_to: int, limit: int, session: Session
) -> list[New]:
    """Subjects with a place in ``(after, up_to]`` the version has not judged live or in shadow, in order.

    A conversation has the place of its customer's last message, and is new again whenever there is
    another one: what was said of its beginning need not hold at its end.
    """
    if subject_type == "conversation":
        return _conversations(version_id, after=after, up_to=up_to, limit=limit, session=session)
    key = col(Reply.id) if subject_type == "reply" else col(Message.id)
    conversation = col(Reply.conversation_id) if subject_type == "reply" else col(Message.conversation_id)
    statement = select(key, conversation).where(key > after, key <= up_to, ~_judged(version_id, key).exists())
    if subject_type == "message":
        statement = statement.where(*_said_by_customer())
    rows = session.execute(statement.order_by(key).limit(limit))
    return [New(subject_id, conversation_id, subject_id) for subject_id, conversation_id in rows]


def find_unanswered(conversation_id: int, *, session: Session, most: int = 20) -> list[int]:
    """The customer's messages since we last said something, newest first; the last one if we did.

    Who writes three times in a row says it perhaps in the first.
    """
    ours = aliased(Message)
    last_of_ours = (
        select(func.coalesce(func.max(col(ours.position)), -1))
        .where(
            col(ours.conversation_id) == conversation_id,
            col(ours.author).in_(("rep", "assistant")),
            col(ours.recalled_at).is_(None),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(col(Message.id), col(Message.position) > last_of_ours)
        .where(col(Message.conversation_id) == conversation_id, *_said_by_customer())
        .order_by(col(Message.position).desc())
        .limit(most)
    ).all()
    return [message_id for place, (message_id, since) in enumerate(rows) if since or not place]


def find_failed(version_id: int, *, since: datetime, limit: int, session: Session) -> list[New]:
    """Subjects whose judging failed, newest first."""
    rows = session.execute(
        select(
            col(ClassifierAnswer.subject_id),
            col(ClassifierAnswer.conversation_id),
            col(ClassifierAnswer.basis_id),
        )
        .where(
            col(ClassifierAnswer.version_id) == version_id,
            col(ClassifierAnswer.occurred_at) >= since,
            col(ClassifierAnswer.error) != "",
            col(ClassifierAnswer.source) != "backtest",
        )
        .order_by(col(ClassifierAnswer.occurred_at).desc())
        .limit(limit)
    )
    return [New(subject, conversation, subject, basis) for subject, conversation, basis in rows]


def _conversations(version_id: int, *, after: int, up_to: int, limit: int, session: Session) -> list[New]:
    newest = (
        select(col(Message.conversation_id), func.max(col(Message.id)).label("basis"))
        .where(col(Message.id) > after, col(Message.id) <= up_to, *_said_by_customer())
        .group_by(col(Message.conversation_id))
        .subquery()
    )
    judged = _judged(version_id, newest.c.conversation_id).where(
        func.coalesce(col(ClassifierAnswer.basis_id), 0) >= newest.c.basis
    )
    rows = session.execute(
        select(newest.c.conversation_id, newest.c.basis)
        .where(~judged.exists())
        .order_by(newest.c.basis)
        .limit(limit)
    )
    return [New(key, key, basis, basis) for key, basis in rows]


def _judged(version_id: int, key: Any) -> Select[Any]:
    # a backtest's answer does not count: it becomes a live one, and then a judgement
    return select(col(ClassifierAnswer.version_id)).where(
        col(ClassifierAnswer.version_id) == version_id,
        col(ClassifierAnswer.subject_id) == key,
        col(ClassifierAnswer.source) != "backtest",
    )


def _said_by_customer() -> tuple[Any, ...]:
    return col(Message.author) == "customer", col(Message.recalled_at).is_(None)
