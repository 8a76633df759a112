"""Two values of each case, before and after: the difference, its interval, and whether it may be chance."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr

from core.statistics.clustered import Floats, as_shares, as_weights, numbered, ratio_variance
from core.statistics.rates import check_level, t_quantile

Direction = Literal["better", "worse", "unclear"]
_FINEST = 30_000  # steps of the exact test's scale; weights that fit no such scale are rounded to it
_MOST_FACTOR = 60


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much the second differs from the first, on the same cases.

    Attributes:
        n: cases.
        clusters: independent groups of them.
        up: cases with a greater value in the second.
        down: cases with a smaller one.
        before: weighted mean of the first, 0 to 1.
        after: of the second.
        difference: ``after - before``, -1 to 1.
        low: lower end of its interval.
        high: upper end.
        p_value: exact, two-sided, of "nothing has changed"; see :func:`sign_flip_p`.
        spread: the mean's variance times ``n``, what :func:`core.statistics.pairs_needed` plans with.
        level: how often such an interval holds the true difference.
    """

    n: int
    clusters: int
    up: int
    down: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p_value: float
    spread: float
    level: float

    @property
    def direction(self) -> Direction:
        """Better or worse only when interval and test both say so, so that they never contradict."""
        if self.p_value >= 1 - self.level or self.low <= 0 <= self.high:
            return "unclear"
        return "better" if self.difference > 0 else "worse"


def paired_difference(
    before: ArrayLike,
    after: ArrayLike,
    clusters: Sequence[Hashable] | NDArray[np.int64],
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> PairedDifference:
    """The mean difference of pairs that resemble each other within a cluster.

    The interval is that of a weighted mean with its linearised (cluster-robust) variance and Student's t
    with a degree of freedom less than the clusters are worth: ``(sum of weights)^2 / sum of squares`` of
    them. For the variance a cluster that got better and one that got worse are added; without them no
    difference at all would seem certain. The p-value is exact whatever the clusters, weights and repeats.

    Source: Cochran 1977, Sampling Techniques, 3rd ed., 6.3 and 9A; added pairs after Agresti and Min 2005,
    Statistics in Medicine 24:729-740; effective size Kish 1965, Survey Sampling.

    Args:
        before: 0 to 1, one each case; of repeats, their mean.
        after: the same.
        clusters: of each case, usually its conversation.
        weights: of each case, more than 0.
        level: between 0 and 1.

    Raises:
        ValueError: lengths differ, or a value, weight or the level is out of range.
    """
    check_level(level)
    first, second = as_shares(before, "before"), as_shares(after, "after")
    share_of = as_weights(weights, len(first))
    if not len(first) == len(second) == len(clusters):
        raise ValueError(f"{len(first)} and {len(second)} values, {len(clusters)} clusters: must be as many")
    if not len(first):
        return PairedDifference(0, 0, 0, 0, 0.0, 0.0, 0.0, -1.0, 1.0, 1.0, math.nan, level)
    groups, gains = numbered(clusters), second - first
    gains[np.abs(gains) < 1e-12] = 0.0
    whole = float(share_of.sum())
    difference = float(share_of @ gains) / whole
    sizes: Floats = np.bincount(groups, share_of).astype(np.float64)
    totals: Floats = np.bincount(groups, share_of * gains).astype(np.float64)
    variance = _variance(sizes, totals)
    degrees = float(sizes.sum() ** 2 / (sizes**2).sum()) - 1
    half = t_quantile(level, degrees) * math.sqrt(variance) if degrees > 1e-9 else math.inf
    return PairedDifference(
        n=len(gains),
        clusters=len(sizes),
        up=int((gains > 0).sum()),
        down=int((gains < 0).sum()),
        before=float(share_of @ first) / whole,
        after=float(share_of @ second) / whole,
        difference=difference,
        low=max(-1.0, difference - half),
        high=min(1.0, difference + half),
        p_value=sign_flip_p(totals) if len(sizes) > 1 else 1.0,
        spread=variance * len(gains),
        level=level,
    )


def exact_mcnemar(better: int, worse: int) -> float:
    """McNemar's exact two-sided p-value, from the pairs that changed; cases are taken for independent.

    Source: McNemar 1947, Psychometrika 12:153-157. The same figure as statsmodels' ``mcnemar(exact=True)``.
    """
    return min(1.0, 2 * float(bdtr(min(better, worse), better + worse, 0.5))) if better + worse else 1.0


def sign_flip_p(totals: ArrayLike) -> float:
    """Exact two-sided p-value of clusters' summed differences under "before and after are alike".

    If they are, each total is as likely to have the other sign, so all patterns of signs are equally
    likely: their distribution is computed whole, by convolution. With cases that are each worth one it
    is McNemar's exact test. Totals that fit no common scale (odd weights) are rounded to one of 30,000
    steps first; as signs stay exchangeable, that test is exact too.

    Source: Fisher 1935, The Design of Experiments, 21; Pitman 1937, JRSS Supplement 4:119-130.

    Args:
        totals: weighted sum of the differences of each cluster.
    """
    signed = np.asarray(totals, dtype=float)
    signed = signed[np.abs(signed) > 1e-12]
    if not signed.size:
        return 1.0
    steps = _on_a_scale(signed)
    steps = steps[steps != 0]
    sizes = np.abs(steps)
    # chance of each sum of those totals that come out positive; the signed sum is twice it, less the whole
    chances = np.zeros(int(sizes.sum()) + 1)
    chances[0], reached = 1.0, 0
    for size in np.sort(sizes).tolist():
        reached += size
        part = chances[: reached + 1]
        moved = np.zeros(reached + 1)
        moved[size:] = part[: reached + 1 - size]
        part += moved
        part *= 0.5
    away = np.abs(2 * np.arange(len(chances)) - sizes.sum())
    return float(min(1.0, chances[away >= abs(int(steps.sum()))].sum()))


def _on_a_scale(signed: Floats) -> NDArray[np.int64]:
    """The totals as whole numbers: exactly where a common unit is found, else rounded."""
    sizes = np.abs(signed)
    unit, whole = float(sizes.min()), float(sizes.sum())
    for factor in range(1, _MOST_FACTOR + 1):
        scale = factor / unit
        if whole * scale > _FINEST:
            break
        scaled = signed * scale
        if np.abs(scaled - np.rint(scaled)).max() < 1e-6:
            return np.rint(scaled).astype(np.int64)
    return np.rint(signed * (_FINEST / whole)).astype(np.int64)


def _variance(sizes: Floats, totals: Floats) -> float:
    """Of the mean; a cluster that got better and one that got worse join for it.

    They are of the usual size and changed as much as those that changed did; where hardly any did, wholly.
    """
    whole, usual = float(sizes.sum()), math.sqrt(float((sizes**2).mean()))
    changed = totals[totals != 0]
    step = math.sqrt((float((changed**2).sum()) + usual**2) / (len(changed) + 1))
    sizes, totals = np.append(sizes, (usual, usual)), np.append(totals, (step, -step))
    mean = float(totals.sum() / sizes.sum())
    return ratio_variance((totals - mean * sizes) / whole, np.arange(len(sizes)))
