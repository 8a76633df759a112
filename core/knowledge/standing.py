"""Which version of an article stands, and making another one stand: inside a writer's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import Session, col

from core import audit
from core.database import now
from core.errors import NotFound
from core.knowledge.indexing import lock_search_index, retire_passages, revive_passages
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion

WAITING, STARTED, CANCELLED = "waiting", "started", "cancelled"
ON_START = "on_start"
"""Where the origin of a waiting version keeps what its start will change of the article."""


class Who(Protocol):
    """Who does it: an actor, or whatever has these two."""

    @property
    def person_id(self) -> int | None:
        """None: the system."""

    @property
    def name(self) -> str:
        """As the audit names them."""


def make_live(
    article: Article, version: ArticleVersion, *, session: Session, at: datetime | None = None
) -> None:
    """Swap what search knows of an article. Call behind :func:`lock_search_index`."""
    if article.live_version_id is not None and article.live_version_id != version.key:
        retire_passages([article.live_version_id], session=session)
    revive_passages(version, session=session)
    if version.start_state == WAITING:
        version.start_state = STARTED
        apply_labels(article, version.origin[ON_START])
    article.title, article.audience, article.locale = version.title, version.audience, version.locale
    if article.status != "live":
        article.redirect_to_id = None  # whoever reads it is where they want to be
    article.status, article.live_version_id = "live", version.key
    article.updated_at = at or now()


def would_undo(article_id: int, basis_version_id: int | None, *, session: Session) -> ArticleVersion | None:
    """A version that waits for its date and does not know of a change made from ``basis_version_id``.

    When the later of the two starts, it takes the words of the other away.
    """
    query = select(ArticleVersion).where(
        col(ArticleVersion.article_id) == article_id,
        col(ArticleVersion.start_state) == WAITING,
        col(ArticleVersion.id) != (basis_version_id or 0),
    )
    return session.execute(query.order_by(col(ArticleVersion.effective_from)).limit(1)).scalar_one_or_none()


def lock_articles(article_ids: Iterable[int], edit_ids: Iterable[int], *, session: Session) -> None:
    """Take every lock that changing these will need, in the order all others take them.

    For whoever changes several at once: the record of one change is a lock too, and somebody who types
    holds the working copy of the next while waiting for it.
    """
    lock_search_index(session)
    for table, ids in ((Article, article_ids), (ArticleEdit, edit_ids)):
        rows = select(table.id).where(col(table.id).in_(sorted(set(ids)))).order_by(col(table.id))  # type: ignore[call-overload]
        session.execute(rows.with_for_update())


def stored_article(article_id: int, *, session: Session) -> Article:
    """As it is stored now, not as the session remembers it.

    Raises:
        NotFound: there is no such article.
    """
    session.flush()  # what the caller has just changed is not to be read over
    article = session.get(Article, article_id, populate_existing=True)
    if article is None:
        raise NotFound(f"There is no article {article_id}.")
    return article


def current_version(article: Article, *, session: Session) -> ArticleVersion | None:
    """The live version; of an article that has none, the newest that is not waiting for its date."""
    if article.live_version_id is not None:
        return session.get(ArticleVersion, article.live_version_id)
    query = (
        select(ArticleVersion)
        .where(
            col(ArticleVersion.article_id) == article.key,
            col(ArticleVersion.start_state).not_in((WAITING, CANCELLED)),
        )
        .order_by(col(ArticleVersion.number).desc())
    )
    return session.execute(query.limit(1)).scalar_one_or_none()


def moved_on(article: Article, basis_version_id: int | None, *, session: Session) -> ArticleVersion | None:
    """The version that is current now, when it is not the one a change was made from; else None."""
    current = current_version(article, session=session)
    if current is None or basis_version_id is None or current.key == basis_version_id:
        return None
    basis = session.get(ArticleVersion, basis_version_id)
    # What waits for its date is ahead of what is live: a change made from it is not behind.
    return None if basis is not None and basis.start_state == WAITING else current


def apply_labels(article: Article, labels: Mapping[str, Any]) -> None:
    """Change what a release changes of the article itself."""
    article.tags, article.translation_of = list(labels["tags"]), labels["translation_of"]
    if "owner_id" in labels:
        article.owner_id = labels["owner_id"]
    if "review_on" in labels:
        article.review_on = date.fromisoformat(labels["review_on"]) if labels["review_on"] else None


def record_article(
    person: Who, action: str, article: Article, version: ArticleVersion | None, *, session: Session
) -> None:
    """Write down what happened to an article."""
    numbers = {} if version is None else {"version": version.number}
    audit.record(
        person.person_id,
        person.name,
        action,
        session=session,
        subject_type="article",
        subject_id=str(article.key),
        external_id=article.external_id,
        **numbers,
    )
