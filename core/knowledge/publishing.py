"""Make versions live, take them out, and bring old ones back: what publishing and releases are made of.

Nothing here checks a permission: whoever calls has done so. Everything happens in the caller's
transaction, behind the lock that all writers of the search index take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import Session, col

from core import audit
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.knowledge.indexing import lock_search_index, retire_passages, revive_passages
from core.knowledge.records import ArticleRecord, checked, digest
from core.knowledge.tables import Article, ArticleEdit, ArticleVersion

HOME_SOURCE = "ratchet"
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
        _apply_labels(article, labels)
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
    _record(person, "article.scheduled" if waits else "article.published", article, version, session=session)
    return version


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
    _record(person, "article.archived", article, None, session=session)
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
        _record(person, "article.restored", article, version, session=session)
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
        _record(person, "article.start_cancelled", article, version, session=session)
    elif version.start_state != CANCELLED:
        raise Conflict(f"Version {version.number} of “{article.title}” has started. Restore another version.")
    return version


def article_state(article_id: int, *, session: Session) -> dict[str, Any]:
    """What :func:`restore_version` needs to undo a change, as JSON.

    Raises:
        NotFound: there is no such article.
    """
    article = stored_article(article_id, session=session)
    return {
        "live_version_id": article.live_version_id,
        "status": article.status,
        "tags": list(article.tags),
        "translation_of": article.translation_of,
        "redirect_to_id": article.redirect_to_id,
    }


def make_live(
    article: Article, version: ArticleVersion, *, session: Session, at: datetime | None = None
) -> None:
    """Swap what search knows of an article. Call behind :func:`lock_search_index`."""
    if article.live_version_id is not None and article.live_version_id != version.key:
        retire_passages([article.live_version_id], session=session)
    revive_passages(version, session=session)
    if version.start_state == WAITING:
        version.start_state = STARTED
        _apply_labels(article, version.origin[ON_START])
    article.title, article.audience, article.locale = version.title, version.audience, version.locale
    if article.status != "live":
        article.redirect_to_id = None  # whoever reads it is where they want to be
    article.status, article.live_version_id = "live", version.key
    article.updated_at = at or now()


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


def _apply_labels(article: Article, labels: Mapping[str, Any]) -> None:
    article.tags, article.translation_of = list(labels["tags"]), labels["translation_of"]
    if "review_on" in labels:
        article.owner_id = labels["owner_id"] or article.owner_id
        article.review_on = date.fromisoformat(labels["review_on"]) if labels["review_on"] else None


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


def _restore_labels(article: Article, state: Mapping[str, Any] | None) -> None:
    if state is not None:
        article.tags = list(state.get("tags", article.tags))
        article.translation_of = state.get("translation_of", article.translation_of)
        article.redirect_to_id = state.get("redirect_to_id")


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


def _record(
    person: Who, action: str, article: Article, version: ArticleVersion | None, *, session: Session
) -> None:
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
