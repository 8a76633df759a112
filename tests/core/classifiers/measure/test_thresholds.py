"""The threshold keeps its promise, in simulation; says what it buys; and refuses in plain words."""

from __future__ import annotations

import numpy as np
import pytest

from core.classifiers.measure import ThresholdChoice, ThresholdRefusal, choose_threshold, threshold_curve
from core.classifiers.measure.thresholds import GRID
from core.statistics import Tally, p_value

RISK = 0.05
SETS = 200


def truth(random: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Confidences, overconfident ones, and how often each comes true."""
    sure = random.beta(4, 1.2, size)
    return sure, np.clip(1.08 * sure - 0.1, 0, 1) ** 1.3


def most_allowed() -> int:
    """Broken promises that chance would exceed in one run of a thousand, at the stated risk."""
    return next(k for k in range(SETS) if p_value(Tally(0, SETS, k + 1), precision=RISK) < 0.001)


def resampled(wanted: float, *, n: int, group_size: int) -> tuple[int, int]:
    """Of :data:`SETS` sets of labels: how many got a threshold, and how many of those broke the promise."""
    random = np.random.default_rng(17)
    world, chance = truth(random, 50_000)
    order = np.argsort(-world)
    precision = np.cumsum(chance[order]) / np.arange(1, len(world) + 1)
    groups = np.arange(n) // group_size
    found = broken = 0
    for _ in range(SETS):
        sure, likely = truth(random, n // group_size)
        fate = random.random(n // group_size) < likely
        choice = choose_threshold(
            np.repeat(sure, group_size), np.repeat(fate, group_size), groups, wanted=wanted, risk=RISK
        )
        if isinstance(choice, ThresholdChoice):
            found += 1
            above = int(np.searchsorted(-world[order], -choice.threshold, side="right"))
            broken += precision[above - 1] < wanted
    return found, broken


@pytest.mark.parametrize(("n", "group_size"), [(400, 1), (1200, 4)])
def test_the_promise_is_broken_no_more_often_than_said(n: int, group_size: int) -> None:
    """And it is not kept by never giving a threshold."""
    found, broken = resampled(0.8, n=n, group_size=group_size)
    assert broken <= most_allowed()
    assert found > SETS / 2


def test_taking_the_best_looking_threshold_would_break_it() -> None:
    """What the guarantee is for: the threshold whose observed precision is the wanted one."""
    random = np.random.default_rng(17)
    broken = 0
    world, chance = truth(random, 20_000)
    for _ in range(SETS):
        sure, likely = truth(random, 400)
        points = threshold_curve(sure, random.random(400) < likely, np.arange(400))
        lowest = min((each.threshold for each in points if each.precision >= 0.8), default=1.0)
        broken += chance[world >= lowest].mean() < 0.8
    assert broken > 4 * most_allowed()


def test_a_choice_says_what_it_buys() -> None:
    sure = np.concatenate([np.full(300, 0.97), np.full(200, 0.55)])
    right = np.concatenate([np.arange(300) >= 3, np.arange(200) % 2 == 0])
    choice = choose_threshold(sure, right, np.arange(500), wanted=0.9)
    assert isinstance(choice, ThresholdChoice)
    assert 0.55 < choice.threshold <= 0.97
    assert (choice.promised, choice.risk, choice.n) == (0.9, 0.05, 500)
    assert (choice.coverage.successes, choice.coverage.n) == (300, 500)
    assert (choice.precision.successes, choice.precision.n) == (297, 300)
    everything = choose_threshold(sure, np.ones(500), [str(at) for at in range(500)], wanted=0.9)
    assert isinstance(everything, ThresholdChoice)
    assert everything.coverage.estimate == 1
    assert everything.threshold == 0


def test_a_refusal_says_why_and_how_many_more_labels_would_do() -> None:
    few = choose_threshold(np.full(20, 0.9), np.ones(20), np.arange(20), wanted=0.95)
    assert isinstance(few, ThresholdRefusal)
    assert few.more is not None
    assert few.reason.startswith("20 labels are not enough to promise that 95 % of its answers are right.")
    enough = 20 + few.more
    assert isinstance(
        choose_threshold(np.full(enough, 0.9), np.ones(enough), np.arange(enough), wanted=0.95),
        ThresholdChoice,
    )
    bad = choose_threshold(np.full(400, 0.9), np.arange(400) % 2, np.arange(400), wanted=0.95)
    assert isinstance(bad, ThresholdRefusal)
    assert bad.more is None
    assert "about 50 % are" in bad.reason
    none = choose_threshold([], [], [], wanted=0.9)
    assert isinstance(none, ThresholdRefusal)
    assert none.reason == "There are no labels to choose a threshold with."


def test_one_conversation_promises_nothing() -> None:
    choice = choose_threshold(np.full(500, 0.9), np.ones(500), ["one"] * 500, wanted=0.9)
    assert isinstance(choice, ThresholdRefusal)


def test_the_curve_counts_what_is_above_each_threshold() -> None:
    points = threshold_curve([0.9, 0.9, 0.6, 0.3], [True, True, False, True], np.arange(4))
    assert [(each.threshold, each.n, each.coverage) for each in points] == [
        (0.9, 2, 0.5),
        (0.6, 3, 0.75),
        (0.3, 4, 1.0),
    ]
    assert [each.precision for each in points] == pytest.approx([1, 2 / 3, 3 / 4])
    assert all(each.low <= each.precision <= each.high for each in points)
    assert threshold_curve([], [], []) == []


def test_the_thresholds_are_fixed_and_fall() -> None:
    assert GRID[0] == 1
    assert GRID[-1] == 0
    assert list(GRID) == sorted(set(GRID), reverse=True)


@pytest.mark.parametrize(("wanted", "risk"), [(0, 0.05), (1, 0.05), (0.9, 0), (0.9, 1)])
def test_wishes_out_of_range(wanted: float, risk: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        choose_threshold([0.5], [True], ["a"], wanted=wanted, risk=risk)
