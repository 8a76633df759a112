"""P-values read together: statsmodels' figures, and what is gained."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from benchmarks.evals.simulating import look_at_many
from core.statistics import holm


@pytest.mark.parametrize("values", [[], [0.04], [0.01, 0.04, 0.03, 0.005], [1.0, 0.5, 0.0, 0.2, 0.2]])
def test_holm_is_that_of_statsmodels(values: list[float]) -> None:
    expected = multipletests(values, method="holm")[1] if values else []
    assert holm(values) == pytest.approx(expected)


def test_many_at_random() -> None:
    values = np.random.default_rng(1).beta(0.5, 3, 60).tolist()
    assert holm(values) == pytest.approx(multipletests(values, method="holm")[1])


def test_looking_at_eight_criteria_alarms_often_without_it() -> None:
    alone, adjusted = look_at_many(criteria=8, n=150, rounds=120, seed=4)
    assert alone > 0.12
    assert adjusted <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)
