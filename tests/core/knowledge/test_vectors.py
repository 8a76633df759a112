"""The matrix kept in memory follows the database; Postgres' own index gives the same answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.database import Database
from core.knowledge import ArticleRecord, embed_missing, search, vectors
from core.knowledge.lexical import Filter, read_statistics
from core.knowledge.vector_index import INDEXED_EMBEDDER, IndexedVectors
from core.knowledge.vectors import Matrix, open_vectors
from tests.conftest import ON_POSTGRES
from tests.core.knowledge.making import HELP_CENTRE, REFUND, WordEmbedder, fill

MANY = [
    ArticleRecord(
        f"a{number}",
        f"Article {number}",
        f"About subject{number} and subject{number % 7}.",
        locale="de" if number % 3 == 0 else "en",
        audience="internal" if number % 4 == 0 else "public",
    )
    for number in range(60)
]


def opened(database: Database, name: str = "words") -> Matrix:
    with database.reading() as session:
        space = open_vectors(name, read_statistics(session), session=session)
    assert isinstance(space, Matrix)
    return space


def test_the_matrix_is_read_once_and_then_kept(database: Database) -> None:
    fill(database)
    embed_missing(database=database, embedder=WordEmbedder())
    assert opened(database) is opened(database)


def test_the_matrix_follows_row_by_row(database: Database) -> None:
    fill(database)
    embed_missing(database=database, embedder=WordEmbedder())
    before = opened(database)
    fill(database, [replace(REFUND, body="One."), ArticleRecord("new", "New", "New.", audience="internal")])
    gone = opened(database)
    assert set(gone.ids) < set(before.ids)
    embed_missing(database=database, embedder=WordEmbedder())
    after = opened(database)
    assert list(after.ids) == sorted(after.ids)
    vectors._slots.clear()
    fresh = opened(database)
    assert list(fresh.ids) == list(after.ids)
    np.testing.assert_allclose(fresh.vectors, after.vectors)
    for wanted in (Filter(audience="internal"), Filter(locales=frozenset({"de"}))):
        query = WordEmbedder().embed(["new refund"])
        assert fresh.nearest(query, wanted=wanted, limit=9) == after.nearest(query, wanted=wanted, limit=9)


def test_nearest_is_exact_and_filtered(database: Database) -> None:
    fill(database, MANY)
    embed_missing(database=database, embedder=WordEmbedder())
    matrix = opened(database)
    queries = WordEmbedder().embed(["subject3", "subject5"])
    for wanted in (
        Filter(),
        Filter(audience="public"),
        Filter("public", frozenset({"de"})),
        Filter("nobody"),
    ):
        keep = np.ones(len(matrix.ids), dtype=bool)
        if wanted.audience is not None:
            keep &= matrix.audiences == matrix.names.get(wanted.audience, -1)
        if wanted.locales is not None:
            keep &= matrix.locales == matrix.names["de"]
        expected: set[int] = set()
        for query in queries:
            order = np.argsort(-(matrix.vectors[keep] @ query))[:5]
            expected.update(matrix.ids[keep][order].tolist())
        assert set(matrix.nearest(queries, wanted=wanted, limit=5)) == expected


def test_cosines_of_unknown_passages_are_nan(database: Database) -> None:
    fill(database, MANY)
    embed_missing(database=database, embedder=WordEmbedder())
    matrix = opened(database)
    query = WordEmbedder().embed(["subject3"])
    known = int(matrix.ids[4])
    scores = matrix.cosines([0, known, 10**9], query)
    assert np.isnan(scores[[0, 2]]).all()
    assert scores[1, 0] == pytest.approx(float(matrix.vectors[4] @ query[0]), abs=1e-6)


def test_no_vectors_is_empty(database: Database) -> None:
    fill(database, HELP_CENTRE)
    assert opened(database).empty


def test_a_slow_refresh_is_put_off(database: Database) -> None:
    fill(database)
    embed_missing(database=database, embedder=WordEmbedder())
    before = opened(database)
    [slot] = [slot for slot in vectors._slots.values() if slot.matrix is before]
    slot.seconds = 100.0
    fill(database, [ArticleRecord("new", "New", "New.")])
    embed_missing(database=database, embedder=WordEmbedder())
    assert opened(database) is before
    slot.seconds = 0.0
    assert len(opened(database).ids) == len(before.ids) + 1


@pytest.mark.skipif(not ON_POSTGRES, reason="the HNSW index is Postgres'")
def test_the_index_of_postgres_answers_like_the_matrix(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database, MANY)
    embedder = WordEmbedder(INDEXED_EMBEDDER)
    embed_missing(database=database, embedder=embedder)
    exact = opened(database, INDEXED_EMBEDDER)
    queries = embedder.embed(["subject3", "subject5"])
    with database.reading() as session:
        index = IndexedVectors(session)
        assert not index.empty
        for wanted in (Filter(), Filter(audience="public"), Filter("public", frozenset({"de"}))):
            assert index.nearest(queries, wanted=wanted, limit=5) == exact.nearest(
                queries, wanted=wanted, limit=5
            )
        some = exact.ids[:7].tolist()
        np.testing.assert_allclose(index.cosines(some, queries), exact.cosines(some, queries), atol=1e-5)
        monkeypatch.setattr(vectors, "EXACT_LIMIT", 0)
        by_index = search("subject3", session=session, embedder=embedder)
        monkeypatch.undo()
        assert by_index == search("subject3", session=session, embedder=embedder)
