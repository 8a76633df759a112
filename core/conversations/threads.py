"""Read one conversation, and add what a customer says to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.conversations.attachments import store_attachments
from core.conversations.batch import MAX_HTML
from core.conversations.checking import check_messages, clean, one_line
from core.conversations.records import AttachmentRecord, MessageRecord
from core.conversations.standing import Standing
from core.conversations.tables import Attachment, Conversation, Customer, Message, OutboxItem
from core.database import now
from core.errors import NotFound
from core.identity import Actor, Permission, Person, require
from core.settings import get_settings


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation as a rep sees it, unmasked. ``messages`` are in order, without recalled ones.

    ``attachments`` and ``deliveries`` are by message id.
    """

    conversation: Conversation
    customer: Customer
    assignee: Person | None
    messages: list[Message]
    attachments: dict[int, list[Attachment]]
    deliveries: dict[int, OutboxItem]

    @property
    def last_message_id(self) -> int | None:
        """What to give to ``send_reply`` as ``seen_message_id``."""
        return self.messages[-1].id if self.messages else None


def get_conversation(actor: Actor, conversation_id: int, *, session: Session) -> ConversationView:
    """Everything one conversation holds.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is none with this id.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    conversation = session.get(Conversation, conversation_id)
    customer = session.get(Customer, conversation.customer_id) if conversation else None
    if conversation is None or customer is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    messages = visible_messages(conversation_id, session=session)
    attachments: dict[int, list[Attachment]] = defaultdict(list)
    with_messages = (
        select(Attachment)
        .join(Message, col(Message.id) == col(Attachment.message_id))
        .where(Message.conversation_id == conversation_id)
    )
    for attachment in session.exec(with_messages.order_by(col(Attachment.id))):
        attachments[attachment.message_id].append(attachment)
    items = session.exec(select(OutboxItem).where(OutboxItem.conversation_id == conversation_id))
    return ConversationView(
        conversation=conversation,
        customer=customer,
        assignee=session.get(Person, conversation.assignee_id) if conversation.assignee_id else None,
        messages=messages,
        attachments=dict(attachments),
        deliveries={item.message_id: item for item in items},
    )


def find_conversation(actor: Actor, source: str, external_id: str, *, session: Session) -> Conversation:
    """The conversation a source knows by ``external_id``.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is none.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    found = session.exec(
        select(Conversation).where(Conversation.source == source, Conversation.external_id == external_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no conversation {external_id} from {source}.")
    return found


def visible_messages(conversation_id: int, *, session: Session) -> list[Message]:
    """The messages of a conversation in order, without recalled ones. Checks no permission."""
    statement = select(Message).where(
        Message.conversation_id == conversation_id, col(Message.recalled_at).is_(None)
    )
    return list(session.exec(statement.order_by(col(Message.position))))


def previous_conversations(
    actor: Actor,
    customer_id: int,
    *,
    session: Session,
    limit: int = 10,
    before_conversation_id: int | None = None,
) -> list[Conversation]:
    """A customer's conversations, newest first, leaving out ``before_conversation_id``.

    Raises:
        PermissionDenied: the actor may not read conversations.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    statement = select(Conversation).where(Conversation.customer_id == customer_id)
    if before_conversation_id is not None:
        statement = statement.where(col(Conversation.id) != before_conversation_id)
    newest_first = statement.order_by(col(Conversation.last_message_at).desc(), col(Conversation.id).desc())
    return list(session.exec(newest_first.limit(limit)))


def lock_conversation(conversation_id: int, *, session: Session) -> Conversation:
    """The conversation as it is now, kept from others until the transaction ends.

    Raises:
        NotFound: there is none with this id.
    """
    statement = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    found = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    return found


def add_customer_message(
    conversation_id: int,
    *,
    session: Session,
    text: str,
    external_id: str = "",
    name: str = "",
    html: str = "",
    folded: str = "",
    created_at: datetime | None = None,
    attachments: Sequence[AttachmentRecord] = (),
    home: Path | None = None,
) -> Message:
    """Add what the customer said; the conversation is open again and waits for us.

    With an ``external_id`` that is there already, nothing is added and the stored message returned.
    ``html`` must be sanitised. Attachments are kept below ``home``, by default the settings'.

    Raises:
        NotFound: there is no such conversation.
        InvalidInput: the message is empty, too long, or its date has no time zone.
    """
    said_at = created_at or now()
    check_messages(
        [MessageRecord("customer", text, said_at, external_id, name, html, folded, tuple(attachments))]
    )
    conversation = lock_conversation(conversation_id, session=session)
    if external_id and (known := _known(conversation_id, external_id, session=session)) is not None:
        return known
    message = append_message(
        conversation,
        Message(
            conversation_id=conversation_id,
            position=0,
            external_id=external_id,
            author="customer",
            name=one_line(name, 300),
            text=clean(text),
            html=clean(html) if len(html) <= MAX_HTML else "",
            folded=clean(folded),
            created_at=said_at,
        ),
        session=session,
    )
    conversation.status, conversation.ai_outcome = "open", ""
    stored = store_attachments(attachments, home=home or get_settings().home) if attachments else ()
    for file in stored:
        session.add(
            Attachment(
                message_id=message.key,
                name=file.name,
                media_type=file.media_type,
                size=file.size,
                sha256=file.sha256,
                note=file.note,
            )
        )
    session.flush()
    return message


def append_message(conversation: Conversation, message: Message, *, session: Session) -> Message:
    """Put ``message`` at the end of a locked conversation and bring its standing up to date."""
    last = session.exec(
        select(func.max(Message.position)).where(Message.conversation_id == conversation.key)
    ).one()
    message.position = 0 if last is None else last + 1
    session.add(message)
    session.flush()
    standing = Standing(
        waiting_since=conversation.waiting_since,
        earlier_preview=conversation.preview,
        message_count=conversation.message_count,
        last_message_at=conversation.last_message_at,
        last_customer_message_id=conversation.last_customer_message_id,
    )
    standing.add(message.author, message.text, message.created_at, message.key)
    apply_standing(conversation, standing)
    session.add(conversation)
    return message


def apply_standing(conversation: Conversation, standing: Standing) -> None:
    """Write what the messages add up to onto the conversation. The status is the caller's to set."""
    conversation.waiting_since = standing.waiting_since
    conversation.preview = standing.preview
    conversation.message_count = standing.message_count
    conversation.last_message_at = standing.last_message_at or conversation.last_message_at
    conversation.last_customer_message_id = standing.last_customer_message_id
    conversation.updated_at = now()


def standing_of(messages: Sequence[Message]) -> Standing:
    """What ``messages``, in order, add up to."""
    standing = Standing()
    for message in messages:
        standing.add(message.author, message.text, message.created_at, message.key)
    return standing


def _known(conversation_id: int, external_id: str, *, session: Session) -> Message | None:
    return session.exec(
        select(Message).where(Message.conversation_id == conversation_id, Message.external_id == external_id)
    ).first()
