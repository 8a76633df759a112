"""Bring articles in, in bulk and as often as one likes: what did not change is not touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from core.database import Database, now
from core.errors import InvalidInput
from core.knowledge.indexing import lock_search_index, retire_passages, store_passages
from core.knowledge.records import ArticleRecord, ImportReport, Reject, checked, digest
from core.knowledge.standing import WAITING
from core.knowledge.tables import Article, ArticleVersion

_Stored = tuple[Article, str | None, int | None]  # an article, and digest and edit of its live version

LABELS = "labels"
"""Where the origin of an imported version keeps what its source said of tags and translation."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the source said last. ``labels``: None where nobody kept them."""

    version_id: int
    digest: str
    labels: list[Any] | None


def import_articles(
    records: Iterable[ArticleRecord],
    *,
    database: Database,
    source: str,
    progress: Callable[[int], None] | None = None,
    batch_size: int = 200,
) -> ImportReport:
    """Store articles of one source; each batch is a transaction of its own.

    What people edited here since the last import stays live, text and tags each while the source says of it
    what it said then; once that changes, the source comes first again and theirs is in the versions.

    An article that is new gets version 1. One whose title, body, audience or locale changed gets
    a new version, and the passages of the old one leave the search. Everything else stays as it
    is, so an import that was interrupted can simply be run again.

    Args:
        records: Read once, as a stream.
        source: Where the articles come from; ids need to be unique only within it.
        progress: Called with the number of records read so far, after each batch.

    Returns:
        What happened; ``rejects`` says for each record left out why.
    """
    report = ImportReport()
    seen: dict[str, int] = {}
    stream = iter(enumerate(records, start=1))
    done = 0
    while batch := list(islice(stream, batch_size)):
        accepted = list(_accept(batch, seen, report))
        if accepted:
            with database.transaction() as session:
                _store(accepted, source=source, session=session, report=report)
        done += len(batch)
        if progress is not None:
            progress(done)
    return report


def _accept(
    batch: Sequence[tuple[int, ArticleRecord]], seen: dict[str, int], report: ImportReport
) -> Iterator[ArticleRecord]:
    for position, raw in batch:
        try:
            record = checked(raw)
        except InvalidInput as error:
            report.rejects.append(Reject(position, raw.external_id, str(error)))
            continue
        first = seen.setdefault(record.external_id, position)
        if first != position:
            reason = f"the id was already used by record {first} of this import"
            report.rejects.append(Reject(position, record.external_id, reason))
            continue
        yield record


def _store(records: Sequence[ArticleRecord], *, source: str, session: Session, report: ImportReport) -> None:
    lock_search_index(session)
    stored = _stored(records, source=source, session=session)
    new: list[ArticleRecord] = []
    changed: list[tuple[Article, ArticleRecord]] = []
    relabelled: list[tuple[Article, ArticleRecord]] = []
    imported = _imported([article.key for article, _, _ in stored.values()], session=session)
    for record in records:
        article, live_digest, edit_id = stored.get(record.external_id, (None, None, None))
        said = imported.get(article.key) if article is not None else None
        if article is None:
            new.append(record)
        elif digest(record) not in (
            _latest_digest(article, live_digest, session=session),
            said.digest
            if said is not None
            else None,  # the source says what it said: what was edited since then stays
        ):
            changed.append((article, record))
            if edit_id is not None:
                report.replaced.append(record.external_id)
        elif _labels(record) not in (
            [list(article.tags), article.translation_of],
            said.labels if edit_id is not None and said is not None else None,
        ):
            relabelled.append((article, record))
    ids = _insert_articles(new, source=source, session=session)
    versions = [_version(article_id, 1, record) for article_id, record in zip(ids, new, strict=True)]
    if changed:
        waiting = _with_a_start([article.key for article, _ in changed], session=session)
        report.undone_later += [record.external_id for article, record in changed if article.key in waiting]
        retire_passages([a.live_version_id for a, _ in changed if a.live_version_id], session=session)
        numbers = _latest_numbers([article.key for article, _ in changed], session=session)
        versions += [_version(a.key, numbers.get(a.key, 0) + 1, record) for a, record in changed]
    _publish(versions, session=session)
    for article, record in changed:
        _update_article(article, record)
    for article, record in relabelled:
        article.tags, article.translation_of = list(record.tags), record.translation_of
        article.updated_at = record.updated_at or now()
        if article.key in imported:
            version = session.get_one(ArticleVersion, imported[article.key].version_id)
            version.origin = {**version.origin, LABELS: _labels(record)}
    session.flush()
    report.new += len(new)
    report.updated += len(changed) + len(relabelled)
    report.unchanged += len(records) - len(new) - len(changed) - len(relabelled)


