"""Requested actions and the connections to systems that carry them out."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.database import Identifier, JSONColumn, Row, UTCDateTime, now

_OPEN = text("status IN ('proposed', 'asked', 'approved', 'executing', 'unknown')")
_OF_AGENT = text("call_id <> ''")


class ActionRequest(Row, table=True):
    """One call with effects outside: proposed, decided on by a person, carried out at most once.

    ``status``: proposed (waits for a decision), asked (waits for a manager's), approved (decided, not
    begun; after an attempt that did not reach the system, not tried again before ``lease_until``),
    executing (claimed by ``executor`` until ``lease_until``), done, failed (nothing happened), unknown
    (it was sent and nobody knows), rejected, withdrawn (overtaken by events before a decision).
    ``sent_at`` is stored before anything leaves this process. ``revision`` grows with every change;
    decisions name the one the person saw.
    """

    __tablename__ = "action_request"
    __table_args__ = (
        Index("ix_action_request_conversation", "conversation_id", "id"),
        Index("ix_action_request_open", "status", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(
            "ux_action_request_call",
            "draft_id",
            "call_id",
            unique=True,
            sqlite_where=_OF_AGENT,
            postgresql_where=_OF_AGENT,
        ),
        UniqueConstraint("idempotency_key"),
    )

    conversation_id: int = Field(foreign_key="conversation.id", sa_type=Identifier)
    customer_id: int = Field(foreign_key="customer.id", sa_type=Identifier)
    draft_id: int | None = Field(
        default=None, sa_type=Identifier, description="Which draft proposed it; None: a person did."
    )
    call_id: str = Field(default="", max_length=200, description="The agent's tool call.")
    action: str = Field(max_length=100, description="Name in the catalogue.")
    connector: str = Field(max_length=100)
    definition: str = Field(max_length=64, description="Digest of the declaration it was proposed under.")
    risk: str = Field(max_length=20, description="reversible or irreversible")
    status: str = Field(default="proposed", max_length=20)
    revision: int = 1
    proposed_arguments: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    arguments: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="As edited last; what is carried out."
    )
    effect: str = Field(default="", description="What it does, in plain words.")
    preview: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="core.actions.Preview as JSON"
    )
    amount_minor: int | None = Field(
        default=None, sa_type=Identifier, description="In hundredths of the currency's unit."
    )
    currency: str = Field(default="", max_length=3)
    reason_given: str = Field(default="", max_length=1000, description="Why the agent or person proposes it.")
    requested_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    asked_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    asked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    asked_note: str = Field(default="", max_length=1000)
    decision: str = Field(default="", max_length=20, description="approved, edited or rejected")
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    decision_reason: str = Field(default="", max_length=1000)
    idempotency_key: str = Field(max_length=64)
    executor: str = Field(default="", max_length=64)
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    attempts: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    summary: str = Field(default="", description="What happened, in plain words.")
    statements: dict[str, list[str]] = Field(
        default_factory=dict, sa_type=JSONColumn, description="{language: sentences a customer may be told}"
    )
    reference: str = Field(default="", max_length=200, description="The other system's receipt.")
    error: str = Field(default="", max_length=1000)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Connection(Row, table=True):
    """A system outside that actions may reach: an HTTP API with an OpenAPI document, or an MCP server.

    ``operations``: ``[{"id", "action", "title", "risk", "enabled", "account_argument", "limits"}]``, what
    an admin chose. The secret itself is never stored: ``secret_name`` names the environment variable.
    """

    __tablename__ = "connection"
    __table_args__ = (UniqueConstraint("name"),)

    kind: str = Field(max_length=20, description="openapi or mcp")
    name: str = Field(max_length=60)
    base_url: str = Field(max_length=500)
    secret_name: str = Field(default="", max_length=100)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    operations: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONColumn)
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    enabled: bool = True
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
