"""The numbers of texts: what they are made of, and keeping them."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.classifiers import (
    Featurizer,
    Subject,
    ensure_features,
    feature_blocks,
    featurizer,
    keep_features,
    stamp_of,
    stored_features,
)
from core.classifiers.lexical import lexical_rows
from core.database import Database
from core.errors import ProviderError
from tests.core.classifiers.fake_embedder import HashEmbedder, fake_services


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def source(embedder: HashEmbedder) -> Featurizer:
    return featurizer(fake_services(embedder))


def _message(subject_id: int, text: str) -> Subject:
    return Subject(text, "message", subject_id)


def test_a_row_is_meaning_and_spelling(source: Featurizer, embedder: HashEmbedder) -> None:
    rows = source.features(["Where is my card?", ""])
    assert rows.shape == (2, source.dimensions)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows[:, :8], embedder.embed(["Where is my card?", ""]))
    assert np.linalg.norm(rows[0, 8:]) == pytest.approx(0.4, abs=1e-5)
    assert not rows[1, 8:].any()
    assert embedder.name in source.name != embedder.name


def test_spelling_tells_alike_texts_from_others() -> None:
    card, cards, refund, blank = lexical_rows(["my card is lost", "My cards are lost!", "refund 27", " "])
    assert card @ cards > card @ refund + 0.2
    assert not blank.any()
    assert lexical_rows([]).shape == (0, 256)


def test_of_a_very_long_text_only_the_beginning_is_read(source: Featurizer, embedder: HashEmbedder) -> None:
    text = "where is my parcel " * 6_000
    started = time.process_time()
    rows = source.features([text, text[:8_000]])
    assert time.process_time() - started < 5
    assert max(map(len, embedder.embedded)) == 8_000
    np.testing.assert_array_equal(rows[0], rows[1])


def test_only_new_and_changed_texts_are_computed(
    database: Database, source: Featurizer, embedder: HashEmbedder
) -> None:
    first = ensure_features(
        [_message(2, "two"), _message(1, "one"), Subject("typed in")], database=database, featurizer=source
    )
    assert embedder.embedded == ["two", "one", "typed in"]
    embedder.embedded.clear()
    again = ensure_features(
        [_message(1, "one"), _message(2, "changed"), _message(3, "three")],
        database=database,
        featurizer=source,
    )
    assert embedder.embedded == ["changed", "three"]
    np.testing.assert_allclose(again[0], first[1], atol=1e-3)
    np.testing.assert_array_equal(again[1:], source.features(["changed", "three"]))
    with database.reading() as session:
        kept = stored_features("message", [3, 2, 99], session=session, featurizer=source)
        none = stored_features("reply", [1, 2, 3], session=session, featurizer=source)
    assert kept.ids == (2, 3)
    assert kept.stamps == (stamp_of("changed"), stamp_of("three"))
    np.testing.assert_allclose(kept.rows, again[1:], atol=1e-3)
    assert none.rows.shape == (0, source.dimensions)


def test_a_subject_that_comes_twice_is_kept_once(database: Database, source: Featurizer) -> None:
    subjects = [_message(1, "old"), _message(1, "new")]
    rows = ensure_features(subjects, database=database, featurizer=source)
    np.testing.assert_array_equal(rows, source.features(["old", "new"]))
    with database.reading() as session:
        assert stored_features("message", [1], session=session, featurizer=source).stamps == (
            stamp_of("new"),
        )


def test_what_was_computed_before_a_failure_stays(database: Database) -> None:
    class Failing(HashEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            if "bad" in texts:
                raise ProviderError("The embedding service did not answer.")
            return super().embed(texts)

    embedder = Failing()
    source = Featurizer(embedder)
    subjects = [*(_message(number, f"text {number}") for number in range(1, 301)), _message(301, "bad")]
    with pytest.raises(ProviderError):
        ensure_features(subjects, database=database, featurizer=source)
    with database.reading() as session:
        kept = stored_features("message", range(302), session=session, featurizer=source)
    assert kept.ids == tuple(range(1, 257))


def test_blocks_walk_through_everything_in_order(database: Database, source: Featurizer) -> None:
    rows = np.random.default_rng(0).standard_normal((25, source.dimensions)).astype(np.float32)
    ids = list(range(3, 28))
    with database.transaction() as session:
        keep_features("message", ids, ["s"] * 25, rows, session=session, featurizer=source)
        keep_features("reply", [5], ["s"], rows[:1], session=session, featurizer=source)
    with database.reading() as session:
        blocks = list(feature_blocks("message", session=session, featurizer=source, size=10))
        rest = list(feature_blocks("message", session=session, featurizer=source, after_id=25))
        nothing = list(feature_blocks("draft", session=session, featurizer=source))
    assert [len(block) for block in blocks] == [10, 10, 5]
    assert [key for block in blocks for key in block.ids] == ids
    np.testing.assert_allclose(np.vstack([block.rows for block in blocks]), rows, atol=2e-3)
    assert [block.ids for block in rest] == [(26, 27)]
    assert nothing == []


def test_rows_of_another_embedder_are_not_mixed_in(database: Database, source: Featurizer) -> None:
    ensure_features([_message(1, "one")], database=database, featurizer=source)
    other = HashEmbedder()
    other.name = "other"
    ensure_features([_message(1, "one")], database=database, featurizer=Featurizer(other))
    assert other.embedded == ["one"]


def test_keeping_as_many_rows_as_ids(database: Database, source: Featurizer) -> None:
    rows = np.zeros((1, source.dimensions), dtype=np.float32)
    with database.transaction() as session, pytest.raises(ValueError, match="zip"):
        keep_features("message", [1, 2], ["a", "b"], rows, session=session, featurizer=source)
