"""Give every live passage its vector, in the background and by as many processes as there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, col

from core.database import Database
from core.knowledge.indexing import embedding_text
from core.knowledge.passages import cut_passages
from core.knowledge.tables import Passage, PassageVector, SearchStamp
from core.llm import Embedder


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How many live passages there are, and how many of them have their vector."""

    passages: int
    embedded: int

    @property
    def ready(self) -> bool:
        return self.embedded >= self.passages


def embed_missing(
    *,
    database: Database,
    embedder: Embedder,
    batch: int = 64,
    progress: Callable[[IndexProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> int:
    """Embed live passages that ``embedder`` has not embedded yet, until none is left.

    No lock is held while embedding. When two processes do the same passage, one of the equal
    results is kept; a passage that is retired meanwhile does no harm.

    Args:
        batch: Passages a transaction.
        progress: Called after each batch.
        should_stop: Asked before each batch; True ends the work early.

    Returns:
        How many vectors this call stored.

    Raises:
        ProviderError: the embedder failed; what was stored before stays.
    """
    stored, after = 0, 0
    while should_stop is None or not should_stop():
        with database.reading() as session:
            rows = _missing(embedder.name, after=after, limit=batch, session=session)
        if not rows:
            break
        after = rows[-1][0]
        vectors = embedder.embed([embedding_text(path, text) for _, path, text in rows])
        values = [
            {"passage_id": row[0], "embedder": embedder.name, "vector": vector}
            for row, vector in zip(rows, vectors, strict=True)
        ]
        with database.transaction() as session:
            added = session.execute(_insert_new(database, values)).scalars().all()
            session.execute(
                update(SearchStamp).where(col(SearchStamp.id) == 1).values(vectors=SearchStamp.vectors + 1)
            )
            stored += len(added)
        if progress is not None:
            with database.reading() as session:
                progress(index_progress(session=session, embedder_name=embedder.name))
    return stored


_ROWS = 1_000  # stored by one statement: databases limit the values of one


@dataclass(frozen=True, slots=True)
class VectorsAhead:
    """Vectors of passages that are not stored yet, by what is embedded of each."""

    embedder: str
    vectors: Mapping[str, Any]


def embed_ahead(articles: Iterable[tuple[str, str]], *, embedder: Embedder, most: int = 500) -> VectorsAhead:
    """Embed the passages that articles of these titles and bodies will be cut into. Touches no database.

    Args:
        most: passages that somebody waits for; the rest of a very long article is left to
            :func:`embed_missing`.

    Raises:
        ProviderError: the embedder failed.
    """
    cuts = [(title, cut) for title, body in articles for cut in cut_passages(title, body)]
    texts = list(dict.fromkeys(embedding_text(cut.path(title), cut.text) for title, cut in cuts))[:most]
    return VectorsAhead(embedder.name, dict(zip(texts, embedder.embed(texts), strict=True)) if texts else {})


def keep_vectors(version_ids: Sequence[int], ahead: VectorsAhead, *, session: Session) -> int:
    """Store vectors made ahead for the passages of these versions, in the transaction that stores those.

    What has none is left to :func:`embed_missing`. Returns how many are new.
    """
    rows = session.execute(
        select(col(Passage.id), col(Passage.heading_path), col(Passage.text)).where(
            col(Passage.article_version_id).in_(version_ids)
        )
    ).all()
    known = [(row[0], ahead.vectors.get(embedding_text(row[1], row[2]))) for row in rows]
    values = [
        {"passage_id": key, "embedder": ahead.embedder, "vector": vector}
        for key, vector in known
        if vector is not None
    ]
    if not values:
        return 0
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    stored = 0
    for start in range(0, len(values), _ROWS):
        statement = make(PassageVector).values(values[start : start + _ROWS]).on_conflict_do_nothing()
        stored += len(session.execute(statement.returning(col(PassageVector.passage_id))).scalars().all())
    session.execute(
        update(SearchStamp).where(col(SearchStamp.id) == 1).values(vectors=SearchStamp.vectors + 1)
    )
    return stored


def index_progress(*, session: Session, embedder_name: str) -> IndexProgress:
    """How far the vectors of an embedder are."""
    passages = select(func.count()).select_from(Passage).where(col(Passage.live))
    embedded = passages.join(PassageVector, col(PassageVector.passage_id) == col(Passage.id)).where(
        col(PassageVector.embedder) == embedder_name
    )
    return IndexProgress(session.execute(passages).scalar_one(), session.execute(embedded).scalar_one())


def _missing(name: str, *, after: int, limit: int, session: Session) -> Sequence[tuple[int, str, str]]:
    has_vector = exists().where(
        col(PassageVector.passage_id) == col(Passage.id), col(PassageVector.embedder) == name
    )
    query = (
        select(col(Passage.id), col(Passage.heading_path), col(Passage.text))
        .where(col(Passage.live), col(Passage.id) > after, ~has_vector)
        .order_by(col(Passage.id))
        .limit(limit)
    )
    return [(int(key), path, text) for key, path, text in session.execute(query)]


def _insert_new(database: Database, values: list[dict[str, Any]]) -> ReturningInsert[int]:
    if database.is_sqlite:
        return (
            sqlite.insert(PassageVector)
            .values(values)
            .on_conflict_do_nothing()
            .returning(col(PassageVector.passage_id))
        )
    return (
        postgresql.insert(PassageVector)
        .values(values)
        .on_conflict_do_nothing()
        .returning(col(PassageVector.passage_id))
    )
