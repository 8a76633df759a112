"""Send a reply exactly once.

Sending consumes the composer's token. A double click, a second tab or a reload carries a token
that is used up and finds the reply that used it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import audit
from core.conversations.checking import clean, one_line
from core.conversations.composer import new_token, sender_id
from core.conversations.records import MAX_TEXT, STATUSES
from core.conversations.tables import Composer, Conversation, Customer, Message, OutboxItem, Reply
from core.conversations.threads import (
    append_message,
    lock_conversation,
)
from core.database import now
from core.differences import edit_ratio, word_diff
from core.errors import Conflict, InvalidInput
from core.identity import Actor
from core.settings import get_settings


@dataclass(frozen=True, slots=True)
class DraftUsed:
    """The draft a reply started from, as it was inserted."""

    draft_id: int
    text: str
    citations: list[dict[str, Any]] = field(default_factory=list)
    build_id: str = ""


@dataclass(frozen=True, slots=True)
class SentReply:
    """A reply that is on its way. ``already_sent``: an earlier call with this token sent it."""

    message: Message
    reply: Reply
    already_sent: bool


def send_reply(
    actor: Actor,
    conversation_id: int,
    *,
    session: Session,
    text: str,
    token: str,
    seen_message_id: int,
    draft: DraftUsed | None = None,
    status_after: str = "waiting",
) -> SentReply:
    """Write message, reply, outbox item and audit entry, and start an empty composer, all or nothing.

    The reply leaves ``undo_send_seconds`` (a setting) later. Save the composer first, in a
    transaction of its own: when this raises, that text is what is kept.

    Args:
        token: of the composer the text was written in.
        seen_message_id: the newest message the person had on screen.
        draft: what was inserted, so that the edit is measured; None when it was written by hand.

    Raises:
        PermissionDenied: the actor may not work on conversations, or is no person.
        NotFound: there is no such conversation.
        InvalidInput: the text is empty or too long, or ``seen_message_id`` is of another conversation.
        Conflict: somebody wrote after ``seen_message_id`` (the message says who and what), or the
            token was used for a different text. Nothing was sent.
    """
    person_id = sender_id(actor)
    said = clean(text).strip()
    if not said:
        raise InvalidInput("The reply is empty: write something first.")
    if len(said) > MAX_TEXT:
        raise InvalidInput(f"The reply has {len(said):,} characters, and {MAX_TEXT:,} is the most.")
    if status_after not in STATUSES:
        raise InvalidInput(f"Unknown status {status_after!r}: choose one of {', '.join(STATUSES)}.")
    conversation = lock_conversation(conversation_id, session=session)
    earlier = _sent_with(token, person_id, conversation_id, said, session=session)
    if earlier is not None:
        return earlier
    _refuse_if_moved(actor, conversation_id, seen_message_id, session=session)
    _consume(token, person_id, conversation_id, session=session)

    status_before = conversation.status
    message = append_message(
        conversation,
        Message(
            conversation_id=conversation_id,
            position=0,
            author="rep",
            name=actor.name,
            person_id=person_id,
            text=said,
        ),
        session=session,
    )
    conversation.status, conversation.ai_outcome = status_after, ""
    reply = Reply(
        message_id=message.key,
        conversation_id=conversation_id,
        person_id=person_id,
        token=token,
        draft_id=draft.draft_id if draft else None,
        draft_text=draft.text if draft else "",
        final_text=said,
        edit_ratio=edit_ratio(draft.text, said) if draft else None,
        changes=list(word_diff(draft.text, said)) if draft else [],
        citations=list(draft.citations) if draft else [],
        build_id=draft.build_id if draft else "",
        status_before=status_before,
    )
    session.add(reply)
    session.add(_outbox_item(conversation, message, session=session))
    session.flush()
    audit.record(
        actor.person_id,
        actor.who,
        "reply.sent",
        session=session,
        subject_type="conversation",
        subject_id=conversation_id,
        message_id=message.key,
        draft_id=reply.draft_id,
        edit_ratio=reply.edit_ratio,
        build_id=reply.build_id,
        status_after=status_after,
    )
    return SentReply(message, reply, already_sent=False)


def _sent_with(
    token: str, person_id: int, conversation_id: int, said: str, *, session: Session
) -> SentReply | None:
    """The reply that consumed ``token``, when it is the same piece of writing."""
    reply = session.exec(select(Reply).where(Reply.token == token)).one_or_none()
    if reply is None:
        return None
    if reply.person_id != person_id or reply.conversation_id != conversation_id:
        raise InvalidInput("This composer belongs to another reply. Reload the conversation.")
    message = session.get_one(Message, reply.message_id)
    if message.recalled_at is not None:
        raise Conflict("You took this reply back. Reload the conversation to send it again.")
    if reply.final_text != said:
        raise Conflict(
            f"You have sent another text from this composer already: “{one_line(reply.final_text, 80)}”. "
            "Reload the conversation; what you typed here is kept."
        )
    return SentReply(message, reply, already_sent=True)


def _refuse_if_moved(actor: Actor, conversation_id: int, seen_message_id: int, *, session: Session) -> None:
    seen = session.get(Message, seen_message_id)
    if seen is None or seen.conversation_id != conversation_id:
        raise InvalidInput("The message you saw last is not in this conversation. Reload it.")
    newer = session.exec(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.position > seen.position,
            Message.author != "system",
            col(Message.recalled_at).is_(None),
        )
        .order_by(col(Message.position))
    ).all()
    if not newer:
        return
    last = newer[-1]
    who = "You" if last.person_id == actor.person_id else last.name or f"The {last.author}"
    more = f" and {len(newer) - 1} more before it" if len(newer) > 1 else ""
    at = last.created_at.astimezone(_zone(actor.time_zone))
    raise Conflict(
        f"{who} wrote “{one_line(last.text, 80)}” at {at:%H:%M}{more}, after what you saw. "
        "Nothing was sent and your text is kept: read it and send again."
    )


def _consume(token: str, person_id: int, conversation_id: int, *, session: Session) -> None:
    """Swap the token for a new one and empty the composer, if the token is the current one."""
    used = session.execute(
        update(Composer)
        .where(
            col(Composer.conversation_id) == conversation_id,
            col(Composer.person_id) == person_id,
            col(Composer.token) == token,
        )
        .values(token=new_token(), text="", draft_id=None, updated_at=now())
    )
    if not used.rowcount:  # type: ignore[attr-defined]
        raise Conflict("This composer is out of date. Reload the conversation; what you typed is kept.")


def _outbox_item(conversation: Conversation, message: Message, *, session: Session) -> OutboxItem:
    customer = session.get_one(Customer, conversation.customer_id)
    asked = (
        session.get(Message, conversation.last_customer_message_id)
        if conversation.last_customer_message_id
        else None
    )
    known_there = asked is not None and asked.external_id and not asked.external_id.startswith("~")
    return OutboxItem(
        message_id=message.key,
        conversation_id=conversation.key,
        idempotency_key=secrets.token_hex(16),
        due_at=now() + timedelta(seconds=get_settings().undo_send_seconds),
        payload={
            "source": conversation.source,
            "conversation": conversation.external_id,
            "channel": conversation.channel,
            "subject": conversation.subject,
            "customer": customer.external_id,
            "to": customer.email,
            "to_name": customer.name,
            "author": message.name,
            "text": message.text,
            "locale": conversation.locale,
            "in_reply_to": asked.external_id if asked is not None and known_there else "",
            "written_at": message.created_at.isoformat(),
        },
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
