"""Publish, archive and read single articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from core.errors import InvalidInput
from core.identity import Actor, Permission, require
from core.knowledge.publishing import HOME_SOURCE, put_live
from core.knowledge.records import ArticleRecord
from core.knowledge.restoring import archive_article
from core.knowledge.standing import stored_article
from core.knowledge.tables import Article, ArticleVersion, Passage


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with its live version (None once archived) and all versions, newest first."""

    article: Article
    live: ArticleVersion | None
    versions: list[ArticleVersion]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Articles, the latest changed first; ``next_cursor`` is None on the last page."""

    rows: list[Article]
    next_cursor: str | None


def publish(
    actor: Actor, record: ArticleRecord, *, session: Session, source: str = HOME_SOURCE, note: str = ""
) -> ArticleVersion:
    """Make ``record`` the live version of its article, which is created if need be.

    Publishing what is live already changes nothing and returns the live version.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        InvalidInput: the record is incomplete.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    return put_live(actor, record, session=session, source=source, note=note)


def archive(actor: Actor, article_id: int, *, session: Session) -> Article:
    """Take an article out of search. Its versions and passages stay, for whoever cited them.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    return archive_article(actor, article_id, session=session)


def get_article(actor: Actor, article_id: int, *, session: Session) -> ArticleView:
    """One article with its versions.

    Raises:
        PermissionDenied: the actor may not read knowledge.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    article = stored_article(article_id, session=session)
    versions = _versions(article_id, session=session)
    live = next((version for version in versions if version.id == article.live_version_id), None)
    return ArticleView(article, live, versions)


def list_articles(
    actor: Actor,
    *,
    session: Session,
    search: str = "",
    locale: str | None = None,
    audience: str | None = None,
    status: str | None = "live",
    cursor: str | None = None,
    limit: int = 50,
) -> ArticlePage:
    """A page of articles, the latest changed first. ``search`` looks in titles and external ids.

    Raises:
        PermissionDenied: the actor may not read knowledge.
        InvalidInput: ``cursor`` is not one that a page returned.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    query = select(Article).order_by(col(Article.updated_at).desc(), col(Article.id).desc())
    if search.strip():
        wanted = search.strip()
        query = query.where(
            or_(
                col(Article.title).icontains(wanted, autoescape=True),
                col(Article.external_id).icontains(wanted, autoescape=True),
            )
        )
    for column, value in ((Article.locale, locale), (Article.audience, audience), (Article.status, status)):
        if value is not None:
            query = query.where(col(column) == value)
    if cursor is not None:
        at, last = _position(cursor)
        query = query.where(
            or_(col(Article.updated_at) < at, and_(col(Article.updated_at) == at, col(Article.id) < last))
        )
    rows = list(session.execute(query.limit(limit + 1)).scalars())
    following = (
        f"{rows[limit - 1].updated_at.isoformat()}|{rows[limit - 1].key}" if len(rows) > limit else None
    )
    return ArticlePage(rows[:limit], following)


def passages_of(version_id: int, *, session: Session) -> list[Passage]:
    """The passages of an article version in reading order, live or not."""
    query = (
        select(Passage).where(col(Passage.article_version_id) == version_id).order_by(col(Passage.position))
    )
    return list(session.execute(query).scalars())


def _position(cursor: str) -> tuple[datetime, int]:
    at, _, last = cursor.partition("|")
    try:
        moment, key = datetime.fromisoformat(at), int(last)
    except ValueError:
        raise InvalidInput("This list has changed: start again at its first page.") from None
    if moment.tzinfo is None:
        raise InvalidInput("This list has changed: start again at its first page.")
    return moment, key


def _versions(article_id: int, *, session: Session) -> list[ArticleVersion]:
    query = (
        select(ArticleVersion)
        .where(col(ArticleVersion.article_id) == article_id)
        .order_by(col(ArticleVersion.number).desc())
    )
    return list(session.execute(query).scalars())
