"""Alerts: a year without change is quiet, a drop is found, and small numbers say nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evals.scores.shifts import BEFORE, RECENT, enough, has_recovered, score_shifts
from core.statistics import ClusterSums, summed_rate

Sums = NDArray[np.int64]


def days_of(
    rng: np.random.Generator, rates: list[float], *, conversations: float, alike: float = 0.3
) -> Sums:
    """The sums of each day, shape ``(days, 6)``: conversations of one to three judgements that are alike."""
    days = []
    for rate in rates:
        count = int(rng.poisson(conversations))
        sizes = rng.choice([1, 2, 3], size=count, p=[0.65, 0.2, 0.15])
        chance = rng.beta(rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike, size=count)
        good = rng.binomial(sizes, chance)
        days.append([sizes.sum(), good.sum(), count, (sizes**2).sum(), (good**2).sum(), (sizes * good).sum()])
    return np.array(days, dtype=np.int64)


def first_alarm(scopes: list[Sums]) -> int | None:
    """The day on which one of the scopes raises an alarm, looked at every day."""
    totals = [np.concatenate([np.zeros((1, 6), dtype=np.int64), each.cumsum(axis=0)]) for each in scopes]
    for day in range(RECENT + BEFORE, len(scopes[0]) + 1):
        windows = []
        for total in totals:
            middle = day - RECENT
            before = ClusterSums(*(total[middle] - total[middle - BEFORE]).tolist())
            recent = ClusterSums(*(total[day] - total[middle]).tolist())
            if enough(before, recent):
                windows.append((before, recent))
        if any(each is not None for each in score_shifts(windows)):
            return day
    return None


@pytest.mark.parametrize(("rate", "conversations"), [(0.85, 26.0), (0.97, 26.0), (0.6, 10.0)])
def test_a_year_without_change_is_quiet(rate: float, conversations: float) -> None:
    rng = np.random.default_rng(20)
    years = 40
    alarms = sum(
        first_alarm(
            [days_of(rng, [rate] * (365 + BEFORE + RECENT), conversations=conversations) for _ in range(3)]
        )
        is not None
        for _ in range(years)
    )
    # at most 5 % of the years; as many as 5 of 40 would come by chance once in twenty times at 5 %
    assert alarms <= 4


def test_a_drop_of_15_points_is_found_within_ten_days_mostly() -> None:
    rng = np.random.default_rng(21)
    found = 0
    for _ in range(60):
        rates = [0.85] * (BEFORE + RECENT) + [0.70] * 10
        day = first_alarm([days_of(rng, rates, conversations=26.0)])
        found += day is not None and day > BEFORE + RECENT
    assert found >= 42


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
