"""Publish, archive and read single articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from core import audit
from core.database import now
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, require
from core.knowledge.indexing import lock_search_index, retire_passages, store_passages
from core.knowledge.records import ArticleRecord, checked, digest
from core.knowledge.tables import Article, ArticleVersion, Passage

HOME_SOURCE = "ratchet"


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
    record = checked(record)
    lock_search_index(session)
    article = _find_article(source, record.external_id, session=session)
    if article is None:
        article = Article(
            source=source, external_id=record.external_id, title=record.title, owner_id=actor.person_id
        )
        session.add(article)
        session.flush()
    versions = _versions(article.key, session=session)
    live = next((version for version in versions if version.id == article.live_version_id), None)
    article.tags, article.translation_of = list(record.tags), record.translation_of
    if live is not None and live.digest == digest(record):
        return live
    version = ArticleVersion(
        article_id=article.key,
        number=versions[0].number + 1 if versions else 1,
        title=record.title,
        body=record.body,
        audience=record.audience,
        locale=record.locale,
        author_id=actor.person_id,
        note=note,
        digest=digest(record),
    )
    session.add(version)
    session.flush()
    if live is not None:
        retire_passages([live.key], session=session)
    store_passages([version], session=session)
    article.title, article.audience, article.locale = record.title, record.audience, record.locale
    article.status, article.live_version_id = "live", version.key
    article.updated_at = record.updated_at or now()
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        "article.published",
        session=session,
        subject_type="article",
        subject_id=str(article.key),
        external_id=article.external_id,
        version=version.number,
    )
    return version


def archive(actor: Actor, article_id: int, *, session: Session) -> Article:
    """Take an article out of search. Its versions and passages stay, for whoever cited them.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    lock_search_index(session)
    article = _article(article_id, session=session)
    if article.status == "archived":
        return article
    if article.live_version_id is not None:
        retire_passages([article.live_version_id], session=session)
    article.status, article.live_version_id, article.updated_at = "archived", None, now()
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        "article.archived",
        session=session,
        subject_type="article",
        subject_id=str(article.key),
        external_id=article.external_id,
    )
    return article


def get_article(actor: Actor, article_id: int, *, session: Session) -> ArticleView:
    """One article with its versions.

    Raises:
        PermissionDenied: the actor may not read knowledge.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    article = _article(article_id, session=session)
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


def _article(article_id: int, *, session: Session) -> Article:
    article = session.get(Article, article_id)
    if article is None:
        raise NotFound(f"There is no article {article_id}.")
    return article


def _find_article(source: str, external_id: str, *, session: Session) -> Article | None:
    query = select(Article).where(col(Article.source) == source, col(Article.external_id) == external_id)
    return session.execute(query).scalar_one_or_none()


def _versions(article_id: int, *, session: Session) -> list[ArticleVersion]:
    query = (
        select(ArticleVersion)
        .where(col(ArticleVersion.article_id) == article_id)
        .order_by(col(ArticleVersion.number).desc())
    )
    return list(session.execute(query).scalars())
