"""An article gets another text, or is taken out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from core.database import now
from core.errors import Conflict
from core.identity import Actor
from core.knowledge import (
    archive_article,
    article_state,
    cancel_start,
    current_version,
    lock_articles,
    moved_on,
    put_frozen,
    restore_version,
    resume_starts,
    would_undo,
)
from core.knowledge.tables import Article, ArticleVersion
from core.releases.kinds.kind import Change, Texts, Undo, kind

ARTICLE, ARCHIVE = "article", "archive"


class _OfArticles:
    """What both have in common."""

    def lock(self, changes: Sequence[Change], *, session: Session) -> None:
        """See :class:`Kind`. The lock that all writers of articles take, and those of people who type."""
        articles = [each.article_id for each in changes if each.article_id is not None]
        edits = [each.edit_id for each in changes if each.edit_id is not None]
        lock_articles(articles, edits, session=session)

    def undo(self, person: Actor, made: Undo, *, session: Session) -> Undo:
        """See :class:`Kind`."""
        article = _article(made, session=session)
        if self.changed_since(made, session=session):
            raise Conflict(f"“{article.title}” has been changed since, so it was not taken back.")
        state = article_state(article.key, session=session)
        waiting = _waiting(made, session=session)
        if waiting is not None:
            cancel_start(person, waiting.key, session=session)
            words = "will not start"
        else:
            restore_version(
                person, article.key, made.before.get("live_version_id"), session=session, state=made.before
            )
            number = _number(made.before.get("live_version_id"), session=session)
            words = f"version {number} is live again" if number else "is out of search again"
        called_off = set(made.before.get("waits", ())) - set(made.after.get("waits", ()))
        resume_starts(person, called_off, session=session)
        return Undo(
            kind=made.kind,
            title=made.title,
            words=words,
            before=state,
            after=article_state(article.key, session=session),
            article_id=article.key,
        )

    def changed_since(self, made: Undo, *, session: Session) -> bool:
        """See :class:`Kind`."""
        if _waiting(made, session=session) is not None:
            return False
        live = _article(made, session=session).live_version_id
        expected = made.after.get("waits_version_id") or made.after.get("live_version_id")
        return bool(live != expected)


@kind(ARTICLE)
class ArticleChange(_OfArticles):
    """An article gets the text of a working copy, or is new."""

    def overtaken(self, change: Change, *, session: Session) -> str:
        """See :class:`Kind`."""
        content = change.content
        article = _stored(change, session=session)
        if article is None:
            return ""
        if change.article_id is None:
            return f"There is an article “{article.title}” with this id by now. Edit that one instead."
        if content.get("status", article.status) != article.status:
            return (
                f"“{article.title}” was {content['status']} when this was proposed and is {article.status} "
                "now. Open the edit, look at it again and propose it once more."
            )
        basis_id = content.get("basis_version_id")
        current = (
            current_version(article, session=session)
            if basis_id is None
            else moved_on(article, basis_id, session=session)
        )
        if current is not None:
            return (
                f"“{article.title}” has a newer version ({current.number}) than the one this was written on. "
                "Open the edit, take it over and propose it again."
            )
        ends = _moment(content.get("effective_until"))
        if ends is not None and ends <= now():
            return (
                f"“{article.title}” was to end on {ends:%d %B %Y}, which has passed. Open the edit, choose a "
                "later end and propose it again."
            )
        return ""

    def describe(self, change: Change, *, session: Session) -> Texts:
        """See :class:`Kind`."""
        content = change.content
        basis = session.get(ArticleVersion, content.get("basis_version_id") or 0)
        return Texts(
            title=content["title"],
            words=change.summary,
            before=basis.body if basis is not None else "",
            after=content["body"],
            before_title=basis.title if basis is not None else "",
            after_title=content["title"],
        )

    def make(self, person: Actor, change: Change, *, session: Session, at_once: bool) -> Undo:
        """See :class:`Kind`."""
        content = change.content
        problem = self.overtaken(change, session=session)
        if problem:
            raise Conflict(problem)
        article = _stored(change, session=session)
        before = article_state(article.key, session=session) if article is not None else {}
        version = put_frozen(person, {**content, "edit_id": change.edit_id}, session=session, at_once=at_once)
        after = article_state(version.article_id, session=session)
        waits = version.start_state == "waiting"
        if waits:
            after["waits_version_id"] = version.key
        words = f"version {version.number}" if article is not None else "new"
        if waits and version.effective_from is not None:
            words += f", from {version.effective_from:%d %B %Y} on"
        return Undo(
            kind=ARTICLE,
            title=version.title,
            words=words,
            before=before,
            after={**after, "version_id": version.key},
            article_id=version.article_id,
        )


@kind(ARCHIVE)
class ArchiveChange(_OfArticles):
    """An article is taken out of search."""

    def overtaken(self, change: Change, *, session: Session) -> str:
        """See :class:`Kind`."""
        article = _stored(change, session=session)
        if article is None or article.live_version_id == change.content.get("live_version_id"):
            return ""
        if article.live_version_id is None:
            return f"“{article.title}” is archived already. Remove the change."
        return f"“{article.title}” has a newer version by now. Look at it and propose the change again."

    def describe(self, change: Change, *, session: Session) -> Texts:
        """See :class:`Kind`."""
        live = session.get(ArticleVersion, change.content.get("live_version_id") or 0)
        title = change.content["title"]
        return Texts(title, change.summary, live.body if live is not None else "", "", title, "")

    def make(self, person: Actor, change: Change, *, session: Session, at_once: bool) -> Undo:  # noqa: ARG002
        """See :class:`Kind`."""
        problem = self.overtaken(change, session=session)
        if problem:
            raise Conflict(problem)
        article_id = change.article_id or 0
        before = article_state(article_id, session=session)
        article = archive_article(person, article_id, session=session)
        return Undo(
            kind=ARCHIVE,
            title=article.title,
            words="archived",
            before=before,
            after=article_state(article_id, session=session),
            article_id=article_id,
        )


def undone_by(change: Change, *, session: Session) -> str:
    """What starts later and would take a change of an article back, or lose its own words; else empty."""
    if change.article_id is None:
        return ""
    later = would_undo(change.article_id, change.content.get("basis_version_id"), session=session)
    if later is None or later.effective_from is None:
        return ""
    return (
        f"Version {later.number} of “{later.title}” starts on {later.effective_from:%d %B %Y} and does not "
        "know of this change, so one takes the other back. Roll back the release that scheduled it, put both "
        "into one edit and propose that."
    )


def _stored(change: Change, *, session: Session) -> Article | None:
    if change.article_id is not None:
        return session.get(Article, change.article_id, populate_existing=True)
    query = select(Article).where(
        Article.source == change.content["source"], Article.external_id == change.content["external_id"]
    )
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def _article(made: Undo, *, session: Session) -> Article:
    return session.get_one(Article, made.article_id, populate_existing=True)


def _waiting(made: Undo, *, session: Session) -> ArticleVersion | None:
    """The version a change made that has not started yet."""
    key = made.after.get("waits_version_id")
    version = session.get(ArticleVersion, key, populate_existing=True) if key else None
    return version if version is not None and version.start_state == "waiting" else None


def _number(version_id: Any, *, session: Session) -> int | None:
    version = session.get(ArticleVersion, version_id) if version_id else None
    return version.number if version is not None else None


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
