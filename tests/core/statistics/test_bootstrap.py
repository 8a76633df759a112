"""Means and quantiles before and after: the plain figures, clusters, and the same figures each time."""

from __future__ import annotations

import numpy as np
import pytest

from core.statistics import bootstrap_change


def test_mean_and_its_interval() -> None:
    random = np.random.default_rng(1)
    before = random.gamma(4, 250, 400)
    after = before * 0.9 + random.normal(0, 30, 400)
    found = bootstrap_change(before, after, np.arange(400), np.arange(400))
    assert found is not None
    assert (found.before, found.after) == pytest.approx((before.mean(), after.mean()), rel=1e-5)
    gains = after - before
    half = 1.96 * gains.std() / 20
    assert (found.low, found.high) == pytest.approx((gains.mean() - half, gains.mean() + half), abs=half / 5)


@pytest.mark.parametrize("quantile", [0.0, 0.25, 0.5, 0.95, 1.0])
def test_quantiles_are_values_that_occurred(quantile: float) -> None:
    random = np.random.default_rng(2)
    before, after = random.lognormal(6, 1, 301), random.lognormal(6, 1, 400)
    found = bootstrap_change(before, after, np.arange(301), np.arange(400), quantile=quantile)
    assert found is not None
    assert found.before == np.quantile(before, quantile, method="inverted_cdf")
    assert found.after == np.quantile(after, quantile, method="inverted_cdf")
    assert found.low <= found.high


def test_clusters_widen_it_and_it_repeats_itself() -> None:
    values = np.repeat(np.random.default_rng(3).normal(0, 1, 40), 10)
    moved = values + np.repeat(np.random.default_rng(4).normal(0, 1, 40), 10)
    apart = bootstrap_change(values, moved, np.arange(400), np.arange(400))
    together = bootstrap_change(values, moved, np.arange(400) // 10, np.arange(400) // 10)
    assert apart is not None
    assert together is not None
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert together == bootstrap_change(values, moved, np.arange(400) // 10, np.arange(400) // 10)


def test_the_interval_of_a_median_covers() -> None:
    random = np.random.default_rng(5)
    held = 0
    for _ in range(60):
        base = random.lognormal(0, 0.5, 80)
        found = bootstrap_change(
            base * random.lognormal(0, 0.2, 80),
            1.3 * base * random.lognormal(0, 0.2, 80),
            np.arange(80),
            np.arange(80),
            quantile=0.5,
        )
        assert found is not None
        held += found.low <= 0.3 <= found.high
    assert held / 60 >= 0.87


def test_a_side_without_values_and_bad_arguments() -> None:
    assert bootstrap_change([], [1.0], [], [1]) is None
    with pytest.raises(ValueError, match="as many"):
        bootstrap_change([1.0], [1.0], [], [1])
    with pytest.raises(ValueError, match="quantile"):
        bootstrap_change([1.0], [1.0], [1], [1], quantile=1.5)
