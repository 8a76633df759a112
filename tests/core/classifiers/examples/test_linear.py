"""The linear model: the same solution in whatever coordinates it is looked for."""

from __future__ import annotations

import numpy as np
import pytest

from core.classifiers.examples import linear
from core.classifiers.examples.linear import coordinates_of, fit_linear


@pytest.mark.parametrize("many", [False, True])
def test_few_rows_are_solved_in_their_span_with_the_same_result(
    many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "_TOLERANCE", 1e-10)  # else both stop somewhere near it
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 120)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    targets = np.eye(4, dtype=np.float32)[rng.integers(0, 4, 60)]
    few = coordinates_of(rows, 4, many=many)
    of_all = coordinates_of(np.vstack([rows, np.zeros((100, 120), dtype=np.float32)]), 4, many=many)
    assert few.map.shape[1] <= 60
    assert of_all.map.shape[1] == 121
    one, other = (fit_linear(rows, targets, many=many, coordinates=each) for each in (few, of_all))
    assert np.abs(one.logits(rows) - other.logits(rows)).max() < 0.02
    again = fit_linear(rows, targets, many=many, coordinates=few, start=one)
    assert np.abs(again.logits(rows) - one.logits(rows)).max() < 0.02
