"""Versions with a date: they start and end by themselves, on any worker, exactly once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from core import audit
from core.database import Database, now
from core.identity import SYSTEM
from core.knowledge.indexing import lock_search_index
from core.knowledge.restoring import archive_article
from core.knowledge.standing import CANCELLED, WAITING, make_live, stored_article
from core.knowledge.tables import Article, ArticleVersion

_MOST_AT_ONCE = 50


def start_due(database: Database, *, at: datetime | None = None) -> int:
    """Make versions live whose date has come, and archive articles whose live version has ended.

    Each is a transaction of its own; workers that do it at the same time take turns and find it done.

    Args:
        at: the moment that counts; now.

    Returns:
        How many articles changed.
    """
    at = at or now()
    with database.reading() as session:
        starting, ending = _starting(at, session=session), _ending(at, session=session)
    done = 0
    for version_id in starting:
        with database.transaction() as session:
            done += _start(version_id, at, session=session)
    for article_id in ending:
        with database.transaction() as session:
            done += _end(article_id, at, session=session)
    return done


def scheduled_of(article_id: int, *, session: Session) -> list[ArticleVersion]:
    """The versions of an article that wait for their date, the next one first."""
    query = select(ArticleVersion).where(
        col(ArticleVersion.article_id) == article_id, col(ArticleVersion.start_state) == WAITING
    )
    return list(session.execute(query.order_by(col(ArticleVersion.effective_from))).scalars())


def _starting(at: datetime, *, session: Session) -> list[int]:
    query = select(col(ArticleVersion.id)).where(
        col(ArticleVersion.start_state) == WAITING, col(ArticleVersion.effective_from) <= at
    )
    ordered = query.order_by(col(ArticleVersion.effective_from), col(ArticleVersion.id))
    return [int(key) for key in session.execute(ordered.limit(_MOST_AT_ONCE)).scalars()]


def _ending(at: datetime, *, session: Session) -> list[int]:
    query = (
        select(col(Article.id))
        .join(ArticleVersion, col(ArticleVersion.id) == col(Article.live_version_id))
        .where(col(Article.status) == "live", col(ArticleVersion.effective_until) <= at)
        .order_by(col(Article.id))
    )
    return [int(key) for key in session.execute(query.limit(_MOST_AT_ONCE)).scalars()]


def _start(version_id: int, at: datetime, *, session: Session) -> bool:
    lock_search_index(session)
    version = session.get(ArticleVersion, version_id, populate_existing=True)
    if version is None or version.start_state != WAITING:
        return False  # another worker was quicker, or somebody called it off
    article = stored_article(version.article_id, session=session)
    if version.effective_until is not None and version.effective_until <= at:
        version.start_state = CANCELLED  # nobody worked while it was in force
        session.flush()
        _record("article.start_missed", article, version, session=session)
        return True
    make_live(article, version, session=session)
    session.flush()
    _record("article.started", article, version, session=session)
    return True


def _end(article_id: int, at: datetime, *, session: Session) -> bool:
    lock_search_index(session)
    article = stored_article(article_id, session=session)
    version = session.get(ArticleVersion, article.live_version_id) if article.live_version_id else None
    if version is None or version.effective_until is None or version.effective_until > at:
        return False
    _record("article.ended", article, version, session=session)
    archive_article(SYSTEM, article_id, session=session)
    return True


def _record(action: str, article: Article, version: ArticleVersion, *, session: Session) -> None:
    audit.record(
        SYSTEM.person_id,
        SYSTEM.name,
        action,
        session=session,
        subject_type="article",
        subject_id=str(article.key),
        external_id=article.external_id,
        version=version.number,
    )
