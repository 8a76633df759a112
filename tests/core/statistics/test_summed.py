"""Rates from sums are the rates of the observations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.statistics import ClusterSums, clustered_rate, ratio_variance, summed_rate, summed_variance


def sums_of(values: list[int], clusters: list[int]) -> ClusterSums:
    total = ClusterSums()
    for cluster in set(clusters):
        own = [value for value, of in zip(values, clusters, strict=True) if of == cluster]
        n, good = len(own), sum(own)
        total += ClusterSums(n, good, 1, n * n, good * good, n * good)
    return total


@pytest.mark.parametrize("seed", range(30))
def test_the_figures_are_those_of_the_observations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 80))
    clusters = rng.integers(0, int(rng.integers(1, 30)), count).tolist()
    values = (rng.random(count) < rng.choice([0.0, 0.05, 0.5, 0.97, 1.0])).astype(int).tolist()

    found, wanted = summed_rate(sums_of(values, clusters)), clustered_rate(values, clusters)

    assert (found.successes, found.n, found.note) == (wanted.successes, wanted.n, wanted.note)
    for name in ("estimate", "low", "high", "effective_n"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), abs=1e-9), name


def test_the_variance_is_that_of_the_ratio_with_two_clusters_added() -> None:
    sizes, good = np.array([3.0, 1, 2, 5]), np.array([1.0, 1, 0, 4])
    sums = ClusterSums(
        int(sizes.sum()),
        int(good.sum()),
        4,
        int((sizes**2).sum()),
        int((good**2).sum()),
        int((sizes * good).sum()),
    )
    usual = math.sqrt((sizes**2).mean())
    sizes, good = np.append(sizes, (usual, usual)), np.append(good, (usual, 0.0))
    share = good.sum() / sizes.sum()

    wanted = ratio_variance((good - share * sizes) / sizes.sum(), np.arange(6))

    assert summed_variance(sums) == pytest.approx(wanted)


def test_nothing_is_known_of_nothing() -> None:
    rate = summed_rate(ClusterSums())
    assert (rate.n, rate.low, rate.high) == (0, 0.0, 1.0)
    assert math.isinf(summed_variance(ClusterSums()))


@pytest.mark.parametrize("sums", [ClusterSums(2, 3, 1, 4, 9, 6), ClusterSums(2, 1, 3, 4, 1, 2)])
def test_sums_that_cannot_be_are_refused(sums: ClusterSums) -> None:
    with pytest.raises(ValueError, match="no observations have these sums"):
        summed_rate(sums)


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        summed_rate(ClusterSums(1, 1, 1, 1, 1, 1), level=95)
