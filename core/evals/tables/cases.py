"""Eval cases (frozen inputs with expectations), the flags they come from, and suites of cases."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
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

    ``input`` holds everything a replay needs: ``{format, moment, conversation: {...}, customer: {...},
    messages: [{id, author, name, text, created_at, folded, files}], basis_message_id, steps: [tool results as
    they were], earlier_steps, answers: [what the rep told], note, locale, knowledge}`` and, of cases from
    elsewhere, ``system``: the system message; the knowledge is ``snapshot_id``. It never changes.

    ``expectations``: see :mod:`core.evals.expecting`. ``state``: candidate, accepted or dismissed.
    ``source``: flag, label, edit, resolved, written or import. ``polarity``: positive (what was done was
    right and must stay so), negative (it was wrong) or empty. ``digest`` is the SHA-256 of input and
    snapshot, so that flags about the same draft share a case; of cases written or imported, of what was
    given alone.
    """

    __tablename__ = "eval_case"

    name: str = Field(max_length=300)
    state: str = Field(default="candidate", max_length=20, index=True)
    review: str = Field(
        default="",
        max_length=20,
        description="What was decided about the case itself; where empty, its flags decide",
    )
    source: str = Field(default="flag", max_length=20)
    said: str = Field(default="", description="What the customer says in the input; to search and compare")
    input: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    snapshot_id: str = Field(foreign_key="knowledge_snapshot.id", max_length=64)
    expectations: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONColumn)
    digest: str = Field(max_length=64, unique=True)
    conversation_id: int | None = Field(default=None, index=True, sa_type=Identifier)
    draft_id: int | None = Field(default=None, sa_type=Identifier)
    build_id: str = Field(default="", max_length=64, description="Build that wrote what was judged")
    theme: str = Field(default="", max_length=100, index=True)
    tags: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    channel: str = Field(default="", max_length=20)
    locale: str = Field(default="", max_length=16)
    weight: float = Field(default=1.0, description="More than 0; how much it counts in a suite's score")
    polarity: str = Field(default="", max_length=10)
    critical: bool = Field(default=False, description="No change may make it fail")
    provenance: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSONColumn,
        description="What it was made of: {flag|judgement|reply|draft: id, file, line, ...}",
    )
    owner_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    revision: int = Field(default=1, description="Grows with every change of what people wrote")
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    updated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    decision_reason: str = Field(default="", max_length=500)


class EvalCaseVersion(Row, table=True):
    """A case as one suite version has it. Never changes, whatever becomes of the case.

    ``content``: ``{name, input, snapshot_id, expectations, theme, tags, channel, locale, weight, polarity,
    critical, conversation_id}``. ``digest`` is the SHA-256 of the content, ``input_digest`` of the input.
    """

    __tablename__ = "eval_case_version"
    __table_args__ = (UniqueConstraint("case_id", "digest"), UniqueConstraint("case_id", "number"))

    case_id: int = Field(foreign_key="eval_case.id", sa_type=Identifier)
    number: int
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    digest: str = Field(max_length=64)
    input_digest: str = Field(max_length=64, index=True)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class EvalSuite(Row, table=True):
    """A set of cases under a name. ``kind``: smoke, core, theme or other.

    What belongs to it is edited through :class:`EvalSuiteMember`; runs use a version, which never changes.
    Cases of a held-out suite are not shown to those who write what it measures.
    """

    __tablename__ = "eval_suite"

    name: str = Field(max_length=100, unique=True, description="Stable slug, the SUITE of the command line")
    title: str = Field(max_length=200)
    purpose: str = Field(default="", max_length=2000)
    kind: str = Field(default="other", max_length=20)
    theme: str = Field(default="", max_length=100, description="Of a theme suite")
    held_out: bool = False
    graders: list[str] = Field(
        default_factory=list,
        sa_type=JSONColumn,
        description="Names of classifiers that grade; empty: every live one that answers what is expected",
    )
    revision: int = 1
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class EvalSuiteMember(Base, table=True):
    """A case that belongs to a suite now."""

    __tablename__ = "eval_suite_member"

    suite_id: int = Field(foreign_key="eval_suite.id", primary_key=True, sa_type=Identifier)
    case_id: int = Field(foreign_key="eval_case.id", primary_key=True, index=True, sa_type=Identifier)
    added_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    added_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class EvalSuiteVersion(Row, table=True):
    """What a suite held at one moment. ``digest``: SHA-256 of its case versions' digests, sorted."""

    __tablename__ = "eval_suite_version"
    __table_args__ = (UniqueConstraint("suite_id", "number"),)

    suite_id: int = Field(foreign_key="eval_suite.id", sa_type=Identifier)
    number: int
    digest: str = Field(max_length=64)
    case_count: int = 0
    note: str = Field(default="", max_length=500)
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class EvalSuiteVersionCase(Base, table=True):
    """A case version in a suite version. ``position``: 0-based."""

    __tablename__ = "eval_suite_version_case"

    suite_version_id: int = Field(foreign_key="eval_suite_version.id", primary_key=True, sa_type=Identifier)
    case_version_id: int = Field(foreign_key="eval_case_version.id", primary_key=True, sa_type=Identifier)
    position: int


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
