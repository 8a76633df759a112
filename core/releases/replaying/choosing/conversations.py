"""The conversations of a replay: nobody has said what a good answer is, so they only show what changes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlmodel import Session, col, select

from core.assist.tables import Citation, Draft
from core.conversations.tables import Conversation
from core.knowledge.tables import Passage

CITED, RECENT = "cited", "recent"
MOST_CITED = 10
SAMPLE = 20
_RECENT = 1_000


def choose_conversations(
    article_ids: Collection[int], *, seed: str, session: Session, size: int = SAMPLE
) -> dict[int, str]:
    """Ids of conversations and why they are asked: drafts in them cited what changes, or they were drawn.

    Args:
        article_ids: that change.
        seed: the same one draws the same among the same.
        size: how many are drawn of the newest ones.
    """
    newest = session.scalars(
        select(col(Conversation.id))
        .order_by(col(Conversation.last_message_at).desc(), col(Conversation.id).desc())
        .limit(_RECENT)
    )
    drawn = sorted(
        (each for each in newest if each is not None),
        key=lambda each: hashlib.sha256(f"{seed}\n{each}".encode()).digest(),
    )[:size]
    chosen = dict.fromkeys(drawn, RECENT)
    if article_ids:
        cited = session.scalars(
            select(col(Draft.conversation_id))
            .join(Citation, col(Citation.draft_id) == col(Draft.id))
            .join(Passage, col(Passage.id) == col(Citation.passage_id))
            .where(col(Passage.article_id).in_(article_ids))
            .group_by(col(Draft.conversation_id))
            .order_by(col(Draft.conversation_id).desc())
            .limit(MOST_CITED)
        )
        chosen |= dict.fromkeys(cited, CITED)
    return chosen
