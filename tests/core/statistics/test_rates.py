"""Wilson's interval, strata and the warning about small numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from core.statistics import Rate, stratified_rate, too_few, wilson_rate


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("successes", "n"), [(0, 1), (0, 20), (17, 20), (20, 20), (1, 3), (864, 1000)])
def test_wilson_is_that_of_statsmodels(successes: int, n: int, level: float) -> None:
    rate = wilson_rate(successes, n, level=level)
    assert (rate.low, rate.high) == pytest.approx(
        proportion_confint(successes, n, alpha=1 - level, method="wilson"), abs=1e-12
    )
    assert rate.estimate == successes / n


def test_nothing_is_known_without_observations() -> None:
    rate = wilson_rate(0, 0)
    assert (rate.n, rate.low, rate.high) == (0, 0.0, 1.0)
    assert math.isnan(rate.design_effect)


@pytest.mark.parametrize(("successes", "n", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 95)])
def test_figures_that_cannot_be(successes: int, n: int, level: float) -> None:
    with pytest.raises(ValueError, match=r"must be between"):
        wilson_rate(successes, n, level=level)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_rate_and_stays_within_bounds(counts: tuple[int, int]) -> None:
    successes, n = counts
    rate, other = wilson_rate(successes, n), wilson_rate(n - successes, n)
    assert 0 <= rate.low <= rate.estimate <= rate.high <= 1
    assert rate.low == pytest.approx(1 - other.high, abs=1e-12)
    assert wilson_rate(successes, n, level=0.8).high <= rate.high


def test_one_large_stratum_is_a_simple_sample() -> None:
    plain, stratified = wilson_rate(17, 40), stratified_rate([(10**9, 17, 40)])
    assert (stratified.estimate, stratified.low, stratified.high) == pytest.approx(
        (plain.estimate, plain.low, plain.high), abs=0.01
    )


def test_strata_count_by_their_size_not_by_what_was_drawn_of_them() -> None:
    rate = stratified_rate([(9_000, 90, 100), (1_000, 10, 100)])
    assert rate.estimate == pytest.approx(0.9 * 0.9 + 0.1 * 0.1)
    assert (rate.successes, rate.n) == (100, 200)


def test_a_frame_judged_to_the_last_is_certain() -> None:
    rate = stratified_rate([(40, 30, 40), (10, 1, 10)])
    assert (rate.low, rate.estimate, rate.high) == pytest.approx((0.62, 0.62, 0.62))


def test_an_unjudged_stratum_may_hold_anything() -> None:
    rate = stratified_rate([(800, 40, 50), (200, 0, 0)])
    known = stratified_rate([(800, 40, 50)])
    assert (rate.low, rate.high) == pytest.approx((known.low * 0.8, known.high * 0.8 + 0.2))
    assert "Nothing was judged in 1 of 2 strata" in rate.note
    assert stratified_rate([(5, 0, 0)]).n == 0
    with pytest.raises(ValueError, match="do not fit"):
        stratified_rate([(5, 3, 6)])


def test_coverage_of_a_stratified_rate() -> None:
    random = np.random.default_rng(5)
    sizes, shares, drawn = (6_000, 3_000, 1_000), (0.95, 0.7, 0.3), (60, 40, 30)
    truth = sum(size * share for size, share in zip(sizes, shares, strict=True)) / sum(sizes)
    hits = 0
    for found in np.stack(
        [random.binomial(n, share, 1000) for n, share in zip(drawn, shares, strict=True)], 1
    ):
        rate = stratified_rate(list(zip(sizes, found.tolist(), drawn, strict=True)))
        hits += rate.low <= truth <= rate.high
    assert hits >= 936  # 95 % less two standard errors of 1,000 rounds


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        (wilson_rate(0, 0), "no judgements"),
        (wilson_rate(1, 1), "Only one judgement:"),
        (wilson_rate(20, 29), "Only 29 judgements: too few to say"),
        (wilson_rate(18, 36), "wide interval"),
        (Rate(50, 60, 0.8, 0.6, 0.9, 0.95, "", effective_n=12.2), "worth about 12 independent"),
        (wilson_rate(90, 100), ""),
    ],
)
def test_the_warning_about_small_numbers(rate: Rate, says: str) -> None:
    warning = too_few(rate)
    assert says in warning
    assert bool(says) == bool(warning)
