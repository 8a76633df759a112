"""Paired differences: figures of scipy and statsmodels, exactness, coverage, verdicts under no change."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test, ttest_1samp
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.contingency_tables import mcnemar

from benchmarks.evals.simulating import FALSE_ALARMS, Scene, draw_pairs, simulate
from core.statistics import exact_mcnemar, paired_difference, sign_flip_p
from core.statistics.paired import _variance


@pytest.mark.parametrize(("better", "worse"), [(12, 3), (3, 12), (5, 5), (1, 0), (0, 0), (60, 31)])
def test_mcnemar_is_that_of_statsmodels(better: int, worse: int) -> None:
    expected = mcnemar([[50, worse], [better, 9]], exact=True).pvalue if better + worse else 1.0
    assert exact_mcnemar(better, worse) == pytest.approx(expected)
    signs = [1.0] * better + [-1.0] * worse + [0.0] * 40
    assert sign_flip_p(signs) == pytest.approx(expected)
    if better + worse:
        assert sign_flip_p(signs) == pytest.approx(binomtest(better, better + worse).pvalue)


@pytest.mark.parametrize(
    "totals",
    [
        [1, 2, 3, -1, 4, 2, -2, 5],
        [1 / 3, 2 / 3, -1 / 3, 1, 1, 2 / 3, 1],
        [0.25, 1.5, -0.75, 2.0, 1.25, 0.5, 3.0, -0.25, 1.0],
    ],
)
def test_the_exact_test_is_scipys_permutation_test(totals: Sequence[float]) -> None:
    expected = permutation_test(
        (np.array(totals),),
        lambda values, axis: np.abs(values.sum(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=np.inf,
        vectorized=True,
    ).pvalue
    assert sign_flip_p(totals) == pytest.approx(expected)


def test_odd_weights_are_rounded_to_a_scale_fine_enough() -> None:
    totals = np.array([0.7311, -0.1917, 1.3731, 2.2113, -0.9911, 0.4973, 1.1173, 0.3319, 1.9371, 0.2718])
    patterns = np.array(list(itertools.product((-1, 1), repeat=len(totals))))
    sums = np.abs(patterns @ np.abs(totals))
    assert sign_flip_p(totals) == pytest.approx(float((sums >= abs(totals.sum()) - 1e-9).mean()), abs=0.004)


def test_the_exact_test_is_quick_with_a_thousand_odd_totals() -> None:
    totals = np.random.default_rng(1).normal(0.02, 1, 2_000)
    expected = ttest_1samp(totals, 0).pvalue  # nearly normal: the t-test agrees
    assert sign_flip_p(totals) == pytest.approx(expected, abs=0.02)


def test_the_variance_is_statsmodels_cluster_robust_one() -> None:
    """Of the values with the two added clusters, which is how it is documented."""
    random = np.random.default_rng(6)
    groups = np.repeat(np.arange(30), 4)
    weights = random.choice([1.0, 2.0, 5.0], 120)
    gains = random.choice([-1.0, 0.0, 1.0], 120, p=[0.1, 0.7, 0.2])
    sizes = np.bincount(groups, weights).astype(np.float64)
    totals = np.bincount(groups, weights * gains).astype(np.float64)
    usual = float(np.sqrt((sizes**2).mean()))
    step = float(np.sqrt(((totals[totals != 0] ** 2).sum() + usual**2) / ((totals != 0).sum() + 1)))
    fitted = WLS(
        np.append(gains, (step / usual, -step / usual)),
        np.ones(122),
        weights=np.append(weights, (usual, usual)),
    ).fit(cov_type="cluster", cov_kwds={"groups": np.append(groups, (30, 31))})
    grown = (weights.sum() + 2 * usual) / weights.sum()
    assert _variance(sizes, totals) == pytest.approx(float(fitted.bse[0] * grown) ** 2)


def test_cases_alone_give_nearly_the_usual_interval() -> None:
    random = np.random.default_rng(3)
    before, after = (random.random((2, 800)) < [[0.7], [0.75]]).astype(float)
    found = paired_difference(before, after, np.arange(800))
    usual = ttest_1samp(after - before, 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((usual.low, usual.high), abs=0.001)


@pytest.mark.parametrize("scene", FALSE_ALARMS[::7], ids=str)
def test_no_change_is_called_one_in_twenty_at_most(scene: Scene) -> None:
    found = simulate(scene, rounds=200, seed=11)
    tolerance = 3 * np.sqrt(0.05 * 0.95 / 200)  # the benchmark draws more often, and is stricter
    assert found.false_alarms <= 0.05 + tolerance
    assert found.coverage >= 0.95 - tolerance


def test_a_real_change_is_found() -> None:
    scene = Scene(n=300, base=0.8, change=-0.12)
    random = np.random.default_rng(12)
    verdicts = []
    for _ in range(100):
        pairs = draw_pairs(scene, random)
        verdicts.append(paired_difference(pairs.before, pairs.after, pairs.clusters).direction)
    assert verdicts.count("worse") >= 90
    assert "better" not in verdicts


def test_few_changes_are_never_enough() -> None:
    before, after = np.zeros(200), np.zeros(200)
    after[:5] = 1
    assert paired_difference(before, after, np.arange(200)).direction == "unclear"
    after[:8] = 1
    assert paired_difference(before, after, np.arange(200)).direction == "better"
    assert paired_difference(before, after, np.zeros(200, int)).direction == "unclear"


def test_nothing_changed_is_not_certain() -> None:
    found = paired_difference([1.0] * 20, [1.0] * 20, range(20))
    assert found.p_value == 1.0
    assert found.low < -0.05 < 0.05 < found.high


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 5), st.floats(0.1, 10)),
        min_size=1,
        max_size=40,
    )
)
def test_bounds_and_symmetry(rows: list[tuple[int, int, int, float]]) -> None:
    before, after = ([row[place] / 3 for row in rows] for place in (0, 1))
    groups, weights = [row[2] for row in rows], [row[3] for row in rows]
    one = paired_difference(before, after, groups, weights=weights)
    other = paired_difference(after, before, groups, weights=weights)
    assert -1 <= one.low <= one.difference <= one.high <= 1
    assert 0 < one.p_value <= 1
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
    assert other.p_value == pytest.approx(one.p_value)
    assert {one.direction, other.direction} in ({"unclear"}, {"better", "worse"})


@pytest.mark.parametrize(
    ("before", "after", "groups", "weights"),
    [([1], [1, 0], [1], None), ([2], [1], [1], None), ([1], [1], [1], [0.0]), ([1], [1], [], None)],
)
def test_data_that_cannot_be(
    before: list[float], after: list[float], groups: list[int], weights: list[float] | None
) -> None:
    with pytest.raises(ValueError, match="must be"):
        paired_difference(before, after, groups, weights=weights)


def test_no_data() -> None:
    found = paired_difference([], [], [])
    assert (found.n, found.low, found.high, found.direction) == (0, -1.0, 1.0, "unclear")
