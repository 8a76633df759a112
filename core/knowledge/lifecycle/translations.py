"""The other languages of an article, and whether their source moved on since they were written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from core import audit
from core.errors import InvalidInput
from core.identity import Actor, Permission, require
from core.knowledge.standing import current_version, stored_article
from core.knowledge.tables import Article, ArticleVersion


@dataclass(frozen=True, slots=True)
class Translation:
    """The same article in another language.

    Attributes:
        source: it is the one the others translate.
        follows: the version of the source it was last brought up to; None: nobody said so.
        moved_on: the source has changed since.
    """

    article: Article
    source: bool
    follows: ArticleVersion | None
    moved_on: bool


def translations_of(actor: Actor, article_id: int, *, session: Session) -> list[Translation]:
    """The source and all translations of an article, without itself; the source first, then by language.

    Raises:
        PermissionDenied: the actor may not read knowledge.
        NotFound: there is no such article.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    article = stored_article(article_id, session=session)
    source = source_of(article, session=session)
    root = source or article
    family = select(Article).where(
        col(Article.translation_of) == root.external_id,
        col(Article.source).in_({root.source, article.source}),
        col(Article.id) != root.id,
    )
    found = [] if source is None else [Translation(source, True, None, False)]
    for each in session.execute(family.order_by(col(Article.locale), col(Article.id))).scalars():
        if each.key != article.key:
            follows, moved = following(each, root, session=session)
            found.append(Translation(each, False, follows, moved))
    return found


def moved_source(article: Article, *, session: Session) -> ArticleVersion | None:
    """The current version of the source of a translation, when it is newer than what that follows."""
    source = source_of(article, session=session)
    if source is None or not following(article, source, session=session)[1]:
        return None
    return current_version(source, session=session)


def mark_followed(actor: Actor, article_id: int, *, session: Session) -> Article:
    """Say that a translation is up to date with what its source says now. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not edit knowledge.
        NotFound: there is no such article.
        InvalidInput: it translates nothing, or its source is not there.
    """
    require(actor, Permission.KNOWLEDGE_EDIT)
    article = stored_article(article_id, session=session)
    source = source_of(article, session=session)
    current = current_version(source, session=session) if source is not None else None
    if source is None or current is None:
        raise InvalidInput(f"“{article.title}” is not a translation of an article that is here.")
    if article.source_version_id != current.key:
        article.source_version_id = current.key
        session.flush()
        audit.record(
            actor.person_id,
            actor.name,
            "article.translation_followed",
            session=session,
            subject_type="article",
            subject_id=str(article.key),
            external_id=article.external_id,
            source=source.external_id,
            version=current.number,
        )
    return article


def follow_when_new(article: Article, *, session: Session) -> None:
    """A translation that was just made follows what its source says now; checks no permission.

    Later releases do not say so by themselves: mending a word in the translation is not translating what
    changed, and the warning would be gone. See :func:`mark_followed`.
    """
    if article.source_version_id is not None or not article.translation_of:
        return
    source = source_of(article, session=session)
    current = current_version(source, session=session) if source is not None else None
    count = select(func.count()).where(col(ArticleVersion.article_id) == article.key)
    if current is not None and session.execute(count).scalar_one() == 1:
        article.source_version_id = current.key
        session.flush()


def source_of(article: Article, *, session: Session) -> Article | None:
    """The article a translation is of: from where it came itself, else from anywhere."""
    if not article.translation_of:
        return None
    query = select(Article).where(
        col(Article.external_id) == article.translation_of, col(Article.id) != article.id
    )
    found = list(session.execute(query.order_by(col(Article.id))).scalars())
    return min(found, key=lambda each: each.source != article.source, default=None)


def following(
    translation: Article, source: Article, *, session: Session
) -> tuple[ArticleVersion | None, bool]:
    """The version a translation follows, and whether the source has another text by now.

    Where nobody has said which, what an import brought is taken to be translated from what the source said
    then; an edit made here is not.
    """
    current = current_version(source, session=session)
    if translation.source_version_id is not None:
        follows = session.get(ArticleVersion, translation.source_version_id)
        if follows is not None:
            return follows, current is not None and current.digest != follows.digest
    if current is None or current.number == 1:
        return None, False
    imported = session.execute(
        select(col(ArticleVersion.created_at))
        .where(col(ArticleVersion.article_id) == translation.key, col(ArticleVersion.edit_id).is_(None))
        .order_by(col(ArticleVersion.number).desc())
        .limit(1)
    ).scalar_one_or_none()
    return None, imported is not None and current.created_at > imported
