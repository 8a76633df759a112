"""Classifiers, their examples and versions, what went live when, their answers, backtests and alerts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from core.database import Base, Identifier, JSONColumn, Row, UTCDateTime, now

_IN_USE = text("removed_at IS NULL")
_OPEN = text("state = 'open'")


class Classifier(Row, table=True):
    """A classifier and the desk its authors work at.

    What judges is a :class:`ClassifierVersion`, which never changes. ``settings`` is the work in progress
    of a kind (conditions, a prompt, a check with its parameters); ``revision`` grows with each change of
    it, so that two authors cannot overwrite each other. Examples are rows of their own.
    """

    __tablename__ = "classifier"
    __table_args__ = (UniqueConstraint("name"),)

    name: str = Field(max_length=100, description="Stable slug, the NAME of the command line")
    title: str = Field(max_length=200)
    purpose: str = Field(default="", max_length=2000)
    criterion_name: str = Field(max_length=100, description="The question it answers, by name")
    kind: str = Field(max_length=20, description="rules, examples, prompt or check")
    subject_type: str = Field(max_length=20, description="conversation, message, draft or reply")
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    revision: int = 1
    live_version_id: int | None = Field(default=None, sa_type=Identifier)
    shadow_version_id: int | None = Field(default=None, sa_type=Identifier)
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ClassifierExample(Row, table=True):
    """A text and the answer an author wants for it. Removed ones stay, so that removing can be undone."""

    __tablename__ = "classifier_example"
    __table_args__ = (
        Index(
            "ux_classifier_example",
            "classifier_id",
            "digest",
            unique=True,
            sqlite_where=_IN_USE,
            postgresql_where=_IN_USE,
        ),
    )

    classifier_id: int = Field(foreign_key="classifier.id", sa_type=Identifier)
    text: str
    answer: str = Field(max_length=1000, description="As a judgement stores it; empty: none of the answers")
    digest: str = Field(max_length=64, description="SHA-256 of the subject, or of the text of one without")
    subject_id: int | None = Field(default=None, sa_type=Identifier)
    conversation_id: int | None = Field(default=None, sa_type=Identifier)
    group_key: str = Field(
        default="", max_length=200, description="Never straddles a split; empty: by itself"
    )
    channel: str = Field(default="", max_length=20)
    locale: str = Field(default="", max_length=16)
    source: str = Field(default="", max_length=20, description="click, search, labels, flags or file")
    held_out: bool = Field(default=False, description="Measures, and never teaches")
    added_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    added_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    contradicts_id: int | None = Field(
        default=None,
        sa_type=Identifier,
        description="Example in use that somebody else answered otherwise; this one waits, removed",
    )


class ClassifierVersion(Row, table=True):
    """What judges: everything needed to answer again in the same way. Never changes."""

    __tablename__ = "classifier_version"
    __table_args__ = (UniqueConstraint("classifier_id", "version"),)

    classifier_id: int = Field(foreign_key="classifier.id", sa_type=Identifier)
    version: int
    criterion_id: int = Field(foreign_key="criterion.id", sa_type=Identifier)
    kind: str = Field(max_length=20)
    subject_type: str = Field(max_length=20)
    answers: list[str] = Field(default_factory=list, sa_type=JSONColumn, description="In column order")
    many: bool = Field(default=False, description="Several answers may be right at once")
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    model: bytes = Field(default=b"", sa_type=LargeBinary, description="Arrays in npz, without pickle")
    features: str = Field(default="", max_length=200, description="Name of the featurizer; empty: none")
    threshold: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="{confidence, familiarity}; below: abstains"
    )
    hold_back: list[str] = Field(
        default_factory=list, sa_type=JSONColumn, description="Answers upon which the AI drafts nothing"
    )
    example_count: int = 0
    examples_digest: str = Field(default="", max_length=64)
    report: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn, description="Its measure")
    note: str = Field(default="", max_length=500)
    because_of_id: int | None = Field(default=None, sa_type=Identifier, description="Alert it answers")
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class ClassifierRelease(Row, table=True):
    """A version that went into shadow or live, or was withdrawn. The newest row of a stage counts."""

    __tablename__ = "classifier_release"

    classifier_id: int = Field(foreign_key="classifier.id", index=True, sa_type=Identifier)
    stage: str = Field(max_length=20, description="shadow or live")
    version_id: int | None = Field(
        default=None, foreign_key="classifier_version.id", sa_type=Identifier, description="None: withdrawn"
    )
    previous_version_id: int | None = Field(default=None, sa_type=Identifier)
    rollback: bool = False
    reason: str = Field(default="", max_length=2000)
    evidence: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="Figures seen by whoever shipped it"
    )
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class ClassifierAnswer(Base, table=True):
    """What one version answered about one subject: once, wherever it was asked."""

    __tablename__ = "classifier_answer"
    __table_args__ = (
        Index("ix_classifier_answer_time", "version_id", "occurred_at", "answer", "abstained"),
        Index("ix_classifier_answer_given", "version_id", "answer", "abstained", "conversation_id"),
    )

    version_id: int = Field(foreign_key="classifier_version.id", primary_key=True, sa_type=Identifier)
    subject_id: int = Field(primary_key=True, sa_type=Identifier)
    conversation_id: int = Field(sa_type=Identifier)
    answer: str = Field(default="", max_length=1000, description="The likeliest, also where it abstains")
    confidence: float | None = None
    abstained: bool = False
    source: str = Field(default="", max_length=20, description="backtest, shadow or live")
    error: str = Field(default="", max_length=500)
    occurred_at: datetime = Field(sa_type=UTCDateTime, description="When the subject was said")
    basis_id: int | None = Field(
        default=None,
        sa_type=Identifier,
        description="Of a conversation judged live: the customer's last message it rests on",
    )


class ClassifierCursor(Base, table=True):
    """How far live judging of one version has come."""

    __tablename__ = "classifier_cursor"

    version_id: int = Field(foreign_key="classifier_version.id", primary_key=True, sa_type=Identifier)
    started_at_id: int = Field(default=0, sa_type=Identifier, description="Subjects after it are judged")
    reached_id: int = Field(default=0, sa_type=Identifier)
    mark_id: int = Field(default=0, sa_type=Identifier, description="What was reached at the last sweep")
    swept_id: int = Field(default=0, sa_type=Identifier, description="The next sweep looks after it")
    swept_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    busy_until: datetime | None = Field(
        default=None, sa_type=UTCDateTime, description="A process judges; later it counts as dead"
    )
    failures: int = Field(default=0, description="In a row")
    error: str = Field(default="", max_length=500, description="Of the last failure; empty after a success")
    retry_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Backtest(Row, table=True):
    """One version asked about history, as a durable job.

    ``state``: planned, running, stopping, stopped, finished or failed. ``reached_id`` grows with each
    committed chunk, together with its answers.
    """

    __tablename__ = "backtest"

    version_id: int = Field(foreign_key="classifier_version.id", index=True, sa_type=Identifier)
    state: str = Field(default="planned", max_length=20)
    since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    channel: str = Field(default="", max_length=20)
    locale: str = Field(default="", max_length=16)
    total: int = 0
    done: int = 0
    failed: int = Field(default=0, description="Subjects whose judging failed; counted in done")
    reached_id: int = Field(default=0, sa_type=Identifier)
    estimate: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn, description="{seconds, cost}")
    cost: float = Field(default=0.0, description="USD so far")
    workflow_id: str = Field(default="", max_length=100)
    error: str = Field(default="", max_length=1000)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SubjectFeatures(Base, table=True):
    """The numbers an examples classifier reads of one subject, kept so that history is judged quickly."""

    __tablename__ = "subject_features"

    features: str = Field(max_length=100, primary_key=True, description="Name of the featurizer")
    subject_type: str = Field(max_length=20, primary_key=True)
    subject_id: int = Field(primary_key=True, sa_type=Identifier)
    stamp: str = Field(default="", max_length=32, description="Of the text they were made from")
    vector: bytes = Field(sa_type=LargeBinary, description="float16, little-endian")
    made_at: datetime | None = Field(
        default=None, sa_type=UTCDateTime, description="Still true of a conversation unchanged since"
    )


class DriftAlert(Row, table=True):
    """Live judging is no longer what was shipped. ``kind``: input, rate or agreement."""

    __tablename__ = "drift_alert"
    __table_args__ = (
        Index("ix_drift_alert", "classifier_id", "state"),
        Index(
            "ux_drift_alert_open",
            "version_id",
            "kind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    classifier_id: int = Field(foreign_key="classifier.id", sa_type=Identifier)
    version_id: int = Field(foreign_key="classifier_version.id", sa_type=Identifier)
    kind: str = Field(max_length=20)
    state: str = Field(default="open", max_length=20, description="open, dismissed or answered")
    evidence: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    reason: str = Field(default="", max_length=2000, description="Why it was dismissed")
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
