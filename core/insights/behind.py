"""Conversations behind a finding, as they are named to people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.conversations import Conversation


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """A conversation by what it is called in a list: its subject, or how its last message begins."""

    conversation_id: int
    title: str


def conversation_refs(conversation_ids: Collection[int], *, session: Session) -> dict[int, ConversationRef]:
    """Those of them that are still there. Checks no permission; costs one query."""
    if not conversation_ids:
        return {}
    rows = session.exec(
        select(Conversation.id, Conversation.subject, Conversation.preview).where(
            col(Conversation.id).in_(conversation_ids)
        )
    )
    return {key: ConversationRef(key, subject or preview) for key, subject, preview in rows if key}
