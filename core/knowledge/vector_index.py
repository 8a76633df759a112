"""Nearest passages from Postgres' HNSW index, for corpora too large to keep in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlmodel import Session

from core.knowledge.lexical import Filter, conditions

# The index exists for this embedder only: see the migration that makes it.
INDEXED_EMBEDDER, INDEXED_DIMENSIONS = "all-MiniLM-L6-v2", 384

_EF_SEARCH = 300  # how many neighbours the index looks at; 200-400 kept the exact top ten
_Floats = NDArray[np.float32]


class IndexedVectors:
    """The vectors of :data:`INDEXED_EMBEDDER`, searched in the database. See ``VectorSpace``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def empty(self) -> bool:
        """See ``VectorSpace``."""
        query = text(f"SELECT 1 FROM passage_vector WHERE embedder = '{INDEXED_EMBEDDER}' LIMIT 1")  # noqa: S608
        return self._session.execute(query).first() is None

    def nearest(self, queries: _Floats, *, wanted: Filter, limit: int) -> list[int]:
        """See :meth:`core.knowledge.vectors.VectorSpace.nearest`. Nearly exact."""
        self._session.execute(text(f"SET LOCAL hnsw.ef_search = {_EF_SEARCH}"))
        self._session.execute(text("SET LOCAL hnsw.iterative_scan = relaxed_order"))
        _, condition, values = conditions(wanted, passage_id="v.passage_id")
        query = text(
            "SELECT v.passage_id FROM passage_vector v JOIN passage ON passage.id = v.passage_id "  # noqa: S608
            f"WHERE v.embedder = '{INDEXED_EMBEDDER}' AND passage.live {condition} "
            f"ORDER BY (v.vector::halfvec({INDEXED_DIMENSIONS})) <#> CAST(:query AS halfvec) LIMIT :limit"
        )
        found: set[int] = set()
        for row in queries:
            rows = self._session.execute(query, {"query": _literal(row), "limit": limit, **values})
            found.update(int(key) for key in rows.scalars())
        return sorted(found)

    def cosines(self, passage_ids: Sequence[int], queries: _Floats) -> _Floats:
        """See :meth:`core.knowledge.vectors.VectorSpace.cosines`."""
        result = np.full((len(passage_ids), len(queries)), np.nan, dtype=np.float32)
        if not passage_ids:
            return result
        rows = self._session.execute(
            text(
                "SELECT passage_id, halfvec_send(vector) FROM passage_vector "  # noqa: S608
                f"WHERE embedder = '{INDEXED_EMBEDDER}' AND passage_id = ANY(:ids)"
            ),
            {"ids": list(passage_ids)},
        )
        place = {passage_id: row for row, passage_id in enumerate(passage_ids)}
        for passage_id, blob in rows:
            result[place[passage_id]] = queries @ from_wire([bytes(blob)])[0]
        return result


def from_wire(blobs: Sequence[bytes]) -> _Floats:
    """Postgres' binary ``halfvec``: two 16-bit words of header, then 16-bit floats, big-endian."""
    joined = b"".join(blob[4:] for blob in blobs)
    return np.frombuffer(joined, dtype=">f2").reshape(len(blobs), -1 if blobs else 0).astype(np.float32)


def _literal(vector: _Floats) -> str:
    return f"[{','.join(f'{value:.6f}' for value in vector)}]"
