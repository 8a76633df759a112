"""Drafts, their citations, and the builds that wrote them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.database import Base, Identifier, JSONColumn, Row, UTCDateTime, now

_RUNNING = text("state = 'running'")
_WAITING = text("state = 'waiting'")
_IMPORTED = text("message_id IS NOT NULL")
ANSWERED = text("state = 'ready' AND decision = 'answer'")
"""SQL condition of drafts that are an answer, as their index has it."""


class Build(Base, table=True):
    """The immutable sum of what shapes a draft. ``id`` is the SHA-256 of ``contents``, shortened."""

    __tablename__ = "build"

    id: str = Field(primary_key=True, max_length=64)
    contents: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class LiveSetting(Row, table=True):
    """Instructions or a model that was released. The newest row of a name counts; an empty one, or none:
    what the code and the operator's settings say.

    ``name``: instructions (``{text}``) or model (``{provider, name, base_url, api}``).
    """

    __tablename__ = "live_setting"
    __table_args__ = (Index("ix_live_setting_name", "name", "id"),)

    name: str = Field(max_length=20)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    release_id: int | None = Field(default=None, sa_type=Identifier)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Draft(Row, table=True):
    """One AI attempt at a reply.

    ``state``: running, waiting (paused until the actions it proposed are decided and over), ready,
    failed, cancelled or interrupted (its process died; the partial text is kept). ``decision``:
    answer, abstain or escalate. ``reason`` (abstain, escalate): missing_knowledge,
    several_resolutions, conflicting_sources, needs_tool or policy; with ``question``, the one thing
    to find out that would unblock it. ``outcome``: what the rep did with it: empty, sent, edited,
    discarded or superseded. A draft is stale when the customer has written after
    ``basis_message_id``.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_conversation", "conversation_id", "id"),
        Index("ix_draft_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_draft_running", "heartbeat_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index(
            "ux_draft_one_running",
            "conversation_id",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(
            "ix_draft_outcome",  # all that reports count; SQLite reads no row only if its terms are in it too
            "conversation_id",
            "created_at",
            "outcome",
            "picked",
            "model",
            "state",
            "decision",
            sqlite_where=ANSWERED,
            postgresql_where=ANSWERED,
        ),
        Index(
            "ux_draft_message",
            "message_id",
            unique=True,
            sqlite_where=_IMPORTED,
            postgresql_where=_IMPORTED,
        ),
    )

    conversation_id: int = Field(foreign_key="conversation.id", sa_type=Identifier)
    basis_message_id: int | None = Field(default=None, sa_type=Identifier)
    state: str = Field(default="running", max_length=20)
    decision: str = Field(default="", max_length=20)
    reason: str = Field(default="", max_length=40)
    question: str = ""
    text: str = ""
    confidence: float | None = None
    locale: str = Field(default="", max_length=16)
    note: str = Field(default="", description="What the rep asked for when regenerating.")
    error: str = ""
    build_id: str = Field(default="", max_length=64)
    model: str = Field(default="", max_length=100)
    retrieved: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONColumn, description="[{passage_id, score, query}] best first"
    )
    removed: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONColumn, description="[{text, reason}] sentences without support"
    )
    usage: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    stages: dict[str, float] = Field(default_factory=dict, sa_type=JSONColumn, description="milliseconds")
    answer: str = Field(default="", description="What the rep answered to the question of the draft before.")
    steps: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=JSONColumn,
        description="[{label, action, title, arguments, ok, summary, result, statements, milliseconds}]",
    )
    supports: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=JSONColumn,
        description="[{start, end, label, quote, support}] sentences that rest on a step or an answer",
    )
    findings: list[dict[str, Any]] = Field(
        default_factory=list,
        sa_type=JSONColumn,
        description="[{guardrail, severity, stage, message, quote}] what the guardrails saw",
    )
    score: float | None = Field(default=None, description="Calibrated probability of being right, 0..1.")
    signals: dict[str, float] = Field(
        default_factory=dict, sa_type=JSONColumn, description="What the score was computed from."
    )
    paused: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="The waiting run: state, fingerprint, masks."
    )
    waiting_for: list[int] = Field(
        default_factory=list, sa_type=JSONColumn, description="Ids of the proposed actions."
    )
    trace_id: str = Field(default="", max_length=64)
    requested_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    runner: str = Field(default="", max_length=64, description="Process that writes it.")
    heartbeat_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    outcome: str = Field(default="", max_length=20)
    outcome_reason: str = Field(default="", max_length=500)
    outcome_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    outcome_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    message_id: int | None = Field(
        default=None,
        sa_type=Identifier,
        description="Imported drafts only: the message that was sent in answer to it.",
    )
    offered: int | None = Field(default=None, description="Suggestions the other system offered.")
    picked: int | None = Field(default=None, description="Rank of the one that was picked, 1 is the first.")
    offers: list[str] = Field(
        default_factory=list, sa_type=JSONColumn, description="What was offered, by name, best first."
    )


class Citation(Row, table=True):
    """A passage that supports a sentence of a draft: ``text[start:end]`` rests on ``quote``."""

    __tablename__ = "citation"
    __table_args__ = (UniqueConstraint("draft_id", "position"),)

    draft_id: int = Field(foreign_key="draft.id", sa_type=Identifier)
    position: int = Field(description="0-based, in the order of the text")
    start: int
    end: int
    passage_id: int = Field(foreign_key="passage.id", index=True, sa_type=Identifier)
    article_version_id: int = Field(foreign_key="article_version.id", index=True, sa_type=Identifier)
    quote: str
    support: float = Field(description="0..1, how well the quote supports the sentence")


class Calibration(Row, table=True):
    """How scores become probabilities, and from which one on the AI answers. The newest live one counts.

    ``model``: coefficients of the calibrator by name. ``curve``: the risk-coverage curve as points
    ``{threshold, coverage, precision, low, high, n}``.
    """

    __tablename__ = "calibration"

    source: str = Field(max_length=20, description="outcomes or labelled")
    scope: str = Field(default="", max_length=200, description="Which drafts, in words.")
    n: int = Field(description="Drafts it was fitted and checked on.")
    n_right: int
    model: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    curve: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONColumn)
    precision: float | None = Field(default=None, description="What the operator asked for, 0..1.")
    threshold: float = Field(default=0.0, description="Probability from which a draft is shown as an answer.")
    guarantee: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    live: bool = False
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
