"""Take articles out, and bring old versions back as they were. Nothing here checks a permission.

Everything happens in the caller's transaction, behind the lock that all writers of the search index take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.database import now
from core.errors import Conflict, NotFound
from core.knowledge.indexing import lock_search_index, retire_passages
from core.knowledge.standing import (
    CANCELLED,
    WAITING,
    Who,
    make_live,
    record_article,
    stored_article,
)
from core.knowledge.tables import Article, ArticleVersion


def archive_article(person: Who, article_id: int, *, session: Session) -> Article:
    """Take an article out of search. Its versions and passages stay. Checks no permission.

    Raises:
        NotFound: there is no such article.
    """
    lock_search_index(session)
    article = stored_article(article_id, session=session)
    if article.status == "archived":
        return article
    if article.live_version_id is not None:
        retire_passages([article.live_version_id], session=session)
    article.status, article.live_version_id, article.updated_at = "archived", None, now()
    session.flush()
    record_article(person, "article.archived", article, None, session=session)
    return article


def restore_version(
    person: Who,
    article_id: int,
    version_id: int | None,
    *,
    session: Session,
    state: Mapping[str, Any] | None = None,
) -> Article:
    """Make an old version live again, the same one, so that the digest of the knowledge is the old one too.

    Checks no permission. Restoring what is live already changes nothing.

    Args:
        version_id: None: the article had no live version; it is archived.
        state: what :func:`article_state` said then, to bring back tags, translation and redirect as well.
            Owner and review date stay: they say who looks after the article now, and no draft and no build
            depends on them.

    Raises:
        NotFound: there is no such article, or it has no such version.
    """
    if version_id is None:
        article = archive_article(person, article_id, session=session)
        _restore_labels(article, state)
        return article
    lock_search_index(session)
    article = stored_article(article_id, session=session)
    version = session.get(ArticleVersion, version_id)
    if version is None or version.article_id != article_id:
        raise NotFound(f"“{article.title}” has no such version.")
    if article.live_version_id != version_id or article.status != "live":
        make_live(article, version, session=session)
        session.flush()
        record_article(person, "article.restored", article, version, session=session)
    _restore_labels(article, state)
    session.flush()
    return article


def cancel_start(person: Who, version_id: int, *, session: Session) -> ArticleVersion:
    """Let a version that waits for its date not start. Checks no permission; safe to repeat.

    Raises:
        NotFound: there is no such version.
        Conflict: it has started.
    """
    lock_search_index(session)
    version = session.get(ArticleVersion, version_id, populate_existing=True)
    if version is None:
        raise NotFound("There is no such version.")
    article = stored_article(version.article_id, session=session)
    if version.start_state == WAITING:
        version.start_state = CANCELLED
        if article.status == "draft":
            article.status = "archived"
        session.flush()
        record_article(person, "article.start_cancelled", article, version, session=session)
    elif version.start_state != CANCELLED:
        raise Conflict(f"Version {version.number} of “{article.title}” has started. Restore another version.")
    return version


def resume_starts(person: Who, version_ids: Iterable[int], *, session: Session) -> None:
    """Let versions that were called off wait for their date again. Checks no permission."""
    for version_id in sorted(set(version_ids)):
        version = session.get(ArticleVersion, version_id, populate_existing=True)
        if version is not None and version.start_state == CANCELLED:
            version.start_state = WAITING
            session.flush()
            article = stored_article(version.article_id, session=session)
            record_article(person, "article.scheduled", article, version, session=session)


def article_state(article_id: int, *, session: Session) -> dict[str, Any]:
    """What :func:`restore_version` needs to undo a change, as JSON.

    Raises:
        NotFound: there is no such article.
    """
    article = stored_article(article_id, session=session)
    waiting = select(col(ArticleVersion.id)).where(
        col(ArticleVersion.article_id) == article_id, col(ArticleVersion.start_state) == WAITING
    )
    return {
        "live_version_id": article.live_version_id,
        "status": article.status,
        "tags": list(article.tags),
        "translation_of": article.translation_of,
        "redirect_to_id": article.redirect_to_id,
        "waits": list(session.execute(waiting.order_by(col(ArticleVersion.id))).scalars()),
    }


def _restore_labels(article: Article, state: Mapping[str, Any] | None) -> None:
    if state is not None:
        article.tags = list(state.get("tags", article.tags))
        article.translation_of = state.get("translation_of", article.translation_of)
        article.redirect_to_id = state.get("redirect_to_id")
