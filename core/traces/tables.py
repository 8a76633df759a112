"""What agent runs did, step by step. Raw text is kept apart, because it is kept for less long."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from core.database import Base, Identifier, JSONColumn, Row, UTCDateTime, now

_RUNNING = text("status = 'running'")


class Trace(Base, table=True):
    """One agent run. ``status``: running, ok, error, cancelled, waiting (for an approval) or interrupted."""

    __tablename__ = "trace"
    __table_args__ = (
        Index("ix_trace_draft", "draft_id"),
        Index("ix_trace_started", "started_at"),
        Index("ix_trace_ended", "ended_at"),
        Index("ix_trace_running", "heartbeat_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    id: str = Field(primary_key=True, max_length=64)
    name: str = Field(default="", max_length=200)
    draft_id: int | None = Field(default=None, sa_type=Identifier)
    conversation_id: int | None = Field(default=None, sa_type=Identifier)
    build_id: str = Field(default="", max_length=64)
    model: str = Field(default="", max_length=100)
    status: str = Field(default="running", max_length=20)
    error: str = Field(default="", max_length=1000)
    started_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = Field(default=0.0, description="USD")
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    recorder: str = Field(default="", max_length=64, description="Process that records it.")
    heartbeat_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Span(Base, table=True):
    """One step. ``kind``: agent, generation, tool, guardrail, retrieval, verification, abstention, other."""

    __tablename__ = "span"
    __table_args__ = (Index("ix_span_trace", "trace_id", "started_at"),)

    id: str = Field(primary_key=True, max_length=64)
    trace_id: str = Field(foreign_key="trace.id", max_length=64)
    parent_id: str = Field(default="", max_length=64)
    kind: str = Field(max_length=20)
    name: str = Field(default="", max_length=200)
    status: str = Field(
        default="ok", max_length=20, description="running, ok, error, cancelled or interrupted"
    )
    error: str = Field(default="", max_length=1000)
    started_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    input_tokens: int = 0
    output_tokens: int = 0
    attributes: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="Names, numbers and ids; never raw text."
    )


class SpanText(Row, table=True):
    """Raw text of a step, masked and kept for less long. ``field``: input or output."""

    __tablename__ = "span_text"
    __table_args__ = (
        Index("ix_span_text_span", "span_id", "field", unique=True),
        Index("ix_span_text_created", "created_at"),
    )

    span_id: str = Field(foreign_key="span.id", max_length=64)
    field: str = Field(max_length=20)
    text: str
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class TelemetrySent(Base, table=True):
    """What a destination of telemetry has got: a window of the newest, which is all the cursor needs.

    ``kind``: trace or judgement. ``moment``: when the item came to its end, the order of sending.
    """

    __tablename__ = "telemetry_sent"
    __table_args__ = (Index("ix_telemetry_sent_moment", "destination", "kind", "moment"),)

    destination: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=20)
    item_id: str = Field(primary_key=True, max_length=64)
    moment: datetime = Field(sa_type=UTCDateTime)
    sent_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
