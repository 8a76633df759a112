"""Whether a score has changed by more than chance, looked at every day, in many places. No database here.

The difference of two ratio estimators with cluster-robust variances is held against a limit that allows
for two things. Every day is a look: the chance of a false alarm that one year may have is divided by its
looks (Bonferroni, which holds however alike the looks of neighbouring days are). And each look is at
several scores and channels: Holm's procedure keeps the chance that any of them is a false alarm. What
remains above the limit must also be worth a person's time: with enough judgements anything differs.

Source: S. Holm 1979, Scandinavian Journal of Statistics 6:65-70. The tests hold both that a year without
change stays quiet and that a drop is found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtr

from core.statistics import ClusterSums, Rate, normal_quantile, summed_rate, summed_variance

RECENT, BEFORE = 7, 28
"""Days that are held against the days before them."""
YEARLY = 0.05
"""Chance that a year in which nothing changes has a false alarm."""
LOOKS = 365
FEWEST_RECENT, FEWEST_BEFORE = 30, 100
"""Judgements without which there is no look."""
FEWEST_CLUSTERS = 20
LEAST_POINTS = 0.05
"""A score has to move by as much ..."""
LEAST_SMALL = 0.02
"""... or, where the share that is not good at least doubles or halves, by this."""


@dataclass(frozen=True, slots=True)
class ScoreShift:
    """A score that changed. ``low`` to ``high``: 95 % interval of the difference; ``p``: after Holm."""

    before: Rate
    after: Rate
    difference: float
    low: float
    high: float
    p: float


def enough(before: ClusterSums, recent: ClusterSums) -> bool:
    """Whether there is enough of both to look."""
    return (
        recent.n >= FEWEST_RECENT
        and before.n >= FEWEST_BEFORE
        and min(recent.clusters, before.clusters) >= FEWEST_CLUSTERS
    )


def score_shifts(
    windows: Sequence[tuple[ClusterSums, ClusterSums]], *, looks: int = LOOKS
) -> list[ScoreShift | None]:
    """Which of several scores have changed, in one daily look at all of them.

    Args:
        windows: the days before and the recent days of each score; see :func:`enough`.
        looks: how many looks share the chance of a false alarm.
    """
    found = [_difference(before, recent) for before, recent in windows]
    p = [
        2 * float(stdtr(_degrees(before, recent), -abs(difference) / error))
        for (before, recent), (difference, error) in zip(windows, found, strict=True)
    ]
    adjusted = _holm(p)
    return [
        _shift(before, recent, *each, own) if own < YEARLY / looks and _matters(before, recent) else None
        for (before, recent), each, own in zip(windows, found, adjusted, strict=True)
    ]


def has_recovered(before: Rate, recent: ClusterSums, *, fell: bool) -> bool:
    """Whether a score that changed is where it was, as far as can be told: its interval holds it again."""
    if recent.n < FEWEST_RECENT:
        return False
    now = summed_rate(recent)
    return now.high >= before.estimate if fell else now.low <= before.estimate


def _difference(before: ClusterSums, recent: ClusterSums) -> tuple[float, float]:
    """Recent less before, and its standard error: the larger one of as found and as if nothing had changed.

    Near 0 and 100 % the variance of a few judgements is easily taken too small.
    """
    difference = recent.good / recent.n - before.good / before.n
    own = summed_variance(before) + summed_variance(recent)
    pooled = (before.good + recent.good + 1) / (before.n + recent.n + 2)
    sizes = summed_rate(before).effective_n, summed_rate(recent).effective_n
    same = pooled * (1 - pooled) * sum(1 / size for size in sizes)
    return difference, math.sqrt(max(own, same))


def _degrees(before: ClusterSums, recent: ClusterSums) -> float:
    """Degrees of freedom of the difference, by conversations: Welch 1947, Biometrika 34:28-35."""
    one, two = summed_variance(before), summed_variance(recent)
    return (one + two) ** 2 / (one**2 / (before.clusters - 1) + two**2 / (recent.clusters - 1))


def _shift(before: ClusterSums, recent: ClusterSums, difference: float, error: float, p: float) -> ScoreShift:
    half = normal_quantile(0.95) * error
    return ScoreShift(
        summed_rate(before), summed_rate(recent), difference, difference - half, difference + half, p
    )


def _matters(before: ClusterSums, recent: ClusterSums) -> bool:
    wrong, now = 1 - before.good / before.n, 1 - recent.good / recent.n
    moved = abs(now - wrong)
    low, high = sorted((wrong, now))
    return moved >= LEAST_POINTS or (moved >= LEAST_SMALL and high >= 2 * low)


def _holm(p: Sequence[float]) -> list[float]:
    order = sorted(range(len(p)), key=lambda place: p[place])
    adjusted, most = [1.0] * len(p), 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, p[place] * (len(p) - rank)))
        adjusted[place] = most
    return adjusted
