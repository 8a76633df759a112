"""What is judged, with the thread around it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.assist.tables import Citation, Draft
from core.conversations import Conversation, Customer, Message, Reply
from core.knowledge import ArticleVersion
from core.labelling.views import SubjectMessage, SubjectView


def find_subject(subject_type: str, subject_id: int, *, session: Session) -> SubjectView | None:
    """One subject; None when it is gone, or was taken back before it left. Checks no permission."""
    if subject_type == "conversation":
        return _conversation(subject_id, session=session)
    if subject_type == "message":
        return _message(subject_id, session=session)
    return (
        _draft(subject_id, session=session)
        if subject_type == "draft"
        else _reply(subject_id, session=session)
    )


def build_of(subject_type: str, subject_id: int, *, session: Session) -> str:
    """Id of the build that wrote what is judged; empty for what no build wrote."""
    if subject_type == "draft":
        draft = session.get(Draft, subject_id)
        return draft.build_id if draft is not None else ""
    if subject_type == "reply":
        reply = session.get(Reply, subject_id)
        return reply.build_id if reply is not None else ""
    return ""


def _conversation(conversation_id: int, *, session: Session) -> SubjectView | None:
    head = _head(conversation_id, session=session)
    if head is None:
        return None
    messages = _thread(conversation_id, session=session, all_judged=True)
    return (
        SubjectView(type="conversation", id=conversation_id, messages=messages, **head) if messages else None
    )


def _message(message_id: int, *, session: Session) -> SubjectView | None:
    message = session.get(Message, message_id)
    if message is None or message.recalled_at is not None:
        return None
    head = _head(message.conversation_id, session=session)
    if head is None:
        return None
    messages = _thread(message.conversation_id, session=session, judged_id=message_id)
    return SubjectView(type="message", id=message_id, messages=messages, text=message.text, **head)


def _draft(draft_id: int, *, session: Session) -> SubjectView | None:
    draft = session.get(Draft, draft_id)
    head = _head(draft.conversation_id, session=session) if draft is not None else None
    if draft is None or head is None:
        return None
    # What came after it, such as the reply that was sent, would give away how good it was.
    messages = _thread(draft.conversation_id, session=session, up_to_id=draft.basis_message_id)
    cited = (
        select(col(ArticleVersion.title), col(Citation.quote))
        .join(ArticleVersion, col(ArticleVersion.id) == col(Citation.article_version_id))
        .where(col(Citation.draft_id) == draft_id)
        .order_by(col(Citation.position))
    )
    return SubjectView(
        type="draft",
        id=draft_id,
        messages=messages,
        text=draft.text,
        citations=[{"title": title, "quote": quote} for title, quote in session.execute(cited)],
        decision=draft.decision,
        reason=draft.reason,
        question=draft.question,
        **head,
    )


def _reply(reply_id: int, *, session: Session) -> SubjectView | None:
    reply = session.get(Reply, reply_id)
    message = session.get(Message, reply.message_id) if reply is not None else None
    if reply is None or message is None or message.recalled_at is not None:
        return None
    head = _head(reply.conversation_id, session=session)
    if head is None:
        return None
    messages = _thread(reply.conversation_id, session=session, up_to_id=message.key, judged_id=message.key)
    return SubjectView(type="reply", id=reply_id, messages=messages, text=message.text, **head)


def _head(conversation_id: int, *, session: Session) -> dict[str, Any] | None:
    found = session.execute(
        select(
            col(Conversation.subject),
            col(Conversation.channel),
            col(Conversation.locale),
            col(Customer.locale),
            col(Customer.name),
        )
        .join(Customer, col(Customer.id) == col(Conversation.customer_id))
        .where(col(Conversation.id) == conversation_id)
    ).first()
    if found is None:
        return None
    subject, channel, locale, customer_locale, customer = found
    return {
        "conversation_id": conversation_id,
        "title": subject or customer or f"Conversation {conversation_id}",
        "channel": channel,
        "locale": locale or customer_locale,
    }


def _thread(
    conversation_id: int,
    *,
    session: Session,
    up_to_id: int | None = None,
    judged_id: int | None = None,
    all_judged: bool = False,
) -> list[SubjectMessage]:
    """The messages without recalled ones, up to one of them where that is said. Columns, not rows: quick."""
    said = select(
        col(Message.id),
        col(Message.author),
        col(Message.name),
        col(Message.text),
        col(Message.folded),
        col(Message.created_at),
    ).where(col(Message.conversation_id) == conversation_id, col(Message.recalled_at).is_(None))
    if up_to_id is not None:
        last = select(col(Message.position)).where(col(Message.id) == up_to_id).scalar_subquery()
        said = said.where(col(Message.position) <= last)
    rows = session.execute(said.order_by(col(Message.position)))
    return [
        SubjectMessage(key or 0, author, name, text, folded, at, judged=all_judged or key == judged_id)
        for key, author, name, text, folded, at in rows
    ]
