"""The semantic side of search: exact cosines from a matrix this process keeps in memory.

The matrix is checked against the search stamp and brought up to date row by row. Above
``EXACT_LIMIT`` passages Postgres answers from its HNSW index instead, for the embedder that has one.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlmodel import Session

from core.knowledge.lexical import Filter, Statistics, database_key
from core.knowledge.vector_index import INDEXED_EMBEDDER, IndexedVectors, from_wire

EXACT_LIMIT = 400_000

_Floats = NDArray[np.float32]
_Ids = NDArray[np.int64]
_CACHED_MATRICES = 4
_ROWS_A_QUERY = 500
_MOST_ROWS_ADDED = 10_000  # more are quicker read all at once
_SLOW_REFRESH_SECONDS = 0.1
_REFRESH_SHARE = 0.1  # of the time, at most, that goes into slow refreshes


class VectorSpace(Protocol):
    """The vectors of live passages."""

    @property
    def empty(self) -> bool:
        """Whether there is no vector at all."""

    def nearest(self, queries: _Floats, *, wanted: Filter, limit: int) -> list[int]:
        """Ids of the ``limit`` passages nearest to each row of ``queries``, together and sorted."""

    def cosines(self, passage_ids: Sequence[int], queries: _Floats) -> _Floats:
        """Cosines of shape ``(passages, queries)``; NaN for a passage without a vector."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """All vectors of one embedder, by ascending passage id."""

    ids: _Ids
    vectors: _Floats
    audiences: NDArray[np.int32]
    locales: NDArray[np.int32]
    names: dict[str, int]  # audience and locale names to their codes

    @property
    def empty(self) -> bool:
        return not len(self.ids)

    def nearest(self, queries: _Floats, *, wanted: Filter, limit: int) -> list[int]:
        rows = self._rows(wanted)
        count = len(self.ids) if rows is None else len(rows)
        if not count or limit <= 0:
            return []
        scores = _products(self.vectors, queries)
        if rows is not None:
            scores = scores[rows]
        found: set[int] = set()
        for column in scores.T:
            best = np.argpartition(-column, limit - 1)[:limit] if limit < count else np.arange(count)
            found.update((self.ids[best] if rows is None else self.ids[rows[best]]).tolist())
        return sorted(found)

    def cosines(self, passage_ids: Sequence[int], queries: _Floats) -> _Floats:
        result = np.full((len(passage_ids), len(queries)), np.nan, dtype=np.float32)
        if not len(self.ids) or not passage_ids:
            return result
        wanted = np.asarray(passage_ids, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        known = self.ids[rows] == wanted
        result[known] = _products(self.vectors[rows[known]], queries)
        return result

    def _rows(self, wanted: Filter) -> NDArray[np.intp] | None:
        if wanted.audience is None and wanted.locales is None:
            return None
        mask = np.ones(len(self.ids), dtype=bool)
        if wanted.audience is not None:
            mask &= self.audiences == self.names.get(wanted.audience, -1)
        if wanted.locales is not None:
            mask &= np.isin(self.locales, [self.names.get(locale, -1) for locale in wanted.locales])
        return np.flatnonzero(mask)


def _products(vectors: _Floats, queries: _Floats) -> _Floats:
    # One query is bound by memory: the threads BLAS would start for it only take CPU from others.
    if len(queries) == 1:
        return np.asarray(np.vecdot(vectors, queries[0])[:, None])
    return np.asarray(vectors @ queries.T)


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    stamp: tuple[int, int] = (-1, -1)
    matrix: Matrix | None = None
    refreshed_at: float = 0.0
    seconds: float = 0.0


_slots: OrderedDict[tuple[str, str], _Slot] = OrderedDict()
_slots_lock = threading.Lock()


def open_vectors(embedder_name: str, statistics: Statistics, *, session: Session) -> VectorSpace:
    """The vectors in force for an embedder."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    if on_postgres and statistics.passages > EXACT_LIMIT and embedder_name == INDEXED_EMBEDDER:
        return IndexedVectors(session)
    key = (database_key(session), embedder_name)
    with _slots_lock:
        slot = _slots.setdefault(key, _Slot())
        _slots.move_to_end(key)
        while len(_slots) > _CACHED_MATRICES:
            _slots.popitem(last=False)
    stamp = (statistics.passages_stamp, statistics.vectors_stamp)
    with slot.lock:
        if slot.matrix is None or (slot.stamp != stamp and _is_due(slot)):
            started = time.monotonic()
            slot.matrix = _refreshed(slot.matrix, embedder_name, session)
            slot.stamp, slot.refreshed_at = stamp, time.monotonic()
            slot.seconds = slot.refreshed_at - started
        return slot.matrix


