"""Who looks after an article, and when they should look at it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from core import audit
from core.database import now
from core.errors import InvalidInput, NotFound
from core.identity import Actor, Permission, Person, require
from core.knowledge.tables import Article, ArticleEdit

_AT_WORK = ("open", "proposed")


@dataclass(frozen=True, slots=True)
class DueArticle:
    """A live article whose review date has come. ``days_over``: since then; negative: still to come."""

    article: Article
    owner: str
    days_over: int


def set_owner(actor: Actor, article_id: int, owner_id: int | None, *, session: Session) -> Article:
    """Say who looks after an article; None: nobody. It counts at once, drafts do not depend on it.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such article.
        InvalidInput: the owner is not here any more.
    """
    article = _locked(actor, article_id, session=session)
    if article.owner_id == owner_id:
        return article
    owner = session.get(Person, owner_id) if owner_id is not None else None
    if owner_id is not None and (owner is None or not owner.active):
        raise InvalidInput("This person is not here any more. Choose another owner.")
    _follow(article, {"owner_id": owner_id}, session=session)
    article.owner_id = owner_id
    session.flush()
    _record(actor, "article.owner_set", article, owner.name if owner else "", session=session)
    return article


def set_review_on(actor: Actor, article_id: int, day: date | None, *, session: Session) -> Article:
    """Say when the owner of an article should look at it again; None: never. It counts at once.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such article.
        InvalidInput: the day has passed.
    """
    article = _locked(actor, article_id, session=session)
    if article.review_on == day:
        return article
    if day is not None and day < now().date():
        raise InvalidInput("The review date has passed already. Choose a later day.")
    _follow(article, {"review_on": day}, session=session)
    article.review_on = day
    session.flush()
    _record(actor, "article.review_set", article, day.isoformat() if day else "", session=session)
    return article


def due_for_review(
    actor: Actor, *, session: Session, within_days: int = 0, limit: int = 200
) -> list[DueArticle]:
    """Live articles whose review date has come, or comes within so many days; the longest due first.

    Raises:
        PermissionDenied: the actor may not read knowledge.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    today = now().date()
    query = (
        select(Article, col(Person.name))
        .outerjoin(Person, col(Person.id) == col(Article.owner_id))
        .where(col(Article.status) == "live", col(Article.review_on) <= today + timedelta(days=within_days))
        .order_by(col(Article.review_on), col(Article.id))
        .limit(limit)
    )
    return [
        DueArticle(article, owner or "", (today - article.review_on).days)
        for article, owner in session.execute(query)
    ]


def _locked(actor: Actor, article_id: int, *, session: Session) -> Article:
    require(actor, Permission.KNOWLEDGE_EDIT)
    session.flush()
    article = session.get(Article, article_id, with_for_update=True, populate_existing=True)
    if article is None:
        raise NotFound(f"There is no article {article_id}.")
    return article


def _follow(article: Article, values: dict[str, int | date | None], *, session: Session) -> None:
    """A working copy that says what the article said says the new value too, so that its release keeps it."""
    for name, value in values.items():
        column = getattr(ArticleEdit, name)
        old = getattr(article, name)
        session.execute(
            update(ArticleEdit)
            .where(
                col(ArticleEdit.article_id) == article.key,
                col(ArticleEdit.state).in_(_AT_WORK),
                column.is_(None) if old is None else column == old,
            )
            .values({name: value, "revision": ArticleEdit.revision + 1})
        )


def _record(actor: Actor, action: str, article: Article, value: str, *, session: Session) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        action,
        session=session,
        subject_type="article",
        subject_id=str(article.key),
        external_id=article.external_id,
        value=value,
    )
