"""Proposals, what they change, their replays, and what was released and rolled back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from core.database import Identifier, JSONColumn, Row, UTCDateTime, now

_OF_ARTICLE = text("article_id IS NOT NULL")
_OF_PROPOSAL = text("proposal_id IS NOT NULL")
_ROLLBACK = text("rolls_back_id IS NOT NULL")
_OPEN_REPLAY = text("state IN ('waiting', 'running')")
_WATCHED = text("watch_state = 'watching'")


class Proposal(Row, table=True):
    """One or several changes that somebody wants to go live together.

    ``state``: draft, returned, approved, released or withdrawn; whether it is being replayed is what its
    newest :class:`Replay` says. ``revision`` grows with each change of it. An approval and an override hold
    for the changes whose digest they name, and for no others.
    """

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_state", "state", "id"),)

    title: str = Field(max_length=200)
    why: str = Field(default="", max_length=4000)
    state: str = Field(default="draft", max_length=20)
    revision: int = 1
    author_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    reviewer_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    review_note: str = Field(default="", max_length=4000)
    reviewed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    reviewed_digest: str = Field(default="", max_length=64, description="Of the changes that were reviewed")
    override_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    override_reason: str = Field(default="", max_length=4000)
    override_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    override_digest: str = Field(default="", max_length=64)
    overridden: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONColumn, description="[{name, words}] rules that did not pass then"
    )
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class ProposalChange(Row, table=True):
    """One change of a proposal, with everything that is needed to make it: ``content`` is a frozen copy.

    ``kind``: article, archive, classifier, instructions or model.
    """

    __tablename__ = "proposal_change"
    __table_args__ = (
        UniqueConstraint("proposal_id", "position"),
        Index(
            "ux_proposal_change_article",
            "proposal_id",
            "article_id",
            unique=True,
            sqlite_where=_OF_ARTICLE,
            postgresql_where=_OF_ARTICLE,
        ),
        Index("ix_proposal_change_edit", "edit_id"),
    )

    proposal_id: int = Field(foreign_key="proposal.id", sa_type=Identifier)
    position: int
    kind: str = Field(max_length=20)
    article_id: int | None = Field(default=None, foreign_key="article.id", sa_type=Identifier)
    edit_id: int | None = Field(default=None, sa_type=Identifier)
    edit_revision: int = Field(default=0, description="Of the edit, when its text was copied")
    classifier_id: int | None = Field(default=None, foreign_key="classifier.id", sa_type=Identifier)
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    summary: str = Field(default="", max_length=500)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Replay(Row, table=True):
    """A proposal tried: baseline and candidate on the same cases, as a durable job.

    ``state``: waiting, running, finished, failed or stopped. ``step``: choosing, baseline, candidate or
    comparing.
    """

    __tablename__ = "replay"
    __table_args__ = (
        Index("ix_replay_proposal", "proposal_id", "id"),
        Index(
            "ux_replay_open",
            "proposal_id",
            unique=True,
            sqlite_where=_OPEN_REPLAY,
            postgresql_where=_OPEN_REPLAY,
        ),
    )

    proposal_id: int = Field(foreign_key="proposal.id", sa_type=Identifier)
    state: str = Field(default="waiting", max_length=20)
    step: str = Field(default="", max_length=20)
    attempt: int = 1
    stopping: bool = False
    changes_digest: str = Field(default="", max_length=64)
    before_build: str = Field(default="", max_length=64)
    after_build: str = Field(default="", max_length=64)
    suite_version_id: int | None = Field(default=None, sa_type=Identifier)
    baseline_run_id: int | None = Field(default=None, sa_type=Identifier)
    candidate_run_id: int | None = Field(default=None, sa_type=Identifier)
    done: int = 0
    total: int = 0
    error: str = Field(default="", max_length=1000)
    choice: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="Why each case and conversation was chosen"
    )
    report: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=JSONColumn,
        description="Its end; the gate reads {word, words, errors_share, critical_worse, flips, n}",
    )
    plan: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    owner: str = Field(default="", max_length=100)
    heartbeat_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ReplayAnswer(Row, table=True):
    """What one side answered to a conversation of the sample. ``side``: before or after."""

    __tablename__ = "replay_answer"
    __table_args__ = (UniqueConstraint("replay_id", "conversation_id", "side"),)

    replay_id: int = Field(foreign_key="replay.id", sa_type=Identifier)
    conversation_id: int = Field(sa_type=Identifier)
    side: str = Field(max_length=10)
    error: str = Field(default="", max_length=1000)
    output: dict[str, Any] = Field(default_factory=dict, sa_type=JSONColumn)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Release(Row, table=True):
    """The moment changes went live, or were taken back. Never changes but for its watch.

    ``kind``: release or rollback. ``changes``: what was made and what was there before, so that exactly this
    can be undone. ``watch_state``: watching, steady, fallen or closed.
    """

    __tablename__ = "release"
    __table_args__ = (
        Index(
            "ux_release_proposal",
            "proposal_id",
            unique=True,
            sqlite_where=_OF_PROPOSAL,
            postgresql_where=_OF_PROPOSAL,
        ),
        Index(
            "ux_release_rolls_back",
            "rolls_back_id",
            unique=True,
            sqlite_where=_ROLLBACK,
            postgresql_where=_ROLLBACK,
        ),
        Index("ix_release_watched", "id", sqlite_where=_WATCHED, postgresql_where=_WATCHED),
    )

    kind: str = Field(default="release", max_length=20)
    title: str = Field(max_length=200)
    proposal_id: int | None = Field(default=None, foreign_key="proposal.id", sa_type=Identifier)
    rolls_back_id: int | None = Field(default=None, foreign_key="release.id", sa_type=Identifier)
    before_build: str = Field(default="", max_length=64)
    after_build: str = Field(default="", max_length=64)
    before_knowledge: str = Field(default="", max_length=64, description="Digest of the live articles")
    after_knowledge: str = Field(default="", max_length=64)
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONColumn)
    gate: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONColumn, description="[{name, state, words}] as it was"
    )
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    note: str = Field(default="", max_length=4000)
    override_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    override_reason: str = Field(default="", max_length=4000)
    watch_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    watch_state: str = Field(default="closed", max_length=20)
    watch: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="{from, looked_at, falls: [...], compared}"
    )
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
