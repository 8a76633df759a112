"""Criteria (versioned questions), judgements (one answer, by one judge, about one subject), adjudications."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.database import Identifier, JSONColumn, Row, UTCDateTime, now

_IN_FORCE = text("superseded_by_id IS NULL AND withdrawn_at IS NULL")
_FROM_OUTSIDE = text("external_id <> ''")
_WITHDRAWN = text("withdrawn_at IS NOT NULL")


class Criterion(Row, table=True):
    """One version of a question with its allowed answers. Versions never change once they are judged by.

    ``kind``: yes_no, one_of, many_of, scale (1 to 5), span (mark the words) or note (free words).
    ``answers`` lists the choices of one_of and many_of; yes_no and scale have their own. ``good`` says
    which answers speak for us, where that can be said. ``subjects``: what it may be asked about
    (conversation, message, draft, reply).
    """

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("name", "version"),)

    name: str = Field(max_length=100, description="Stable slug, the KEY of the command line")
    version: int = 1
    question: str = Field(max_length=500)
    guidance: str = ""
    kind: str = Field(default="one_of", max_length=20)
    subjects: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    answers: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    good: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    examples: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONColumn, description="[{text, answer, why}]"
    )
    change_note: str = Field(
        default="", max_length=500, description="What is different from the last version"
    )
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Judgement(Row, table=True):
    """An answer. ``judge_type``: person, classifier or customer. Corrections supersede, never overwrite.

    ``answer`` holds several answers of a many_of criterion joined by `` | ``; of a span it is ``marked``
    or ``none``, of a note ``noted`` with the words in ``reason``. ``origin`` says where it was given:
    label, flag, adjudication, assist, questionnaire or import. In force is what is neither superseded
    nor withdrawn.
    """

    __tablename__ = "judgement"
    __table_args__ = (
        Index("ix_judgement_subject", "subject_type", "subject_id"),
        Index("ix_judgement_criterion", "criterion_id", "answer"),
        Index(
            "ix_judgement_in_force",
            "criterion_id",
            "judge_type",
            "confidence",
            "subject_id",
            "subject_type",  # from here on: so that counting reads no rows
            "judge",
            "answer",
            "superseded_by_id",
            "withdrawn_at",
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
        Index(
            "ix_judgement_withdrawn",
            "withdrawn_at",
            sqlite_where=_WITHDRAWN,
            postgresql_where=_WITHDRAWN,
        ),
        Index(
            "ux_judgement_external",
            "external_id",
            unique=True,
            sqlite_where=_FROM_OUTSIDE,
            postgresql_where=_FROM_OUTSIDE,
        ),
    )

    criterion_id: int = Field(foreign_key="criterion.id", sa_type=Identifier)
    subject_type: str = Field(max_length=20)
    subject_id: int = Field(sa_type=Identifier)
    answer: str = Field(max_length=1000)
    judge_type: str = Field(max_length=20)
    judge: str = Field(
        max_length=200,
        description="Person id, 'outside:NAME' of somebody without account, classifier name, or 'customer'",
    )
    origin: str = Field(default="", max_length=20)
    reason: str = ""
    span: dict[str, Any] | None = Field(
        default=None,
        sa_type=JSONColumn,
        description="{start, end, text, message_id?} in characters of the subject's text (of the message's)",
    )
    confidence: float | None = None
    build_id: str = Field(default="", max_length=64)
    external_id: str = Field(default="", max_length=400, description="SOURCE/ID of what was imported")
    superseded_by_id: int | None = Field(default=None, sa_type=Identifier)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Adjudication(Row, table=True):
    """Who decided between judgements that disagree, and for which answer. The newest in force counts."""

    __tablename__ = "adjudication"
    __table_args__ = (Index("ix_adjudication_subject", "criterion_id", "subject_type", "subject_id"),)

    criterion_id: int = Field(foreign_key="criterion.id", sa_type=Identifier)
    subject_type: str = Field(max_length=20)
    subject_id: int = Field(sa_type=Identifier)
    judgement_id: int = Field(
        foreign_key="judgement.id", sa_type=Identifier, description="Of the one who decided"
    )
    between: list[int] = Field(
        default_factory=list, sa_type=JSONColumn, description="Judgements that differed"
    )
    decided_by_id: int = Field(foreign_key="person.id", sa_type=Identifier)
    reason: str = ""
    superseded_by_id: int | None = Field(default=None, sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
