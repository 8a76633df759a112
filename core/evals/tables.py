"""Eval cases (frozen inputs with expectations) and the flags they come from."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from core.database import Base, Identifier, JSONColumn, Row, UTCDateTime, now


class KnowledgeSnapshot(Base, table=True):
    """The knowledge of one moment: the live version of every article. ``id`` is the SHA-256 of the list."""

    __tablename__ = "knowledge_snapshot"

    id: str = Field(primary_key=True, max_length=64)
    version_ids: list[int] = Field(
        default_factory=list, sa_type=JSONColumn, description="article_version ids"
    )
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class EvalCase(Row, table=True):
    """A frozen input of the assistant and what is expected of its answer.

    ``input`` holds everything a replay needs: ``{format, conversation: {...}, customer: {...}, messages:
    [{id, author, name, text, created_at}], steps: [tool results as they were], answers: [what the rep
    told], note, locale}``; the knowledge is ``snapshot_id``. ``expectations``: ``[{criterion, version,
    answer, strength, span, text, better}]``. ``state``: candidate, accepted or dismissed. ``digest`` is
    the SHA-256 of input and snapshot: flags about the same draft share a case.
    """

    __tablename__ = "eval_case"

    name: str = Field(max_length=300)
    state: str = Field(default="candidate", max_length=20, index=True)
    source: str = Field(default="flag", max_length=20)
    input: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    snapshot_id: str = Field(foreign_key="knowledge_snapshot.id", max_length=64)
    expectations: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONColumn)
    digest: str = Field(max_length=64, unique=True)
    conversation_id: int | None = Field(default=None, index=True, sa_type=Identifier)
    draft_id: int | None = Field(default=None, sa_type=Identifier)
    build_id: str = Field(default="", max_length=64, description="Build that wrote what was judged")
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    decision_reason: str = Field(default="", max_length=500)


class Flag(Row, table=True):
    """Somebody pointed at a strong or weak moment. Its answer is the judgement, its replay the case.

    ``state``: open, accepted (its case counts), dismissed (with a reason) or withdrawn by its author.
    """

    __tablename__ = "flag"
    __table_args__ = (
        Index("ix_flag_person", "flagged_by_id", "id"),
        Index("ix_flag_state", "state", "id"),
        Index("ix_flag_subject", "subject_type", "subject_id"),
    )

    strength: str = Field(max_length=10, description="strong or weak")
    criterion_id: int = Field(foreign_key="criterion.id", sa_type=Identifier)
    judgement_id: int = Field(foreign_key="judgement.id", sa_type=Identifier)
    case_id: int | None = Field(default=None, foreign_key="eval_case.id", sa_type=Identifier)
    conversation_id: int = Field(foreign_key="conversation.id", index=True, sa_type=Identifier)
    subject_type: str = Field(max_length=20)
    subject_id: int = Field(sa_type=Identifier)
    span: dict[str, Any] | None = Field(
        default=None, sa_type=JSONColumn, description="{start, end, text} in the subject's text"
    )
    better: str = Field(default="", description="Better wording, as the person would say it")
    note: str = ""
    about_person_id: int | None = Field(
        default=None, foreign_key="person.id", sa_type=Identifier, description="Who sent the reply"
    )
    flagged_by_id: int = Field(foreign_key="person.id", sa_type=Identifier)
    state: str = Field(default="open", max_length=20)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    decision_reason: str = Field(default="", max_length=500)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
