"""Criteria (versioned questions) and judgements (one answer, by one judge, about one subject)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from core.database import Identifier, JSONColumn, Row, UTCDateTime, now


class Criterion(Row, table=True):
    """A question with its allowed answers. ``subject``: conversation, message, draft or reply."""

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("name", "version"),)

    name: str = Field(max_length=100, description="Stable slug, the KEY of the command line")
    version: int = 1
    question: str = Field(max_length=500)
    guidance: str = ""
    subject: str = Field(max_length=20)
    answers: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Judgement(Row, table=True):
    """An answer. ``judge_type``: person, classifier or customer. Corrections supersede, never overwrite."""

    __tablename__ = "judgement"
    __table_args__ = (
        Index("ix_judgement_subject", "subject_type", "subject_id"),
        Index("ix_judgement_criterion", "criterion_id", "answer"),
    )

    criterion_id: int = Field(foreign_key="criterion.id", sa_type=Identifier)
    subject_type: str = Field(max_length=20)
    subject_id: int = Field(sa_type=Identifier)
    answer: str = Field(max_length=200)
    judge_type: str = Field(max_length=20)
    judge: str = Field(max_length=100, description="Person id, classifier name, or 'customer'")
    reason: str = ""
    span: dict[str, Any] | None = Field(default=None, sa_type=JSONColumn)
    confidence: float | None = None
    build_id: str = Field(default="", max_length=64)
    superseded_by_id: int | None = Field(default=None, sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
