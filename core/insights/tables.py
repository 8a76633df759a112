"""Suggestions for knowledge, the evidence behind them, and how far the search for more has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from core.database import Base, Identifier, JSONColumn, Row, UTCDateTime, Vector, now


class Suggestion(Row, table=True):
    """A draft article, or a patch of one, made of what people wrote themselves.

    ``kind``: new or patch. ``source``: where the first evidence came from: edit, abstention, flag or note.
    ``state``: open, accepted (see ``edit_id``), rejected or expired. ``revision`` grows with each change.
    """

    __tablename__ = "suggestion"
    __table_args__ = (
        Index("ix_suggestion_rank", "state", "affected", "id"),
        Index("ix_suggestion_article", "article_id"),
    )

    kind: str = Field(max_length=20)
    source: str = Field(max_length=20)
    state: str = Field(default="open", max_length=20)
    title: str = Field(max_length=300)
    body: str = Field(description="Markdown, without personal data")
    replaces: str = Field(default="", description="Of a patch: the words of the article it is about.")
    article_id: int | None = Field(default=None, foreign_key="article.id", sa_type=Identifier)
    locale: str = Field(default="", max_length=16)
    audience: str = Field(default="public", max_length=20)
    affected: int = Field(default=0, description="Conversations behind it")
    finds: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="{duplicates: [...], contradictions: [...]}"
    )
    embedder: str = Field(default="", max_length=100)
    vector: Any = Field(default=None, sa_type=Vector, nullable=True, description="Of the text")
    revision: int = 1
    written_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    decided_reason: str = Field(default="", max_length=1000)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    edit_id: int | None = Field(default=None, foreign_key="article_edit.id", sa_type=Identifier)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class SuggestionSource(Row, table=True):
    """One piece of evidence. ``evidence`` names it for good (``reply:12``), so that it counts only once."""

    __tablename__ = "suggestion_source"
    __table_args__ = (
        Index("ix_suggestion_source_suggestion", "suggestion_id", "id"),
        Index("ix_suggestion_source_conversation", "conversation_id"),
    )

    suggestion_id: int = Field(foreign_key="suggestion.id", sa_type=Identifier)
    evidence: str = Field(max_length=60, unique=True)
    kind: str = Field(max_length=20)
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id", sa_type=Identifier)
    draft_id: int | None = Field(default=None, sa_type=Identifier)
    message_id: int | None = Field(default=None, sa_type=Identifier)
    flag_id: int | None = Field(default=None, foreign_key="flag.id", sa_type=Identifier)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    question: str = Field(default="", description="What the customer asked, without personal data")
    text: str = Field(description="What the person wrote, without personal data")
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class SuggestionProgress(Base, table=True):
    """How far a kind of evidence was looked through. ``name``: replies or flags."""

    __tablename__ = "suggestion_progress"

    name: str = Field(primary_key=True, max_length=20)
    reached_id: int = Field(default=0, sa_type=Identifier)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
