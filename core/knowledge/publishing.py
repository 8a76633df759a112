"""Make a text the live version of its article: what publishing and releases are made of.

Nothing here checks a permission: whoever calls has done so. Everything happens in the caller's
transaction, behind the lock that all writers of the search index take.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.database import now
from core.errors import Conflict, InvalidInput
from core.knowledge.indexing import lock_search_index
from core.knowledge.records import ArticleRecord, checked, digest
from core.knowledge.standing import (
    CANCELLED,
    ON_START,
    WAITING,
    Who,
    apply_labels,
    make_live,
    moved_on,
    record_article,
    stored_article,
)
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion

HOME_SOURCE = "ratchet"


def put_live(
    person: Who,
    record: ArticleRecord,
    *,
    session: Session,
    source: str = HOME_SOURCE,
    edit: ArticleEdit | None = None,
    basis_version_id: int | None = None,
    origin: Mapping[str, Any] | None = None,
    effective_from: datetime | None = None,
    effective_until: datetime | None = None,
    note: str = "",
    author_id: int | None = None,
    care: Mapping[str, Any] | None = None,
) -> ArticleVersion:
    """Make ``record`` the live version of its article, which is created if need be. Checks no permission.

    Putting live what is live already changes nothing and returns the live version. With a date to start at
    that is still to come the version is stored and waits; what is live stays live until
    :func:`start_due`. A version that waits and was what this one was made from is called off, unless it
    starts earlier: its words are in this one.

    Args:
        edit: the working copy it comes from. Its article is the one that changes; else it is the one of
            ``source`` and ``record.external_id``.
        basis_version_id: the version the change was made from; None does not ask.
        origin: what led to it, such as ``{"suggestion_id": 3, "conversation_ids": [7]}``.
        author_id: who wrote it, where that is not ``person``.
        care: what changes of who looks after the article: ``{"owner_id": 5, "review_on": "2027-01-31"}``.

    Raises:
        InvalidInput: the record is incomplete, or it would end before it starts.
        Conflict: the article has another version by now than the change was made from.
    """
    record = checked(record)
    check_dates(effective_from, effective_until)
    lock_search_index(session)
    article = _target(record, source=source, edit=edit, session=session)
    if article is None:
        article = Article(
            source=source,
            external_id=record.external_id,
            title=record.title,
            status="draft",
            owner_id=person.person_id,
        )
        session.add(article)
        session.flush()
    newest = _newest(article.key, session=session)
    live = session.get(ArticleVersion, article.live_version_id) if article.live_version_id else None
    waits = effective_from is not None and effective_from > now()
    same = live is not None and live.digest == digest(record) and live.effective_until == effective_until
    if not same:
        _check_basis(article, basis_version_id, session=session)
    labels = {"tags": list(record.tags), "translation_of": record.translation_of, **(care or {})}
    if waits:
        known = _waiting(article.key, digest(record), effective_from, session=session)
        if known is not None:
            return known
    else:
        apply_labels(article, labels)
    if live is not None and same and not waits:
        return live
    version = ArticleVersion(
        article_id=article.key,
        number=newest.number + 1 if newest is not None else 1,
        title=record.title,
        body=record.body,
        audience=record.audience,
        locale=record.locale,
        author_id=author_id if author_id is not None else person.person_id,
        note=note,
        digest=digest(record),
        effective_from=effective_from,
        effective_until=effective_until,
        start_state=WAITING if waits else "",
        origin={**(origin or {}), **({ON_START: labels} if waits else {})},
        edit_id=edit.id if edit is not None else None,
    )
    session.add(version)
    session.flush()
    if not waits:
        make_live(article, version, session=session, at=record.updated_at)
    _supersede(person, article, basis_version_id, version, session=session)
    session.flush()
    action = "article.scheduled" if waits else "article.published"
    record_article(person, action, article, version, session=session)
    return version


def _target(
    record: ArticleRecord, *, source: str, edit: ArticleEdit | None, session: Session
) -> Article | None:
    if edit is not None and edit.article_id is not None:
        return stored_article(edit.article_id, session=session)
    query = select(Article).where(
        col(Article.source) == source, col(Article.external_id) == record.external_id
    )
    return session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()


def _newest(article_id: int, *, session: Session) -> ArticleVersion | None:
    query = select(ArticleVersion).where(col(ArticleVersion.article_id) == article_id)
    newest = query.order_by(col(ArticleVersion.number).desc()).limit(1)
    return session.execute(newest).scalar_one_or_none()


def _check_basis(article: Article, basis_version_id: int | None, *, session: Session) -> None:
    current = moved_on(article, basis_version_id, session=session)
    if current is not None:
        raise Conflict(
            f"“{article.title}” has a newer version ({current.number}) than the one this change was made "
            "from. Bring the edit up to date with it, then propose again."
        )


def check_dates(start: datetime | None, end: datetime | None) -> None:
    """Raises InvalidInput where a version would end before it starts, or has ended already."""
    for name, value in (("start", start), ("end", end)):
        if value is not None and value.tzinfo is None:
            raise InvalidInput(f"The date of the {name} needs a time zone.")
    at = now()
    if end is not None and end <= max(start or at, at):
        before = "it starts" if start is not None and start > at else "it could start: that day has passed"
        raise InvalidInput(f"It would end before {before}. Choose a later end, or leave it empty.")


def _waiting(
    article_id: int, version_digest: str, start: datetime | None, *, session: Session
) -> ArticleVersion | None:
    query = select(ArticleVersion).where(
        col(ArticleVersion.article_id) == article_id,
        col(ArticleVersion.start_state) == WAITING,
        col(ArticleVersion.digest) == version_digest,
        col(ArticleVersion.effective_from) == start,
    )
    return session.execute(query.limit(1)).scalar_one_or_none()


def _supersede(
    person: Who,
    article: Article,
    basis_version_id: int | None,
    version: ArticleVersion,
    *,
    session: Session,
) -> None:
    """What waited and has been written on does not start any more, where it would take the new words back."""
    basis = session.get(ArticleVersion, basis_version_id) if basis_version_id is not None else None
    if basis is None or basis.start_state != WAITING or basis.effective_from is None:
        return
    if version.start_state != WAITING or (
        version.effective_from is not None and version.effective_from <= basis.effective_from
    ):
        basis.start_state = CANCELLED
        record_article(person, "article.start_cancelled", article, basis, session=session)
