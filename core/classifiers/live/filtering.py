"""Which conversations a live classifier answered so: for the queue and its views."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlmodel import Session, col

from core.classifiers.tables import Classifier, ClassifierAnswer, ClassifierVersion
from core.conversations import Conversation
from core.criteria import SEPARATOR

FEW = 1_000
"""Up to so many conversations are named one by one; with more, the queue is walked and each looked up."""


def conversations_with(classifier_id: int, answer: str, *, session: Session) -> ColumnElement[bool]:
    """A condition on ``conversation``: the live version says so of it, or of its customer's last message.

    Quick whether few or most of a million conversations match. Answers from a backtest of the live version
    count too, so that older conversations are found as well. Checks no permission.

    Args:
        answer: one of the classifier's answers; of many_of also among others.

    Returns:
        For ``core.conversations.list_queue(within=...)``. Nothing matches when no version is live.
    """
    row = session.execute(
        select(
            col(ClassifierVersion.id),
            col(ClassifierVersion.subject_type),
            col(ClassifierVersion.many),
        )
        .join(Classifier, col(Classifier.live_version_id) == col(ClassifierVersion.id))
        .where(col(Classifier.id) == classifier_id, col(Classifier.archived_at).is_(None))
    ).first()
    if row is None:
        return false()
    said = (
        col(ClassifierAnswer.version_id) == row.id,
        _is(answer, many=row.many),
        col(ClassifierAnswer.abstained).is_(False),
    )
    # counted without the join, so off the index alone; messages before the last make it a few too many
    found = set(
        session.execute(select(col(ClassifierAnswer.conversation_id)).where(*said).limit(FEW + 1)).scalars()
    )
    here = _subject(row.subject_type)
    among = exists().where(*said, col(ClassifierAnswer.subject_id) == here) if here is not None else None
    few = col(Conversation.id).in_(sorted(found)) if len(found) <= FEW else None
    if few is not None:
        return few if among is None else few & among
    if among is not None:
        return among
    return col(Conversation.id).in_(select(col(ClassifierAnswer.conversation_id)).where(*said))


def _subject(subject_type: str) -> Any:
    """The subject of a conversation's row; None where it has several (replies)."""
    if subject_type == "conversation":
        return col(Conversation.id)
    return col(Conversation.last_customer_message_id) if subject_type == "message" else None


def _is(answer: str, *, many: bool) -> ColumnElement[bool]:
    column = col(ClassifierAnswer.answer)
    if not many:
        return column == answer
    return or_(
        column == answer,
        column.startswith(f"{answer}{SEPARATOR}", autoescape=True),
        column.endswith(f"{SEPARATOR}{answer}", autoescape=True),
        column.contains(f"{SEPARATOR}{answer}{SEPARATOR}", autoescape=True),
    )
