"""Drafts as classifiers judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.assist.tables import Citation, Draft
from core.classifiers import Subject, subject_finder, subject_reader, with_passages
from core.conversations import Conversation, Customer, Message

_FINISHED = "ready"


@subject_reader("draft")
def read_drafts(ids: Sequence[int], *, session: Session) -> dict[int, Subject]:
    """Finished drafts by id, with what they answer and what they cite. Checks no permission."""
    found = session.execute(
        select(
            col(Draft.id),
            col(Draft.conversation_id),
            col(Draft.text),
            col(Draft.locale),
            col(Draft.created_at),
            col(Conversation.channel),
            col(Conversation.locale).label("conversation_locale"),
            col(Customer.locale).label("customer_locale"),
            col(Customer.facts),
            col(Message.text).label("question"),
        )
        .join(Conversation, col(Conversation.id) == col(Draft.conversation_id))
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .outerjoin(Message, col(Message.id) == col(Draft.basis_message_id))
        .where(col(Draft.id).in_(ids), col(Draft.state) == _FINISHED)
    ).all()
    cited = with_passages(_citations([row.id for row in found], session=session), session=session)
    return {
        row.id: Subject(
            text=row.text,
            subject_type="draft",
            subject_id=row.id,
            conversation_id=row.conversation_id,
            channel=row.channel,
            locale=row.conversation_locale or row.customer_locale,
            facts=row.facts,
            occurred_at=row.created_at,
            question=row.question or "",
            citations=cited[row.id],
        )
        for row in found
        if row.text.strip()
    }


@subject_finder("draft")
def recent_drafts(
    *, session: Session, limit: int, conversation_ids: Sequence[int] | None = None
) -> list[int]:
    """Ids of the newest finished drafts, newest first. Checks no permission."""
    statement = select(col(Draft.id)).where(col(Draft.state) == _FINISHED, col(Draft.text) != "")
    if conversation_ids is not None:
        statement = statement.where(col(Draft.conversation_id).in_(conversation_ids))
    return list(session.execute(statement.order_by(col(Draft.id).desc()).limit(limit)).scalars())


def _citations(ids: Sequence[int], *, session: Session) -> dict[int, list[Mapping[str, Any]]]:
    cited: dict[int, list[Mapping[str, Any]]] = {draft_id: [] for draft_id in ids}
    rows = session.execute(
        select(
            col(Citation.draft_id),
            col(Citation.start),
            col(Citation.end),
            col(Citation.passage_id),
            col(Citation.article_version_id),
            col(Citation.quote),
        )
        .where(col(Citation.draft_id).in_(ids))
        .order_by(col(Citation.draft_id), col(Citation.position))
    )
    for row in rows:
        cited[row.draft_id].append(
            {
                "start": row.start,
                "end": row.end,
                "passage_id": row.passage_id,
                "article_version_id": row.article_version_id,
                "quote": row.quote,
            }
        )
    return cited
