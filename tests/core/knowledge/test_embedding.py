"""Vectors in the background: idempotent, interruptible, per embedder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlmodel import col

from core.database import Database
from core.identity import SYSTEM
from core.knowledge import (
    ArticleRecord,
    IndexProgress,
    embed_ahead,
    embed_missing,
    embedding,
    index_progress,
    keep_vectors,
    publish,
)
from core.knowledge.tables import PassageVector, SearchStamp
from tests.core.knowledge.making import REFUND, WordEmbedder, fill

MANY = [
    ArticleRecord(f"a{number}", f"Article {number}", f"Text {number}.", locale="en") for number in range(40)
]


def progress_of(database: Database, name: str = "words") -> IndexProgress:
    with database.reading() as session:
        return index_progress(session=session, embedder_name=name)


def test_everything_gets_a_vector_once(database: Database) -> None:
    fill(database)
    before = progress_of(database)
    assert (before.embedded, before.ready) == (0, False)
    assert embed_missing(database=database, embedder=WordEmbedder()) == before.passages
    again = WordEmbedder()
    assert embed_missing(database=database, embedder=again) == 0
    assert again.texts == []
    assert progress_of(database).ready


def test_what_is_embedded_is_heading_path_and_text_without_addresses(database: Database) -> None:
    fill(
        database,
        [ArticleRecord("x", "Plans", "## Prices\n\nSee [the list](https://example.org/p).", locale="en")],
    )
    embedder = WordEmbedder()
    embed_missing(database=database, embedder=embedder)
    assert embedder.texts == ["Plans > Prices\nSee the list."]


def test_vectors_are_unit_rows_in_the_database(database: Database) -> None:
    fill(database)
    embed_missing(database=database, embedder=WordEmbedder())
    with database.reading() as session:
        for vector in session.execute(select(PassageVector.vector)).scalars():  # type: ignore[call-overload]
            assert np.linalg.norm(vector) == np.float32(1) or abs(np.linalg.norm(vector) - 1) < 1e-3


def test_another_embedder_starts_anew_and_keeps_the_old(database: Database) -> None:
    fill(database)
    count = embed_missing(database=database, embedder=WordEmbedder())
    assert embed_missing(database=database, embedder=WordEmbedder("second")) == count
    assert progress_of(database).ready
    assert progress_of(database, "second").ready


def test_only_live_passages_and_only_new_ones(database: Database) -> None:
    fill(database)
    embed_missing(database=database, embedder=WordEmbedder())
    fill(database, [replace(REFUND, body="One short passage.")])
    assert not progress_of(database).ready
    embedder = WordEmbedder()
    assert embed_missing(database=database, embedder=embedder) == 1
    assert embedder.texts == ["Refunds\nOne short passage."]


def test_stopping_keeps_what_was_done(database: Database) -> None:
    fill(database, MANY)
    seen: list[IndexProgress] = []
    done = embed_missing(
        database=database,
        embedder=WordEmbedder(),
        batch=8,
        progress=seen.append,
        should_stop=lambda: len(seen) == 2,
    )
    assert done == 16
    assert [step.embedded for step in seen] == [8, 16]
    assert embed_missing(database=database, embedder=WordEmbedder(), batch=8) == 24


def test_several_at_once_store_each_vector_once(database: Database) -> None:
    fill(database, MANY)
    with ThreadPoolExecutor(3) as pool:
        jobs = [
            pool.submit(embed_missing, database=database, embedder=WordEmbedder(), batch=4) for _ in range(3)
        ]
        assert sum(job.result() for job in jobs) == len(MANY)
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(PassageVector)).scalar_one() == len(MANY)


def test_each_batch_moves_the_stamp(database: Database) -> None:
    fill(database, MANY)
    embed_missing(database=database, embedder=WordEmbedder(), batch=10)
    with database.reading() as session:
        assert session.execute(select(col(SearchStamp.vectors))).scalar_one() == 4


def test_of_a_very_long_article_the_rest_comes_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "_ROWS", 10)
    embedder = WordEmbedder()
    body = "\n\n".join(f"## Rule {number}\n\nRule {number} is about refunds." for number in range(40))
    ahead = embed_ahead([("Rules", body)], embedder=embedder, most=33)
    with database.transaction() as session:
        version = publish(SYSTEM, ArticleRecord("rules", "Rules", body, locale="en"), session=session)
        assert keep_vectors([version.key], ahead, session=session) == 33
    assert embed_missing(database=database, embedder=embedder, batch=5) == 7
