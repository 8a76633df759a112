"""Whether two windows of answers differ by more than chance, and by enough to matter. No database here.

Windows hold answers about subjects that come in conversations; whatever is compared respects that. Each
test is looked at every hour for as long as a version is live, so a single look asks for far stronger
evidence than the usual 5 %, and for a difference worth a person's time: with enough subjects anything
differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.statistics import Rate, clustered_rate, wilson_rate

ALPHA = 0.0002
"""Of one look at one kind of drift. The tests hold that a version in an unchanged world stays quiet."""
LEAST_POINTS = 0.05
"""A rate has to move by as much ..."""
LEAST_SMALL = 0.02
"""... or, where it at least doubles or halves, by this."""
LEAST_DISTANCE = 0.15
"""Two distributions have to be as far apart, as Kolmogorov and Smirnov measure it (0 to 1)."""
FEWEST_LABELS = 30
LABEL_LEVEL = 0.99
"""Of the interval of fresh labels, which grow with every look."""

Codes = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RateShift:
    """One answer that is given more or less often than before. ``p`` is adjusted for all answers (Holm)."""

    column: int
    before: Rate
    after: Rate
    p: float


@dataclass(frozen=True, slots=True)
class InputShift:
    """How far two distributions are apart: 0 the same, 1 nothing in common."""

    distance: float
    p: float
    lower: bool
    """Whether the values have fallen."""


def rate_shifts(
    before: Codes, before_clusters: Codes, after: Codes, after_clusters: Codes, *, columns: int
) -> list[RateShift]:
    """Answers whose share changed, the surest first.

    The difference of two ratio estimators with cluster-robust variances; two clusters, one of successes and
    one of failures, are added to each window as in :func:`core.statistics.clustered_rate`. Holm's procedure
    over the answers: S. Holm 1979, Scandinavian Journal of Statistics 6:65-70.

    Args:
        before, after: shape ``(subjects,)``, the column of each one's answer.
        before_clusters, after_clusters: the conversation of each one.
        columns: how many answers there are.
    """
    from scipy.special import ndtr

    first, first_variance = _shares(before, before_clusters, columns)
    second, second_variance = _shares(after, after_clusters, columns)
    change = second - first
    p = 2 * ndtr(-np.abs(change) / np.sqrt(first_variance + second_variance))
    adjusted = _holm(p)
    found = []
    for column in np.argsort(p, kind="stable").tolist():
        if adjusted[column] >= ALPHA:
            break
        low, high = sorted((first[column], second[column]))
        doubled = high - low >= LEAST_SMALL and high >= 2 * low
        if doubled or high - low >= LEAST_POINTS:
            found.append(
                RateShift(
                    column,
                    clustered_rate(before == column, before_clusters),
                    clustered_rate(after == column, after_clusters),
                    float(adjusted[column]),
                )
            )
    return found


def input_shift(
    before: Values, before_clusters: Codes, after: Values, after_clusters: Codes
) -> InputShift | None:
    """Whether what comes in looks different from what came in before; None when it does not.

    Kolmogorov and Smirnov's two-sample test in which each conversation counts once, so that it is not taken
    for several. Their asymptotic distribution as corrected by M. A. Stephens 1970, JRSS B 32:115-122.

    Args:
        before, after: shape ``(subjects,)``, how familiar or how sure the model was, 0 to 1.
    """
    from scipy.special import kolmogorov

    first, first_weights, first_count = _weighted(before, before_clusters)
    second, second_weights, second_count = _weighted(after, after_clusters)
    grid = np.unique(np.concatenate([first, second]))
    gap = _cumulated(first, first_weights, grid) - _cumulated(second, second_weights, grid)
    widest = int(np.abs(gap).argmax())
    distance = float(abs(gap[widest]))
    size = np.sqrt(first_count * second_count / (first_count + second_count))
    p = float(kolmogorov((size + 0.12 + 0.11 / size) * distance))
    if p >= ALPHA or distance < LEAST_DISTANCE:
        return None
    return InputShift(distance, p, lower=bool(gap[widest] < 0))


def agreement_shift(right: Sequence[bool], clusters: Sequence[int], promised: Rate) -> Rate | None:
    """The share that people agree with since shipping, when it is surely below what was shipped; else None.

    Surely: the whole interval lies below the interval of the evidence.
    """
    if len(right) < FEWEST_LABELS:
        return None
    fresh = clustered_rate(np.asarray(right, dtype=float), list(clusters), level=LABEL_LEVEL)
    return fresh if fresh.high < promised.low else None


def share(successes: int, n: int) -> Rate:
    """A plain rate, for charts where each day is a handful of conversations."""
    return wilson_rate(successes, n)


def _shares(codes: Codes, clusters: Codes, columns: int) -> tuple[Values, Values]:
    """Share of each column, and its variance over conversations."""
    groups = np.unique(clusters, return_inverse=True)[1]
    count = int(groups.max()) + 1
    table = np.bincount(groups * columns + codes, minlength=count * columns).reshape(count, columns)
    sizes = table.sum(axis=1, keepdims=True).astype(float)
    usual = float(np.sqrt((sizes**2).mean()))
    total = sizes.sum() + 2 * usual
    shrunk = (table.sum(axis=0) + usual) / total
    squares = ((table - sizes * shrunk) ** 2).sum(axis=0)
    squares += (usual * (1 - shrunk)) ** 2 + (usual * shrunk) ** 2
    count += 2
    return table.sum(axis=0) / sizes.sum(), squares / total**2 * count / (count - 1)


def _holm(p: Values) -> Values:
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _weighted(values: Values, clusters: Codes) -> tuple[Values, Values, int]:
    """Values in order, the weight of each, and how many conversations there are."""
    groups, sizes = np.unique(clusters, return_inverse=True, return_counts=True)[1:]
    order = np.argsort(values, kind="stable")
    return values[order], (1 / sizes[groups] / len(sizes))[order], len(sizes)


def _cumulated(values: Values, weights: Values, grid: Values) -> Values:
    reached = np.concatenate([[0.0], np.cumsum(weights)])
    return np.asarray(reached[np.searchsorted(values, grid, side="right")])
