"""The knowledge of one moment: which version of every article was live then.

What is exact and what is reconstructed:

* Nothing was published or archived since the moment: it is the present, exactly.
* A draft names the digest of its knowledge in its build. A state of the knowledge around its run that
  has this digest is the one it was written with, exactly.
* Otherwise it is reconstructed: of each article the newest version stored by then, unless the audit
  record says that the article was archived after that and before the moment. Versions are dated when
  they are written, a blink before others see them.
* Before the first article was stored there is nothing to reconstruct: the first version of each
  article stands in (conversations may be older than the installation).

In the last two cases the versions a draft did retrieve or cite replace what was reconstructed.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.assist import digest_of_articles, knowledge_digest
from core.audit.tables import AuditEntry
from core.database import now
from core.evals.tables import KnowledgeSnapshot
from core.knowledge.tables import Article, ArticleVersion

EXACT, RECONSTRUCTED, EARLIEST = "exact", "reconstructed", "earliest"
_BEFORE_COMMIT = timedelta(minutes=1)
"""A version may be dated this long before the transaction that stores it ends."""
_MOST_STATES = 20


@dataclass(frozen=True, slots=True)
class KnowledgeThen:
    """``version_ids``, sorted, and how they are known: exact, reconstructed or earliest."""

    version_ids: tuple[int, ...]
    how: str


@dataclass(frozen=True, slots=True)
class _Version:
    id: int
    article_id: int
    created_at: datetime
    line: tuple[str, str, str]  # source, external id and digest: what the digest of a build is made of


def knowledge_at(
    moment: datetime,
    *,
    session: Session,
    until: datetime | None = None,
    digest: str = "",
    seen: Collection[int] = (),
) -> KnowledgeThen:
    """What was live at ``moment``; the module says how exactly that is known.

    Args:
        until: the run that began at ``moment`` read the knowledge at the latest then.
        digest: of the knowledge of that run, where its build names one.
        seen: ids of article versions the run was given.
    """
    if digest and knowledge_digest(session=session) == digest:
        return KnowledgeThen(_present(session), EXACT)
    versions = _versions(session)
    archived = _archived(session)
    changes = sorted([each.created_at for each in versions] + [at for _, at in archived])
    if not digest and (not changes or changes[-1] < moment - _BEFORE_COMMIT):
        return KnowledgeThen(_present(session), EXACT)
    if digest:
        for state in _states(moment, until or moment, changes, versions, archived):
            if _digest(state, versions) == digest:
                return KnowledgeThen(tuple(sorted(state)), EXACT)
    live, how = _live_at(moment, versions, archived), RECONSTRUCTED
    if not live:
        live, how = _first(versions), EARLIEST
    known = {each.id: each.article_id for each in versions}
    live |= {known[version]: version for version in seen if version in known}
    return KnowledgeThen(tuple(sorted(live.values())), how)


def present_knowledge(*, session: Session) -> KnowledgeThen:
    """What is live now."""
    return KnowledgeThen(_present(session), EXACT)


def store_snapshot(version_ids: Sequence[int], *, session: Session) -> str:
    """Store a list of versions unless it is stored already; returns the id of the snapshot."""
    listed = sorted(version_ids)
    snapshot_id = hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest()
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(
        KnowledgeSnapshot
    )
    values = {"id": snapshot_id, "version_ids": listed, "created_at": now()}
    session.execute(insert.values(**values).on_conflict_do_nothing(index_elements=["id"]))
    return snapshot_id


def _states(
    moment: datetime,
    until: datetime,
    changes: Sequence[datetime],
    versions: Sequence[_Version],
    archived: Sequence[tuple[int, datetime]],
) -> Iterable[Collection[int]]:
    """The states of the knowledge a run may have seen: at its start, then those around it."""
    yield _live_at(moment, versions, archived).values()
    first = max(bisect_right(changes, moment - _BEFORE_COMMIT) - 1, 0)
    around = sorted(set(changes[first : bisect_right(changes, until)]))
    for at in around[-_MOST_STATES:]:
        yield _live_at(at, versions, archived).values()


def _live_at(
    moment: datetime, versions: Sequence[_Version], archived: Sequence[tuple[int, datetime]]
) -> dict[int, int]:
    newest: dict[int, _Version] = {}
    for version in versions:  # oldest first
        if version.created_at <= moment:
            newest[version.article_id] = version
    for article_id, at in archived:
        held = newest.get(article_id)
        if held is not None and held.created_at <= at <= moment:
            del newest[article_id]
    return {article_id: version.id for article_id, version in newest.items()}


def _first(versions: Sequence[_Version]) -> dict[int, int]:
    first: dict[int, int] = {}
    for version in versions:
        first.setdefault(version.article_id, version.id)
    return first


def _digest(version_ids: Iterable[int], versions: Sequence[_Version]) -> str:
    wanted = set(version_ids)
    return digest_of_articles(version.line for version in versions if version.id in wanted)


def _present(session: Session) -> tuple[int, ...]:
    live = select(Article.live_version_id).where(col(Article.status) == "live")
    return tuple(sorted(version for version in session.exec(live) if version is not None))


def _versions(session: Session) -> list[_Version]:
    """Every version without its text, in the order in which they were stored."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            ArticleVersion.id,
            ArticleVersion.article_id,
            ArticleVersion.created_at,
            Article.source,
            Article.external_id,
            ArticleVersion.digest,
        )
        .join(Article, col(Article.id) == col(ArticleVersion.article_id))
        .order_by(col(ArticleVersion.id))
    )
    return [_Version(row[0], row[1], row[2], (row[3], row[4], row[5])) for row in rows]


def _archived(session: Session) -> list[tuple[int, datetime]]:
    """When articles were archived, as the audit record has it."""
    rows = session.execute(
        select(AuditEntry.subject_id, AuditEntry.at).where(
            col(AuditEntry.action) == "article.archived", col(AuditEntry.subject_type) == "article"
        )
    )
    return [(int(subject), at) for subject, at in rows]
