"""A rate of observations that come in conversations: figures, edges, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.statistics import clustered_rate, wilson_rate

ROUNDS = 1_000
AT_LEAST = 0.936  # 95 % less two standard errors of 1,000 rounds


def draw(
    random: np.random.Generator, clusters: int, size: int, share: float, alike: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Answers in conversations of 1 to 2 * size - 1 messages, correlated by ``alike`` (beta-binomial)."""
    spread = (1 - alike) / alike
    own = random.beta(share * spread, (1 - share) * spread, clusters)
    groups = np.repeat(np.arange(clusters), random.integers(1, 2 * size, clusters))
    return (random.random(len(groups)) < own[groups]).astype(float), groups


@pytest.mark.parametrize(
    ("clusters", "size", "share", "alike"),
    [(10, 5, 0.8, 0.3), (20, 5, 0.9, 0.3), (50, 3, 0.95, 0.5), (60, 6, 0.85, 0.4)],
)
def test_it_covers_where_ignoring_conversations_does_not(
    clusters: int, size: int, share: float, alike: float
) -> None:
    random = np.random.default_rng(20)
    covered = naive = 0
    for _ in range(ROUNDS):
        values, groups = draw(random, clusters, size, share, alike)
        rate, ignoring = clustered_rate(values, groups), wilson_rate(float(values.sum()), len(values))
        covered += rate.low <= share <= rate.high
        naive += ignoring.low <= share <= ignoring.high
    assert covered / ROUNDS >= AT_LEAST
    assert naive / ROUNDS < 0.87


def test_without_repeated_conversations_it_is_nearly_wilson() -> None:
    values = np.repeat([1.0, 0.0], [170, 30])
    rate, plain = clustered_rate(values, np.arange(200)), wilson_rate(170, 200)
    assert (rate.low, rate.high) == pytest.approx((plain.low, plain.high), abs=0.002)
    assert rate.design_effect == pytest.approx(1.0, abs=0.02)


def test_messages_that_all_agree_with_their_conversation_are_worth_one_each() -> None:
    random = np.random.default_rng(1)
    per_conversation = (random.random(100) < 0.8).astype(float)
    rate = clustered_rate(np.repeat(per_conversation, 5), np.repeat(np.arange(100), 5))
    assert rate.design_effect == pytest.approx(5, rel=0.1)
    assert rate.n == 500


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_or_nothing_counts_conversations_not_messages(value: float) -> None:
    rate = clustered_rate(np.full(100, value), np.repeat(np.arange(10), 10))
    assert rate.estimate == value
    assert 8 <= rate.effective_n <= 12
    assert rate.high - rate.low > 0.2


def test_one_conversation_says_nothing_about_others() -> None:
    rate = clustered_rate([1, 1, 0], ["a", "a", "a"])
    assert (rate.low, rate.high) == (0.0, 1.0)
    assert "one conversation" in rate.note


def test_weights_undo_unequal_chances() -> None:
    # every tenth good one was drawn, every bad one
    rate = clustered_rate([1] * 10 + [0] * 10, range(20), weights=[10.0] * 10 + [1.0] * 10)
    assert rate.estimate == pytest.approx(100 / 110)
    assert rate.effective_n < 20


def test_coverage_with_unequal_chances() -> None:
    random = np.random.default_rng(8)
    share, chances = 0.8, np.array([0.1, 0.5])  # bad ones are drawn five times as often
    covered = 0
    for _ in range(ROUNDS):
        values = random.random(1_000) < share
        kept = random.random(1_000) < chances[1 - values.astype(int)]
        sample = values[kept].astype(float)
        weights = 1 / chances[(1 - sample).astype(int)]
        rate = clustered_rate(sample, np.arange(len(sample)), weights=weights)
        covered += rate.low <= share <= rate.high
    assert covered / ROUNDS >= AT_LEAST


def test_shares_in_place_of_yes_and_no() -> None:
    values = np.random.default_rng(2).beta(8, 2, 300)
    rate = clustered_rate(values, np.arange(300))
    half = 1.968 * values.std(ddof=1) / np.sqrt(300)
    assert (rate.high - rate.low) / 2 == pytest.approx(half, rel=0.02)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.floats(0.1, 20)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_bounds_symmetry_and_order(rows: list[tuple[bool, int, float]], random: object) -> None:
    values, groups, weights = (list(column) for column in zip(*rows, strict=True))
    rate = clustered_rate(values, groups, weights=weights)
    assert 0 <= rate.low <= rate.estimate <= rate.high <= 1
    assert rate.effective_n <= len(rows) + 1e-9
    mirrored = clustered_rate([not value for value in values], groups, weights=weights)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - rate.high, 1 - rate.low), abs=1e-9)
    random.shuffle(rows)  # type: ignore[attr-defined]
    values, groups, weights = (list(column) for column in zip(*rows, strict=True))
    shuffled = clustered_rate(values, [f"c{group}" for group in groups], weights=weights)
    assert (shuffled.low, shuffled.high) == pytest.approx((rate.low, rate.high), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "clusters", "weights"),
    [([1, 0], [1], None), ([2], [1], None), ([float("nan")], [1], None), ([1], [1], [0.0])],
)
def test_data_that_cannot_be(values: list[float], clusters: list[int], weights: list[float] | None) -> None:
    with pytest.raises(ValueError, match="must be"):
        clustered_rate(values, clusters, weights=weights)


def test_no_data() -> None:
    rate = clustered_rate([], [])
    assert (rate.n, rate.low, rate.high) == (0, 0.0, 1.0)
