"""Few judgements of people and many of a model: reference figures, coverage, and when it gains nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.statistics import clustered_rate, prediction_powered_rate
from core.statistics.prediction_powered import powered_mean

ROUNDS = 1_000
AT_LEAST = 0.936  # 95 % less two standard errors of 1,000 rounds
Data = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def draw(random: np.random.Generator, few: int, many: int, share: float, right: float) -> Data:
    """Labels, the model's answers to the same, and to others; it is right so often."""
    truth = random.random(few + many) < share
    model = np.where(random.random(few + many) < right, truth, ~truth).astype(float)
    return truth[:few].astype(float), model[:few], model[few:]


@pytest.mark.parametrize(
    ("seed", "few", "many", "share", "right", "estimate", "low", "high"),
    [
        (0, 200, 2_000, 0.85, 0.9, 0.8178645342479016, 0.7771486285106397, 0.8585804399851635),
        (1, 100, 5_000, 0.5, 0.6, 0.47292716040285815, 0.3763272195252869, 0.5695271012804294),
        (2, 1_000, 1_000, 0.95, 0.97, 0.944076571028936, 0.9327204385336846, 0.9554327035241875),
        (3, 20_000, 40_000, 0.7, 0.8, 0.7026855369530516, 0.697078708998337, 0.7082923649077661),
    ],
)
def test_figures_of_the_reference_implementation(
    seed: int, few: int, many: int, share: float, right: float, estimate: float, low: float, high: float
) -> None:
    """``ppi_mean_pointestimate`` and ``ppi_mean_ci(alpha=0.05)`` of ppi-python 0.2.3 on ``draw``'s data."""
    mean = powered_mean(*draw(np.random.default_rng(seed), few, many, share, right))
    assert mean.estimate == pytest.approx(estimate, abs=1e-12)
    half = 1.959963984540054 * mean.variance**0.5
    # the reference divides by n, not n - 1
    assert half * ((few - 1) / few) ** 0.5 == pytest.approx((high - low) / 2, rel=1e-9)


@pytest.mark.parametrize(
    ("few", "many", "share", "right"),
    [(50, 1_000, 0.8, 0.85), (100, 1_000, 0.9, 0.95), (100, 1_000, 0.95, 0.97), (200, 1_000, 0.5, 0.6)],
)
def test_coverage(few: int, many: int, share: float, right: float) -> None:
    random = np.random.default_rng(30)
    covered = 0
    for _ in range(ROUNDS):
        rate = prediction_powered_rate(*draw(random, few, many, share, right))
        covered += rate.low <= share <= rate.high
    assert covered / ROUNDS >= AT_LEAST


def test_coverage_and_gain_with_conversations() -> None:
    """Four messages a conversation, alike within, where the model errs alike within too."""
    random = np.random.default_rng(31)
    labelled, others, size, share, alike = 40, 200, 4, 0.8, 0.3
    groups = np.repeat(np.arange(labelled + others), size)
    few = groups < labelled
    spread = (1 - alike) / alike
    covered = ignoring = 0
    widths = []
    for number in range(ROUNDS):
        own = random.beta(share * spread, (1 - share) * spread, labelled + others)
        truth = random.random(len(groups)) < own[groups]
        shared = random.random(labelled + others) < 0.1
        wrong = np.where(random.random(len(groups)) < 0.5, shared[groups], random.random(len(groups)) < 0.1)
        model = (truth ^ wrong).astype(float)
        data = truth[few].astype(float), model[few], model[~few]
        rate = prediction_powered_rate(*data, clusters=groups[few], unlabelled_clusters=groups[~few])
        covered += rate.low <= share <= rate.high
        if number % 4 == 0:
            naive = prediction_powered_rate(*data)
            ignoring += naive.low <= share <= naive.high
        alone = clustered_rate(data[0], groups[few])
        widths.append((rate.high - rate.low) / (alone.high - alone.low))
    assert covered / ROUNDS >= AT_LEAST
    assert ignoring / (ROUNDS / 4) < 0.93
    assert np.mean(widths) < 0.8


def test_a_good_model_narrows_the_interval() -> None:
    labels, model, others = draw(np.random.default_rng(1), 200, 5_000, 0.85, 0.95)
    rate = prediction_powered_rate(labels, model, others)
    alone = clustered_rate(labels, np.arange(200))
    assert rate.high - rate.low < 0.8 * (alone.high - alone.low)
    assert (rate.n, rate.successes, rate.note) == (200, alone.successes, "")
    assert "PPI++" in rate.method


@pytest.mark.parametrize("others", [[], [1.0] * 500, [1.0, 0.0] * 250])
def test_a_model_that_says_nothing_gains_nothing(others: list[float]) -> None:
    labels = [1.0, 1.0, 0.0, 1.0] * 25
    constant = [1.0] * 100
    rate = prediction_powered_rate(labels, constant, others)
    alone = clustered_rate(labels, range(100))
    assert (rate.estimate, rate.low, rate.high) == (alone.estimate, alone.low, alone.high)
    assert "people's judgements alone" in rate.note


def test_a_model_that_is_always_wrong_is_not_trusted() -> None:
    labels = np.array([1.0, 1.0, 0.0, 1.0] * 25)
    rate = prediction_powered_rate(labels, 1 - labels, [0.0, 1.0] * 300)
    assert rate.estimate == 0.75
    assert rate.note


def test_agreeing_on_a_few_is_not_taken_for_perfect() -> None:
    labels = np.array([1.0, 1.0, 0.0, 1.0, 1.0] * 6)
    rate = prediction_powered_rate(labels, labels, [1.0, 1.0, 0.0, 1.0, 1.0] * 2_000)
    assert rate.estimate == pytest.approx(0.8)
    assert rate.high - rate.low > 0.15


def test_too_few_of_the_rarer_answer_are_not_combined() -> None:
    labels = np.array([1.0] * 95 + [0.0] * 5)
    rate = prediction_powered_rate(labels, labels, [1.0] * 1_900 + [0.0] * 100)
    assert "too few to combine" in rate.note
    assert rate.method == clustered_rate(labels, range(100)).method


share = st.sampled_from([0.0, 0.2, 0.5, 1.0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(share, share, st.integers(0, 5)), min_size=1, max_size=40),
    st.lists(share, max_size=60),
)
def test_bounds(rows: list[tuple[float, float, int]], others: list[float]) -> None:
    labels, model, groups = (list(column) for column in zip(*rows, strict=True))
    for clusters in (None, groups):
        rate = prediction_powered_rate(labels, model, others, clusters=clusters)
        assert 0 <= rate.low <= rate.estimate <= rate.high <= 1
        assert rate.n == len(labels)


def test_data_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="must be as many"):
        prediction_powered_rate([1, 0], [1], [1])
    with pytest.raises(ValueError, match="predictions"):
        prediction_powered_rate([1, 0], [1, 3], [1])
    with pytest.raises(ValueError, match="clusters"):
        prediction_powered_rate([1, 0], [1, 0], [1], clusters=[1, 2], unlabelled_clusters=[])
