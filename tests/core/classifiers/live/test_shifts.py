"""The statistics of drift: quiet while nothing changes, however often somebody looks; loud when it does."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.classifiers.live.shifts import agreement_shift, input_shift, rate_shifts
from core.statistics import wilson_rate

DAYS, BEFORE, WINDOW = 63, 28, 7
A_DAY = 40
ANSWERS = np.array([0.45, 0.25, 0.15, 0.1, 0.04, 0.01])


class World:
    """Nine weeks of a version's answers: conversations of one to three messages that resemble each other."""

    def __init__(self, seed: int, *, shares: NDArray[np.float64] = ANSWERS, from_day: int = 0) -> None:
        random = np.random.default_rng(seed)
        conversations = DAYS * A_DAY
        day = np.repeat(np.arange(DAYS), A_DAY)
        topic = np.where(
            day < from_day,
            random.choice(len(ANSWERS), conversations, p=ANSWERS),
            random.choice(len(shares), conversations, p=shares),
        )
        mood = random.beta(4, 2, conversations)
        sizes = random.integers(1, 4, conversations)
        self.clusters = np.repeat(np.arange(conversations), sizes)
        self.days = day[self.clusters]
        total = len(self.clusters)
        other = random.choice(len(ANSWERS), total, p=ANSWERS)
        self.codes = np.where(random.random(total) < 0.8, topic[self.clusters], other)
        self.values = np.clip(mood[self.clusters] + random.normal(0, 0.08, total), 0, 1)

    def window(self, since: int, until: int) -> NDArray[np.bool_]:
        return (self.days >= since) & (self.days < until)

    def alarms(self) -> tuple[bool, bool]:
        """Whether rates, or what comes in, raise an alert on any of the days somebody looks."""
        before = self.window(0, BEFORE)
        rates = inputs = False
        for day in range(BEFORE + WINDOW, DAYS + 1, 4):
            recent = self.window(day - WINDOW, day)
            clusters = self.clusters[before], self.clusters[recent]
            rates = rates or bool(
                rate_shifts(
                    self.codes[before], clusters[0], self.codes[recent], clusters[1], columns=len(ANSWERS)
                )
            )
            inputs = inputs or (
                input_shift(self.values[before], clusters[0], self.values[recent], clusters[1]) is not None
            )
        return rates, inputs


def test_at_most_one_unchanged_world_in_twenty_ever_raises_an_alert() -> None:
    worlds = 40
    alarms = np.array([World(seed).alarms() for seed in range(worlds)])
    # both kinds together over four weeks of looks; with 5 %, 4 of 40 or fewer are expected in 95 of 100 runs
    assert alarms.any(axis=1).sum() <= 4


def test_messages_of_one_conversation_are_not_taken_for_many() -> None:
    """Two conversations of 300 messages differ from two others, which says nothing."""
    codes = np.repeat([0, 1, 1, 1], 300)
    clusters = np.repeat([0, 1, 2, 3], 300)
    half = 600
    assert not rate_shifts(codes[:half], clusters[:half], codes[half:], clusters[half:], columns=2)
    values = np.repeat([0.1, 0.2, 0.8, 0.9], 300)
    assert input_shift(values[:half], clusters[:half], values[half:], clusters[half:]) is None


@pytest.mark.parametrize("seed", range(5))
def test_a_clear_change_of_rates_is_named(seed: int) -> None:
    changed = World(seed, shares=np.array([0.25, 0.25, 0.15, 0.1, 0.24, 0.01]), from_day=DAYS - WINDOW)
    before, recent = changed.window(0, BEFORE), changed.window(DAYS - WINDOW, DAYS)
    found = rate_shifts(
        changed.codes[before],
        changed.clusters[before],
        changed.codes[recent],
        changed.clusters[recent],
        columns=len(ANSWERS),
    )
    assert 4 in {each.column for each in found} <= {0, 4}
    rise = next(each for each in found if each.column == 4)
    assert rise.before.high < rise.after.low
    assert rise.after.n == recent.sum()


def test_large_numbers_alone_are_no_alert() -> None:
    random = np.random.default_rng(1)
    before = (random.random(100_000) < 0.30).astype(np.int64)
    after = (random.random(100_000) < 0.32).astype(np.int64)
    clusters = np.arange(100_000)
    assert not rate_shifts(before, clusters, after, clusters, columns=2), "two points are nobody's business"
    values = random.normal(0.5, 0.1, 100_000)
    assert input_shift(values, clusters, values + 0.01, clusters) is None


@pytest.mark.parametrize(("step", "lower"), [(-0.25, True), (0.25, False)])
def test_other_things_coming_in_are_noticed(step: float, lower: bool) -> None:
    world = World(3)
    before, recent = world.window(0, BEFORE), world.window(DAYS - WINDOW, DAYS)
    found = input_shift(
        world.values[before],
        world.clusters[before],
        np.clip(world.values[recent] + step, 0, 1),
        world.clusters[recent],
    )
    assert found is not None
    assert found.lower is lower
    assert found.distance > 0.3


def test_fresh_labels_below_the_evidence() -> None:
    promised = wilson_rate(180, 200)
    assert agreement_shift([True] * 20 + [False] * 9, range(29), promised) is None, "too few to say"
    assert agreement_shift([True] * 90 + [False] * 10, range(100), promised) is None
    found = agreement_shift([True] * 60 + [False] * 40, range(100), promised)
    assert found is not None
    assert found.high < promised.low
    assert agreement_shift([True] * 60 + [False] * 40, [0] * 60 + [1] * 40, promised) is None, "two talks"
