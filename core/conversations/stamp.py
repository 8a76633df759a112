"""Has anything about a conversation changed since it was drawn? One cheap question for a polling page."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core.conversations.tables import Conversation, OutboxItem


def conversation_stamp(conversation_id: int, *, session: Session) -> str:
    """A value that changes with every message, status, assignment and delivery of the conversation."""
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None:
        return ""
    delivery = session.exec(
        select(OutboxItem.state)
        .where(OutboxItem.conversation_id == conversation_id)
        .order_by(col(OutboxItem.id).desc())
        .limit(1)
    ).first()
    parts = (
        conversation.last_message_at.isoformat(),
        conversation.message_count,
        conversation.status,
        conversation.priority,
        conversation.assignee_id,
        delivery,
    )
    return "|".join(str(part) for part in parts)
