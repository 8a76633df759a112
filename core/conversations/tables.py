"""Customers, conversations, messages, the composer, sent replies and the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Computed, Index, Table, UniqueConstraint, text
from sqlmodel import Field

from core.database import Identifier, JSONColumn, Row, UTCDateTime, now


class Customer(Row, table=True):
    """Somebody who writes to us."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("source", "external_id"),)

    source: str = Field(default="ratchet", max_length=64)
    external_id: str = Field(max_length=200)
    name: str = Field(default="", max_length=300)
    email: str = Field(default="", max_length=320, index=True, description="In lower case.")
    phone: str = Field(default="", max_length=64)
    locale: str = Field(default="", max_length=16)
    time_zone: str = Field(default="", max_length=64)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn, description="Plan, company, ...")
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Conversation(Row, table=True):
    """One customer matter.

    ``status``: open (ours to answer), waiting (the customer's turn), resolved, closed.
    ``priority``: 1 urgent, 2 high, 3 normal, 4 low. ``waiting_since`` is set while the
    customer waits for us. ``ai_outcome``: what the latest draft decided about the customer's last
    message (answer, abstain, escalate), empty once that is answered or overtaken.
    ``source_state`` is what an import last said, so that importing the same file again does not
    undo what was done here since.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_conversation_customer", "customer_id", "last_message_at"),
        Index("ix_conversation_reported", "created_at", "source", "channel", "locale", "csat"),
    )

    source: str = Field(default="ratchet", max_length=64)
    external_id: str = Field(max_length=200)
    customer_id: int = Field(foreign_key="customer.id", sa_type=Identifier)
    channel: str = Field(max_length=20, description="chat, email, voice or embedded")
    subject: str = Field(default="", max_length=500)
    status: str = Field(default="open", max_length=20)
    priority: int = 3
    escalation_reason: str = Field(default="", max_length=500)
    assignee_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    locale: str = Field(default="", max_length=16)
    tags: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    csat: int | None = Field(default=None, description="1 to 5, as the customer gave it")
    ai_outcome: str = Field(default="", max_length=20)
    waiting_since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    preview: str = Field(default="", max_length=200, description="Start of the last visible message.")
    message_count: int = 0
    last_message_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    last_customer_message_id: int | None = Field(default=None, sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    source_state: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="{status, csat, tags} of the last import"
    )


customer: Table = Customer.__table__  # type: ignore[attr-defined]
conversation: Table = Conversation.__table__  # type: ignore[attr-defined]

NOT_WAITING = "9999-12-01 00:00:00.000000"
"""Where conversations nobody waits for stand in a queue: behind all others."""

# The database keeps `queue_at` itself. It is in the table but not in the class: the queue needs it
# (an index cannot put nulls last on both databases), nobody else does.
conversation.append_column(
    Column(
        "queue_at",
        UTCDateTime(),
        Computed(f"coalesce(waiting_since, '{NOT_WAITING}')", persisted=True),
        nullable=False,
    )
)

OPEN = text("status IN ('open', 'waiting')")
WAITING = text("status = 'open' AND waiting_since IS NOT NULL")
ESCALATED = text("status IN ('open', 'waiting') AND escalation_reason <> ''")
UNANSWERED = text("status = 'open' AND ai_outcome IN ('abstain', 'escalate')")

# One index for each queue view, in the order of the view, so that a page is read straight off it.
# `channel` at the end lets a filter be checked without going to the table.
_URGENCY = ("priority", "queue_at", "id", "channel")


def _index(name: str, *columns: str, where: Any) -> None:
    Index(name, *(conversation.c[column] for column in columns), sqlite_where=where, postgresql_where=where)


_index("ix_conversation_assignee", "assignee_id", *_URGENCY, where=OPEN)
_index("ix_conversation_escalated", *_URGENCY, where=ESCALATED)
_index("ix_conversation_unanswered", *_URGENCY, where=UNANSWERED)
_index("ix_conversation_waiting", "waiting_since", "id", "channel", where=WAITING)
Index(
    "ix_conversation_last_message",
    conversation.c.last_message_at,
    conversation.c.id,
    conversation.c.channel,
)


class Message(Row, table=True):
    """One utterance. ``author``: customer, rep, assistant or system. Texts are never edited.

    ``recalled_at`` is set when its author took it back before it left; nobody is shown it then.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("conversation_id", "position"),
        Index("ix_message_external", "conversation_id", "external_id"),
    )

    conversation_id: int = Field(foreign_key="conversation.id", sa_type=Identifier)
    position: int = Field(description="0-based order within the conversation")
    external_id: str = Field(default="", max_length=300)
    author: str = Field(max_length=20)
    name: str = Field(default="", max_length=300)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    text: str = Field(description="What was said, plain text, without quoted history and signature.")
    folded: str = Field(default="", description="Quoted history and signature, shown on request.")
    html: str = Field(default="", description="Sanitised HTML, when the message came as HTML.")
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime, index=True)
    recalled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Attachment(Row, table=True):
    """A file that came with a message. Content lives under ``home``/attachments by digest, never unpacked."""

    __tablename__ = "attachment"

    message_id: int = Field(foreign_key="message.id", index=True, sa_type=Identifier)
    name: str = Field(max_length=300)
    media_type: str = Field(default="", max_length=200)
    size: int = Field(sa_type=Identifier, description="bytes, as received")
    sha256: str = Field(default="", max_length=64, description="Empty when the content was not kept.")
    note: str = Field(default="", max_length=300, description="Why the content was not kept.")


