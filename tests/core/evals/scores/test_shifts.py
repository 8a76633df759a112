"""Alerts: a year without change is quiet, a drop is found, and small numbers say nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import bdtr

from core.evals.scores.shifts import BEFORE, LOOKS, RECENT, YEARLY, enough, has_recovered, score_shifts
from core.statistics import ClusterSums, normal_quantile, summed_rate

Days = NDArray[np.int64]
"""Shape ``(days, 6)``: the sums of each day."""
LIMIT = normal_quantile(1 - YEARLY / LOOKS)
"""Standard errors below which nothing is an alarm."""


def days_of(rng: np.random.Generator, rates: Sequence[float], *, conversations: float) -> Days:
    """Conversations of one to three judgements that are alike, each on the day it began."""
    alike = 0.3
    counts = rng.poisson(conversations, size=len(rates))
    day = np.repeat(np.arange(len(rates)), counts)
    sizes = rng.choice([1, 2, 3], size=len(day), p=[0.65, 0.2, 0.15])
    rate = np.repeat(rates, counts)
    good = rng.binomial(sizes, rng.beta(rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike))
    columns = (sizes, good, np.ones_like(sizes), sizes**2, good**2, sizes * good)
    sums = [np.bincount(day, each, minlength=len(rates)) for each in columns]
    return np.stack(sums, axis=1).astype(np.int64)


def first_alarm(scopes: Sequence[Days]) -> int | None:
    """The day on which one of the scopes raises an alarm, looked at every day."""
    windows = [_windows(each) for each in scopes]
    near = np.any([_may_alarm(*each) for each in windows], axis=0)
    for place in np.flatnonzero(near).tolist():
        pairs = [
            (ClusterSums(*before[place].tolist()), ClusterSums(*recent[place].tolist()))
            for before, recent in windows
        ]
        if any(each is not None for each in score_shifts([pair for pair in pairs if enough(*pair)])):
            return place + BEFORE + RECENT
    return None


def _windows(days: Days) -> tuple[Days, Days]:
    """The days before and the recent days, for each day from the first on with all of them."""
    total = np.concatenate([np.zeros((1, 6), dtype=np.int64), days.cumsum(axis=0)])
    middle = total[BEFORE:-RECENT]
    return middle - total[: -BEFORE - RECENT], total[BEFORE + RECENT :] - middle


def _may_alarm(before: Days, recent: Days) -> NDArray[np.bool_]:
    """Where judgements without any likeness would give an alarm alone; likeness only takes from that.

    Everything else is a day without an alarm, which saves asking.
    """
    n_1, n_2 = before[:, 0], recent[:, 0]
    pooled = (before[:, 1] + recent[:, 1] + 1) / (n_1 + n_2 + 2)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n_1 + 1 / n_2))
    found: NDArray[np.bool_] = np.abs(recent[:, 1] / n_2 - before[:, 1] / n_1) >= LIMIT * error
    return found


@pytest.mark.parametrize(
    ("rate", "conversations", "years"), [(0.85, 26.0, 200), (0.97, 26.0, 200), (0.6, 10.0, 400)]
)
def test_a_year_without_change_is_quiet(rate: float, conversations: float, years: int) -> None:
    rng = np.random.default_rng(20)
    alarms = 0
    for _ in range(years):
        scopes = [days_of(rng, [rate] * (365 + BEFORE + RECENT), conversations=conversations) for _ in "abc"]
        alarms += first_alarm(scopes) is not None
    # so few in so many years would be unlikely if one year in twenty had an alarm
    assert bdtr(alarms, years, YEARLY) < 0.05


def test_the_shortcut_of_this_test_misses_no_alarm() -> None:
    rng = np.random.default_rng(22)
    alarms = 0
    for _ in range(12):
        days = days_of(rng, [0.85] * 60 + [0.7] * 20, conversations=26.0)
        before, recent = _windows(days)
        near = _may_alarm(before, recent)
        for place in range(len(near)):
            pair = ClusterSums(*before[place].tolist()), ClusterSums(*recent[place].tolist())
            (shift,) = score_shifts([pair])
            alarms += shift is not None
            assert near[place] or shift is None
    assert alarms > 20


def test_a_drop_of_15_points_is_found_within_ten_days_mostly() -> None:
    rng = np.random.default_rng(21)
    started = BEFORE + RECENT
    rates = [0.85] * started + [0.70] * 10
    found = [first_alarm([days_of(rng, rates, conversations=26.0)]) for _ in range(300)]
    assert sum(day is not None and day > started for day in found) >= 0.75 * len(found)


def test_what_is_too_little_is_not_looked_at() -> None:
    many, few = ClusterSums(200, 170, 150, 320, 250, 270), ClusterSums(20, 2, 20, 20, 2, 2)
    assert enough(many, many)
    assert not enough(many, few)
    assert not enough(few, many)
    assert not enough(many, ClusterSums(200, 170, 2, 20_000, 14_450, 17_000))


def test_a_change_that_does_not_matter_is_none() -> None:
    before = ClusterSums(400_000, 340_000, 400_000, 400_000, 340_000, 340_000)
    recent = ClusterSums(100_000, 84_000, 100_000, 100_000, 84_000, 84_000)
    assert score_shifts([(before, recent)]) == [None]


def test_a_change_carries_its_interval() -> None:
    before = ClusterSums(1_000, 900, 1_000, 1_000, 900, 900)
    recent = ClusterSums(300, 200, 300, 300, 200, 200)

    (shift,) = score_shifts([(before, recent)])

    assert shift is not None
    assert shift.low < shift.difference < shift.high < 0
    assert shift.difference == pytest.approx(200 / 300 - 0.9)


def test_a_score_has_recovered_when_its_interval_holds_what_it_was() -> None:
    was = summed_rate(ClusterSums(1_000, 900, 1_000, 1_000, 900, 900))
    assert has_recovered(was, ClusterSums(100, 88, 100, 100, 88, 88), fell=True)
    assert not has_recovered(was, ClusterSums(100, 60, 100, 100, 60, 60), fell=True)
    assert not has_recovered(was, ClusterSums(5, 5, 5, 5, 5, 5), fell=True)
