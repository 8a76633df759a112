"""Make a text the live version of its article: what publishing and releases are made of.

Nothing here checks a permission: whoever calls has done so. Everything happens in the caller's
transaction, behind the lock that all writers of the search index take.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from core.database import now
from core.errors import Conflict, InvalidInput
from core.knowledge.indexing import lock_search_index
from core.knowledge.records import ArticleRecord, checked, digest
from core.knowledge.standing import (
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
    owner_id: int | None = None,
    review_on: date | None = None,
) -> ArticleVersion:
    """Make ``record`` the live version of its article, which is created if need be. Checks no permission.

    Putting live what is live already changes nothing and returns the live version. With a date to start at
    that is still to come the version is stored and waits; what is live stays live until
    :func:`start_due`. When the working copy still says what is released it is closed; somebody who went on
    typing keeps it open, on top of the new version.

    Args:
        edit: the working copy it comes from. Its article is the one that changes; else it is the one of
            ``source`` and ``record.external_id``.
        basis_version_id: the version the change was made from; None does not ask.
        origin: what led to it, such as ``{"suggestion_id": 3, "conversation_ids": [7]}``.
        owner_id: of the article from now on, with ``edit`` only; None: as the edit says. So ``review_on``.

    Raises:
        InvalidInput: the record is incomplete, or it would end before it starts.
        Conflict: the article has another version by now than the change was made from.
    """
    record = checked(record)
    _check_dates(effective_from, effective_until)
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
    labels = _labels(record, edit, owner_id, review_on)
    if waits:
        known = _waiting(article.key, digest(record), effective_from, session=session)
        if known is not None:
            return known
    else:
        apply_labels(article, labels)
    if live is not None and same and not waits:
        _close(edit, article, live, record)
        return live
    version = ArticleVersion(
        article_id=article.key,
        number=newest.number + 1 if newest is not None else 1,
        title=record.title,
        body=record.body,
        audience=record.audience,
        locale=record.locale,
        author_id=person.person_id,
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
    _close(edit, article, version, record)
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


def _check_dates(start: datetime | None, end: datetime | None) -> None:
    for name, value in (("start", start), ("end", end)):
        if value is not None and value.tzinfo is None:
            raise InvalidInput(f"The date of the {name} needs a time zone.")
    at = now()
    if end is not None and end <= max(start or at, at):
        raise InvalidInput("It would end before it starts. Choose a later end, or leave it empty.")


def _labels(
    record: ArticleRecord, edit: ArticleEdit | None, owner_id: int | None, review_on: date | None
) -> dict[str, Any]:
    """What a release changes of the article itself, as JSON."""
    labels: dict[str, Any] = {"tags": list(record.tags), "translation_of": record.translation_of}
    if edit is not None:
        review_on = review_on or edit.review_on
        labels["owner_id"] = owner_id or edit.owner_id
        labels["review_on"] = review_on.isoformat() if review_on else None
    return labels


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


def _close(
    edit: ArticleEdit | None, article: Article, version: ArticleVersion, record: ArticleRecord
) -> None:
    """Somebody may have typed on since the text was proposed: then the working copy stays."""
    if edit is None:
        return
    edit.article_id, edit.basis_version_id = article.key, version.key
    said = (edit.title.strip(), edit.body, edit.audience)
    edit.state = "released" if said == (record.title, record.body, record.audience) else "open"
    edit.revision += 1
    edit.updated_at = now()
