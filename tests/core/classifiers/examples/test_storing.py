"""A stored model answers as before, and a damaged one says so."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.classifiers import ExamplesModel, Question, get_kind
from core.errors import InvalidInput
from tests.core.classifiers.examples.test_learning import DIMENSIONS, clusters, fit, question
from tests.core.classifiers.fake_embedder import HashEmbedder, fake_services

SERVICES = fake_services(HashEmbedder())
ASKED = question("refund", "card", "login", "never seen")


@pytest.fixture(scope="module")
def model() -> ExamplesModel:
    return fit(ASKED, *clusters(ASKED.answers[:3], 10), SERVICES)


def _load(stored: bytes, asked: Question = ASKED) -> ExamplesModel:
    loaded = get_kind("examples").load(asked, {}, stored, services=SERVICES)
    assert isinstance(loaded, ExamplesModel)
    return loaded


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(0, 20))
def test_a_stored_model_answers_as_before(model: ExamplesModel, seed: int, size: int) -> None:
    rows = np.random.default_rng(seed).standard_normal((size, DIMENSIONS)).astype(np.float32)
    before, after = model.score([], rows), _load(model.dump()).score([], rows)
    np.testing.assert_array_equal(before.probabilities, after.probabilities)
    np.testing.assert_array_equal(before.familiarity, after.familiarity)
    np.testing.assert_allclose(before.probabilities.sum(axis=1), 1, atol=1e-5)
    assert ((before.familiarity >= 0) & (before.familiarity <= 1)).all()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_damaged_model_is_refused(model: ExamplesModel, data: st.DataObject) -> None:
    stored = model.dump()
    cut = data.draw(st.integers(0, len(stored) - 1))
    with pytest.raises(InvalidInput):
        _load(stored[:cut])


@pytest.mark.parametrize("stored", [b"", b"not a model", b"PK\x03\x04 and rubbish"])
def test_rubbish_is_refused(stored: bytes) -> None:
    with pytest.raises(InvalidInput, match="damaged and cannot be read"):
        _load(stored)


def test_objects_are_never_unpickled(model: ExamplesModel) -> None:
    with np.load(io.BytesIO(model.dump())) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["weights"] = np.array([{"a": 1}], dtype=object)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with pytest.raises(InvalidInput, match="damaged"):
        _load(buffer.getvalue())


def test_another_format_another_embedder_another_question(model: ExamplesModel) -> None:
    with np.load(io.BytesIO(model.dump())) as file:
        arrays = {name: file[name] for name in file.files}
    buffer = io.BytesIO()
    np.savez(buffer, **{**arrays, "format": np.int64(7)})
    with pytest.raises(InvalidInput, match="stored in format 7"):
        _load(buffer.getvalue())
    other = HashEmbedder()
    other.name = "other"
    with pytest.raises(InvalidInput, match="now makes those of “other"):
        get_kind("examples").load(ASKED, {}, model.dump(), services=fake_services(other))
    with pytest.raises(InvalidInput, match="tells 4 answers apart"):
        _load(model.dump(), question("refund", "card"))