class Composer(Row, table=True):
    """What a rep has typed and not sent, one row per conversation and person.

    ``token`` names this piece of work: sending consumes it, so a double click, a second tab
    or a reload cannot send it again.
    """

    __tablename__ = "composer"
    __table_args__ = (UniqueConstraint("conversation_id", "person_id"),)

    conversation_id: int = Field(foreign_key="conversation.id", sa_type=Identifier)
    person_id: int = Field(foreign_key="person.id", sa_type=Identifier)
    text: str = ""
    draft_id: int | None = Field(default=None, sa_type=Identifier, description="Draft that was inserted.")
    token: str = Field(max_length=64)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Reply(Row, table=True):
    """A reply that was sent, and what became of the draft behind it."""

    __tablename__ = "reply"

    message_id: int = Field(foreign_key="message.id", unique=True, sa_type=Identifier)
    conversation_id: int = Field(foreign_key="conversation.id", index=True, sa_type=Identifier)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=Identifier)
    token: str = Field(max_length=64, unique=True, description="Composer token this reply consumed.")
    draft_id: int | None = Field(default=None, index=True, sa_type=Identifier)
    draft_text: str = ""
    final_text: str
    edit_ratio: float | None = Field(
        default=None, description="0 sent as drafted .. 1 rewritten; null when no draft was used."
    )
    changes: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONColumn, description="Word diff: [{op: equal|insert|delete, text}]"
    )
    citations: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONColumn)
    build_id: str = Field(default="", max_length=64)
    status_before: str = Field(default="open", max_length=20, description="Of the conversation; for recall.")
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime, index=True)


_UNSENT = text("state IN ('pending', 'delivering')")


class OutboxItem(Row, table=True):
    """A reply on its way to the customer.

    ``state``: pending, delivering, delivered, failed (a person must look) or recalled.
    ``due_at``: when to try; while delivering, when the attempt counts as dead and another
    process may take over.
    """

    __tablename__ = "outbox_item"
    __table_args__ = (Index("ix_outbox_due", "due_at", "id", sqlite_where=_UNSENT, postgresql_where=_UNSENT),)

    message_id: int = Field(foreign_key="message.id", unique=True, sa_type=Identifier)
    conversation_id: int = Field(foreign_key="conversation.id", index=True, sa_type=Identifier)
    idempotency_key: str = Field(max_length=64, unique=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    state: str = Field(default="pending", max_length=20)
    attempts: int = 0
    due_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    claimed_by: str = Field(default="", max_length=64)
    delivered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    receipt: str = Field(default="", max_length=500)
    error: str = Field(default="", max_length=1000)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
