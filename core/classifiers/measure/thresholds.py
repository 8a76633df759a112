"""From which confidence on a classifier answers, by wanted precision, with a guarantee."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.classifiers.measure.rates import share
from core.statistics import (
    Rate,
    Tally,
    enough_for,
    independence,
    lowest_threshold,
    normal_quantile,
    wilson,
)

GRID: tuple[float, ...] = tuple(
    sorted({round(at / 200, 4) for at in range(201)} | {round(0.95 + at / 1000, 4) for at in range(51)})[::-1]
)
"""Thresholds looked at, falling, finer where most confidences lie. Fixed beforehand: the guarantee
depends on that."""
_MOST_LABELS = 100  # times as many as there are, when asked how many more would do


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """A threshold and what it promises.

    Attributes:
        threshold: answer from this confidence on.
        promised: precision of what it answers.
        risk: the chance, over the labels it was chosen with, that new answers are right less often.
        coverage: share of all examples it answers.
        precision: share of those that were right.
        n: examples it was chosen with.
    """

    threshold: float
    promised: float
    risk: float
    coverage: Rate
    precision: Rate
    n: int


@dataclass(frozen=True, slots=True)
class ThresholdRefusal:
    """That nothing can be promised. ``more``: labels that would do, about; None where more do not help."""

    reason: str
    promised: float
    risk: float
    more: int | None


@dataclass(frozen=True, slots=True)
class CurveAt:
    """What one threshold gives. ``low`` and ``high``: 95 % interval of the precision."""

    threshold: float
    coverage: float
    precision: float
    low: float
    high: float
    n: int


def choose_threshold(
    confidence: ArrayLike,
    correct: ArrayLike,
    groups: Sequence[Hashable] | NDArray[np.int64],
    *,
    wanted: float,
    risk: float = 0.05,
    eligible: ArrayLike | None = None,
) -> ThresholdChoice | ThresholdRefusal:
    """The lowest threshold whose answers are right as often as wanted.

    With probability ``1 - risk`` over the labels, the precision on new subjects like the examples is at
    least ``wanted``: Learn then Test with exact binomial tests, on effective sizes where groups repeat
    (:mod:`core.statistics.guarantee`). The confidences must come from models which had not seen the
    examples; a model of all of them is then used, which has learned from more.

    Args:
        confidence: of each example, 0 to 1; 0 where judging failed.
        correct: whether answering would be right.
        groups: of each example.
        wanted: precision, between 0 and 1.
        eligible: whether an example may be answered at all, such as by its familiarity; those that may not
            count only in the coverage.
        risk: between 0 and 1.

    Raises:
        ValueError: an argument is out of range, or lengths differ.
    """
    if not 0 < wanted < 1 or not 0 < risk < 1:
        raise ValueError(f"wanted {wanted} and risk {risk}: must be between 0 and 1")
    sure, right = np.asarray(confidence, dtype=np.float64), np.asarray(correct, dtype=bool)
    if not len(sure) == len(right) == len(groups):
        raise ValueError(
            f"{len(sure)} confidences, {len(right)} outcomes, {len(groups)} groups: must be as many"
        )
    members = _numbers(groups)
    may = np.ones(len(sure), dtype=bool) if eligible is None else np.asarray(eligible, dtype=bool)
    tallies = _tallies(sure[may], right[may], members[may])
    found = lowest_threshold(tallies, precision=wanted, delta=risk)
    if found is None:
        return _refusal(tallies, wanted, risk)
    answered = may & (sure >= found.threshold)
    return ThresholdChoice(
        threshold=found.threshold,
        promised=wanted,
        risk=risk,
        coverage=share(answered, members),
        precision=share(right[answered], members[answered]),
        n=len(sure),
    )


def threshold_curve(
    confidence: ArrayLike,
    correct: ArrayLike,
    groups: Sequence[Hashable] | NDArray[np.int64],
    *,
    eligible: ArrayLike | None = None,
) -> list[CurveAt]:
    """Precision with its band, and coverage, at every threshold where they change, highest first.

    Args: as :func:`choose_threshold`.
    """
    sure, right = np.asarray(confidence, dtype=np.float64), np.asarray(correct, dtype=bool)
    may = np.ones(len(sure), dtype=bool) if eligible is None else np.asarray(eligible, dtype=bool)
    points: list[CurveAt] = []
    for tally in _tallies(sure[may], right[may], _numbers(groups)[may]):
        if points and points[-1].n == tally.n:
            continue
        precision = tally.right / tally.n
        low, high = wilson(precision, tally.n * tally.weight, normal_quantile(0.95))
        points.append(CurveAt(tally.threshold, tally.n / len(sure), precision, low, high, tally.n))
    return points


def _tallies(
    sure: NDArray[np.float64], right: NDArray[np.bool_], groups: Sequence[Hashable] | NDArray[np.int64]
) -> list[Tally]:
    """By falling threshold, those with any answer."""
    weight = independence(sure, right, groups)
    order = np.argsort(-sure, kind="stable")
    counts = np.searchsorted(-sure[order], -np.array(GRID), side="right")
    hits = np.concatenate([[0], np.cumsum(right[order])])[counts]
    return [
        Tally(threshold, n, count, weight)
        for threshold, n, count in zip(GRID, counts.tolist(), hits.tolist(), strict=True)
        if n
    ]


def _refusal(tallies: list[Tally], wanted: float, risk: float) -> ThresholdRefusal:
    percent = f"{100 * wanted:.0f} %"
    n = tallies[-1].n if tallies else 0
    enough = enough_for(tallies, precision=wanted, delta=risk, most=_MOST_LABELS)
    if enough is not None:
        more = max(1, enough - n)
        reason = (
            f"{n} labels are not enough to promise that {percent} of its answers are right. "
            f"About {more:,} more would be, if it stays as good as it is."
        )
        return ThresholdRefusal(reason, wanted, risk, more)
    if not n:
        return ThresholdRefusal("There are no labels to choose a threshold with.", wanted, risk, None)
    best = max(each.right / each.n for each in tallies if each.n >= 0.2 * n)
    reason = (
        f"At no threshold are {percent} of its answers right: where it is surest, about {100 * best:.0f} % "
        "are. Ask for less, or teach it better first."
    )
    return ThresholdRefusal(reason, wanted, risk, None)


def _numbers(groups: Sequence[Hashable] | NDArray[np.int64]) -> NDArray[np.int64]:
    if isinstance(groups, np.ndarray):
        return groups
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(each, len(numbers)) for each in groups], dtype=np.int64)
