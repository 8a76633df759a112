"""Articles, their immutable versions, and the passages that are searched and cited.

``PassageTerms`` is the source of the lexical index. The index itself is made by a migration: the
FTS5 table ``passage_fts`` (SQLite, kept in step by triggers) or the generated ``tsvector`` column
``passage_terms.lexemes`` (Postgres).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, UniqueConstraint, text
from sqlmodel import Field

from core.database import Base, Identifier, JSONColumn, Row, UTCDateTime, Vector, now

_AT_WORK = text("state IN ('open', 'proposed')")
_WAITING = text("start_state = 'waiting'")
_ENDING = text("effective_until IS NOT NULL")


class Article(Row, table=True):
    """A piece of knowledge. ``status``: live, draft or archived. ``audience``: public or internal."""

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_article_review_on", "review_on"),
        Index("ix_article_translation_of", "source", "translation_of"),
    )

    source: str = Field(default="ratchet", max_length=64)
    external_id: str = Field(max_length=300)
    title: str = Field(max_length=500)
    status: str = Field(default="live", max_length=20, index=True)
    audience: str = Field(default="public", max_length=20)
    locale: str = Field(default="en", max_length=16)
    tags: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    translation_of: str = Field(default="", max_length=300, description="External id of the source article.")
    owner_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    live_version_id: int | None = Field(default=None, sa_type=Identifier)
    review_on: date | None = Field(
        default=None, sa_type=Date, description="When its owner looks at it again."
    )
    redirect_to_id: int | None = Field(
        default=None, sa_type=Identifier, description="Where an archived article sends its readers."
    )
    source_version_id: int | None = Field(
        default=None, sa_type=Identifier, description="The version of the source a translation follows."
    )
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class ArticleVersion(Row, table=True):
    """One immutable state of an article.

    ``start_state`` alone moves: empty, or, of a version with a date to start at, ``waiting``, ``started``
    or ``cancelled``.
    """

    __tablename__ = "article_version"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        Index(
            "ix_article_version_waiting", "effective_from", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        Index("ix_article_version_ending", "effective_until", sqlite_where=_ENDING, postgresql_where=_ENDING),
    )

    article_id: int = Field(foreign_key="article.id", sa_type=Identifier)
    number: int = Field(description="1, 2, 3 ... within the article")
    title: str = Field(max_length=500)
    body: str = Field(description="Markdown")
    audience: str = Field(max_length=20)
    locale: str = Field(max_length=16)
    author_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    note: str = Field(default="", max_length=500)
    digest: str = Field(max_length=64, description="SHA-256 of title, body, audience and locale")
    effective_from: datetime | None = Field(default=None, sa_type=UTCDateTime)
    effective_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    start_state: str = Field(default="", max_length=20)
    origin: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="suggestion_id, conversation_ids, writer_ids"
    )
    edit_id: int | None = Field(default=None, sa_type=Identifier, description="The working copy it was.")
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Passage(Row, table=True):
    """A piece of one article version, cut along headings. ``live`` follows the article's live version."""

    __tablename__ = "passage"
    __table_args__ = (
        UniqueConstraint("article_version_id", "position"),
        Index("ix_passage_live", "live", "id"),
    )

    article_id: int = Field(foreign_key="article.id", index=True, sa_type=Identifier)
    article_version_id: int = Field(foreign_key="article_version.id", sa_type=Identifier)
    position: int
    heading_path: str = Field(default="", max_length=1000, description="Title > heading > sub-heading")
    text: str
    audience: str = Field(max_length=20)
    locale: str = Field(max_length=16)
    live: bool = True


class PassageVector(Base, table=True):
    """The embedding of a passage by one embedder."""

    __tablename__ = "passage_vector"

    passage_id: int = Field(foreign_key="passage.id", primary_key=True, sa_type=Identifier)
    embedder: str = Field(primary_key=True, max_length=100)
    vector: Any = Field(sa_type=Vector, description="1-d float32 array, unit length")


class PassageTerms(Base, table=True):
    """The index terms of a live passage: stemmed words with blanks between. Dead passages have none."""

    __tablename__ = "passage_terms"

    passage_id: int = Field(foreign_key="passage.id", primary_key=True, sa_type=Identifier)
    title: str
    headings: str
    body: str


class SearchStamp(Base, table=True):
    """The one row of search statistics.

    ``passages`` and ``vectors`` count changes, so that each process knows when its cache is old;
    the rest are totals over live passages, which ranking needs.
    """

    __tablename__ = "search_stamp"

    id: int = Field(default=1, primary_key=True)
    passages: int = 0
    vectors: int = 0
    live_passages: int = Field(default=0, sa_type=Identifier)
    title_terms: int = Field(default=0, sa_type=Identifier)
    heading_terms: int = Field(default=0, sa_type=Identifier)
    body_terms: int = Field(default=0, sa_type=Identifier)


class ArticleEdit(Row, table=True):
    """The shared working copy of an article, or of a new one (``article_id`` is None until it is released).

    ``state``: open, proposed, released or dropped; an article has at most one that is open or proposed.
    ``revision`` grows with each change. ``aside`` holds what somebody typed and the merge could not place,
    until somebody settles it, see :class:`core.knowledge.TextConflict`.
    """

    __tablename__ = "article_edit"
    __table_args__ = (
        Index(
            "ux_article_edit_article",
            "article_id",
            unique=True,
            sqlite_where=_AT_WORK,
            postgresql_where=_AT_WORK,
        ),
        Index("ix_article_edit_state", "state", "updated_at"),
    )

    article_id: int | None = Field(default=None, foreign_key="article.id", sa_type=Identifier)
    basis_version_id: int | None = Field(default=None, foreign_key="article_version.id", sa_type=Identifier)
    title: str = Field(default="", max_length=500)
    body: str = Field(default="", description="Markdown")
    audience: str = Field(default="public", max_length=20)
    locale: str = Field(default="", max_length=16, description="Empty: found out from the text.")
    tags: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    translation_of: str = Field(default="", max_length=300)
    owner_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    review_on: date | None = Field(default=None, sa_type=Date)
    effective_from: datetime | None = Field(default=None, sa_type=UTCDateTime)
    effective_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    note: str = Field(default="", max_length=500, description="What changed and why, for the version.")
    origin: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONColumn, description="suggestion_id, conversation_ids, writer_ids"
    )
    aside: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONColumn)
    revision: int = 1
    state: str = Field(default="open", max_length=20)
    created_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    updated_by_id: int | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class EditPresence(Base, table=True):
    """A browser tab in which somebody has a working copy open."""

    __tablename__ = "edit_presence"

    edit_id: int = Field(foreign_key="article_edit.id", primary_key=True, sa_type=Identifier)
    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_type=Identifier)
    tab: str = Field(primary_key=True, max_length=64)
    seen_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