def _stored(records: Sequence[ArticleRecord], *, source: str, session: Session) -> dict[str, _Stored]:
    rows = session.execute(
        select(Article, col(ArticleVersion.digest), col(ArticleVersion.edit_id))
        .outerjoin(ArticleVersion, col(ArticleVersion.id) == col(Article.live_version_id))
        .where(col(Article.source) == source, col(Article.external_id).in_([r.external_id for r in records]))
    )
    return {article.external_id: (article, live_digest, edit_id) for article, live_digest, edit_id in rows}


def _latest_digest(article: Article, live_digest: str | None, *, session: Session) -> str | None:
    if live_digest is not None:
        return live_digest
    newest = (
        select(col(ArticleVersion.digest))
        .where(col(ArticleVersion.article_id) == article.key)
        .order_by(col(ArticleVersion.number).desc())
    )
    return session.execute(newest.limit(1)).scalar_one_or_none()


def _imported(article_ids: Sequence[int], *, session: Session) -> dict[int, _Said]:
    """By article: what the newest version said that came by an import, and from nobody here."""
    rows = session.execute(
        select(
            col(ArticleVersion.article_id),
            col(ArticleVersion.id),
            col(ArticleVersion.digest),
            col(ArticleVersion.origin),
        )
        .where(
            col(ArticleVersion.article_id).in_(article_ids),
            col(ArticleVersion.author_id).is_(None),
            col(ArticleVersion.edit_id).is_(None),
        )
        .order_by(col(ArticleVersion.number))
    )
    return {row[0]: _Said(row[1], row[2], row[3].get(LABELS)) for row in rows}


def _with_a_start(article_ids: Sequence[int], *, session: Session) -> set[int]:
    """Those of the articles with a version that waits for its date."""
    waiting = select(col(ArticleVersion.article_id)).where(
        col(ArticleVersion.article_id).in_(article_ids), col(ArticleVersion.start_state) == WAITING
    )
    return set(session.execute(waiting).scalars())


def _latest_numbers(article_ids: Sequence[int], *, session: Session) -> dict[int, int]:
    rows = session.execute(
        select(col(ArticleVersion.article_id), col(ArticleVersion.number))
        .where(col(ArticleVersion.article_id).in_(article_ids))
        .order_by(col(ArticleVersion.number))
    )
    return {int(row[0]): int(row[1]) for row in rows}


def _insert_articles(records: Sequence[ArticleRecord], *, source: str, session: Session) -> Sequence[int]:
    if not records:
        return []
    at = now()
    rows: list[dict[str, Any]] = [
        {
            "source": source,
            "external_id": record.external_id,
            "title": record.title,
            "status": "live",
            "audience": record.audience,
            "locale": record.locale,
            "tags": list(record.tags),
            "translation_of": record.translation_of,
            "created_at": at,
            "updated_at": record.updated_at or at,
        }
        for record in records
    ]
    statement = insert(Article).returning(col(Article.id), sort_by_parameter_order=True)
    return [int(key) for key in session.execute(statement, rows).scalars()]


def _version(article_id: int, number: int, record: ArticleRecord) -> ArticleVersion:
    return ArticleVersion(
        article_id=article_id,
        number=number,
        title=record.title,
        body=record.body,
        audience=record.audience,
        locale=record.locale,
        digest=digest(record),
        origin={LABELS: _labels(record)},
    )


def _publish(versions: Sequence[ArticleVersion], *, session: Session) -> None:
    session.add_all(versions)
    session.flush()
    store_passages(versions, session=session)
    if versions:
        session.execute(
            update(Article),
            [{"id": version.article_id, "live_version_id": version.key} for version in versions],
        )


def _update_article(article: Article, record: ArticleRecord) -> None:
    article.title = record.title
    if article.status != "live":
        article.redirect_to_id = None
    article.status = "live"
    article.audience = record.audience
    article.locale = record.locale
    article.tags = list(record.tags)
    article.translation_of = record.translation_of
    article.updated_at = record.updated_at or now()


def _labels(record: ArticleRecord) -> list[Any]:
    return [list(record.tags), record.translation_of]
