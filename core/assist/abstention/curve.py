"""What each threshold buys: coverage against how often drafts are right, with n and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.statistics import Tally, independence, lower_bound, lowest_threshold, normal_quantile, wilson

GRID = tuple(round(1 - step / 200, 3) for step in range(201))
"""Thresholds looked at, falling. Fixed beforehand: the guarantee depends on that."""
WANTED = (0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.97, 0.99)
"""Precisions that are worth showing side by side."""
BINS = 8


@dataclass(frozen=True, slots=True)
class Point:
    """Drafts with at least the score ``threshold``.

    Attributes:
        coverage: their share of all drafts, 0..1.
        precision: how many of them were right, 0..1, with a 95 % Wilson interval ``low``..``high``.
        n: how many they are.
        right: how many of them were right.
        weight: independent drafts each is worth (see :class:`core.statistics.Tally`).
    """

    threshold: float
    coverage: float
    precision: float
    low: float
    high: float
    n: int
    right: int
    weight: float = 1.0

    @property
    def tally(self) -> Tally:
        return Tally(self.threshold, self.n, self.right, self.weight)


@dataclass(frozen=True, slots=True)
class Level:
    """A wanted precision and what it buys; ``point`` is None where the data do not carry it.

    ``at_least`` is the one-sided lower bound of the precision at the chosen threshold.
    """

    precision: float
    confidence: float
    point: Point | None
    at_least: float = 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Drafts of similar score: what was predicted, what came (95 % Wilson interval), how many."""

    predicted: float
    observed: float
    low: float
    high: float
    n: int


def curve(scores: Sequence[float], right: Sequence[bool], groups: Sequence[str] | None = None) -> list[Point]:
    """The risk-coverage curve, strictest threshold first; only thresholds where something changes.

    Args:
        scores: of drafts, 0..1, from a calibrator that had not seen them.
        right: whether each was right.
        groups: the conversation of each. Drafts of one conversation are not independent, so they
            count for less in the interval and in the guarantee; see :func:`core.statistics.independence`.
    """
    values, good = np.asarray(scores, dtype=float), np.asarray(right, dtype=bool)
    weight = independence(values, good, groups) if groups is not None else 1.0
    order = np.argsort(-values, kind="stable")
    counts = np.searchsorted(-values[order], -np.array(GRID), side="right")
    hits = np.concatenate([[0], np.cumsum(good[order])])[counts]
    points: list[Point] = []
    last = 0
    for threshold, n, count in zip(GRID, counts.tolist(), hits.tolist(), strict=True):
        if n == last:
            continue
        last, share = n, count / n
        low, high = interval(count * weight, n * weight)
        points.append(Point(threshold, n / len(values), share, low, high, n, count, weight))
    return points


def interval(right: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; the counts need not be whole."""
    return wilson(right / n if n else 0.0, n, normal_quantile(0.95))


def aurc(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Area under the risk-coverage curve: the mean share of wrong ones over all coverages. Lower is better.

    Ties share their risk, so that an order among equal scores earns nothing (Geifman, El-Yaniv 2017).
    """
    values, wrong = np.asarray(scores, dtype=float), 1 - np.asarray(right, dtype=float)
    if not len(values):
        return 0.0
    order = np.argsort(-values, kind="stable")
    _, starts, inverse, counts = np.unique(
        -values[order], return_index=True, return_inverse=True, return_counts=True
    )
    expected = (np.add.reduceat(wrong[order], starts) / counts)[inverse]
    return float((np.cumsum(expected) / np.arange(1, len(values) + 1)).mean())


def reliability(scores: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Predicted against observed, in bins of equal size."""
    values, good = np.asarray(scores, dtype=float), np.asarray(right, dtype=bool)
    bins = []
    for part in np.array_split(np.argsort(values, kind="stable"), min(BINS, max(1, len(values) // 10))):
        if len(part):
            count = int(good[part].sum())
            low, high = interval(count, len(part))
            bins.append(Bin(float(values[part].mean()), count / len(part), low, high, len(part)))
    return bins


def level(points: Sequence[Point], *, precision: float, confidence: float = 0.9) -> Level:
    """The lowest threshold that gives ``precision`` with ``confidence``, and what it buys."""
    found = lowest_threshold([point.tally for point in points], precision=precision, delta=1 - confidence)
    if found is None:
        return Level(precision, confidence, None)
    point = next(each for each in points if each.threshold == found.threshold)
    bound = lower_bound(point.right * point.weight, point.n * point.weight, confidence=confidence)
    return Level(precision, confidence, point, bound)


def levels(points: Sequence[Point], *, confidence: float = 0.9) -> list[Level]:
    """What each of :data:`WANTED` buys."""
    return [level(points, precision=precision, confidence=confidence) for precision in WANTED]


def most_carried(points: Sequence[Point], *, confidence: float = 0.9) -> float:
    """The highest precision, in whole percent, for which the data show any threshold; 0 when none."""
    shown, not_shown = 0, 100
    while not_shown - shown > 1:
        middle = (shown + not_shown) // 2
        found = level(points, precision=middle / 100, confidence=confidence).point
        shown, not_shown = (middle, not_shown) if found else (shown, middle)
    return shown / 100


def at_threshold(points: Sequence[Point], threshold: float) -> Point | None:
    """The point of the curve for a threshold: the loosest that is not looser than it."""
    return next((point for point in reversed(points) if point.threshold >= threshold), None)


def points_of(stored: Sequence[Mapping[str, Any]]) -> list[Point]:
    """The points as the ``calibration`` table keeps them."""
    return [Point(**point) for point in stored]


def as_rows(points: Sequence[Point] | Sequence[Bin]) -> list[dict[str, Any]]:
    """For the table: plain numbers."""
    return [
        {
            name: round(value, 6) if isinstance(value, float) else value
            for name, value in asdict(point).items()
        }
        for point in points
    ]
