"""pass^k: the share of sets of k tries that all pass, and its interval."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from benchmarks.evals.simulating import pass_coverage
from core.statistics import all_of, clustered_rate, pass_power


@pytest.mark.parametrize("tries", [1, 3, 5, 8])
def test_it_is_the_share_of_sets_that_all_pass(tries: int) -> None:
    for passed in range(tries + 1):
        outcomes = [1] * passed + [0] * (tries - passed)
        for k in range(1, tries + 1):
            sets = [all(each) for each in combinations(outcomes, k)]
            assert all_of([passed], [tries], k)[0] == pytest.approx(np.mean(sets))


def test_it_is_unbiased() -> None:
    random = np.random.default_rng(2)
    chances = random.beta(4, 1, 40_000)
    passed = random.binomial(5, chances)
    assert all_of(passed, np.full(40_000, 5), 3).mean() == pytest.approx((chances**3).mean(), abs=0.006)
    naive = ((passed / 5) ** 3).mean()
    assert naive - (chances**3).mean() > 0.01


def test_with_one_try_each_it_is_the_rate() -> None:
    passed = [1, 1, 0, 1, 0, 1]
    assert pass_power(passed, [1] * 6, 1, range(6)) == clustered_rate(passed, range(6))


@pytest.mark.parametrize(("base", "k"), [(0.8, 3), (0.9, 2), (0.6, 2)])
def test_its_interval_covers(base: float, k: int) -> None:
    assert pass_coverage(n=60, base=base, tries=4, k=k, size=2, rounds=200, seed=3) >= 0.95 - 0.045


@pytest.mark.parametrize(
    ("passed", "tries", "k"), [([1], [1], 2), ([1], [3], 0), ([4], [3], 1), ([-1], [3], 1)]
)
def test_what_makes_no_sense(passed: list[int], tries: list[int], k: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        all_of(passed, tries, k)