def _is_due(slot: _Slot) -> bool:
    # While a large corpus is being embedded the stamp moves all the time; a search may then use
    # vectors that are a few seconds old. Retired passages are left out later in any case.
    if slot.seconds < _SLOW_REFRESH_SECONDS:
        return True
    return time.monotonic() - slot.refreshed_at > slot.seconds / _REFRESH_SHARE


def _refreshed(old: Matrix | None, embedder: str, session: Session) -> Matrix:
    live = _column(session, "SELECT id FROM passage WHERE live", {})
    embedded = _column(
        session, "SELECT passage_id FROM passage_vector WHERE embedder = :embedder", {"embedder": embedder}
    )
    ids = np.intersect1d(live, embedded)
    kept = np.isin(old.ids, ids) if old is not None else np.zeros(0, dtype=bool)
    missing = np.setdiff1d(ids, old.ids) if old is not None else ids
    names = dict(old.names) if old is not None else {}
    if old is None or not len(old.ids) or len(missing) > _MOST_ROWS_ADDED:
        return _read(session, embedder, None, names)
    new = _read(session, embedder, missing, names)
    merged = np.concatenate((old.ids[kept], new.ids))
    order = np.argsort(merged, kind="stable")
    vectors = np.concatenate((old.vectors[kept], new.vectors)) if len(new.ids) else old.vectors[kept]
    return Matrix(
        ids=merged[order],
        vectors=vectors[order],
        audiences=np.concatenate((old.audiences[kept], new.audiences))[order],
        locales=np.concatenate((old.locales[kept], new.locales))[order],
        names=new.names,
    )


def _column(session: Session, query: str, values: dict[str, str]) -> _Ids:
    return np.array(session.execute(text(query), values).scalars().all(), dtype=np.int64)


def _read(session: Session, embedder: str, ids: _Ids | None, names: dict[str, int]) -> Matrix:
    on_postgres = session.get_bind().dialect.name == "postgresql"
    vector = "halfvec_send(v.vector)" if on_postgres else "v.vector"  # its text form takes ages to parse
    chunks = (
        [None] if ids is None else [ids[at : at + _ROWS_A_QUERY] for at in range(0, len(ids), _ROWS_A_QUERY)]
    )
    rows: list[Any] = []
    for chunk in chunks:
        some = "" if chunk is None else f"AND v.passage_id IN ({', '.join(map(str, chunk.tolist()))})"
        query = (
            f"SELECT v.passage_id, p.audience, p.locale, {vector} FROM passage_vector v "  # noqa: S608
            f"JOIN passage p ON p.id = v.passage_id WHERE v.embedder = :embedder AND p.live {some} "
            "ORDER BY v.passage_id"
        )
        rows.extend(session.execute(text(query), {"embedder": embedder}))

    def codes(column: int) -> NDArray[np.int32]:
        return np.array([names.setdefault(row[column], len(names)) for row in rows], dtype=np.int32)

    blobs = [bytes(row[3]) for row in rows]
    return Matrix(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        vectors=from_wire(blobs) if on_postgres else _from_floats(blobs),
        audiences=codes(1),
        locales=codes(2),
        names=names,
    )


def _from_floats(blobs: Sequence[bytes]) -> _Floats:
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), -1 if blobs else 0)
