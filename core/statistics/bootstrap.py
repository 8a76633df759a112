"""Means and quantiles of two sides that share their clusters, by resampling the clusters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.clustered import Floats, numbered
from core.statistics.rates import check_level

_SEED = 20_260
_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after, in its own unit, and the interval of the difference."""

    before: float
    after: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """``after - before``."""
        return self.after - self.before


def bootstrap_change(
    before: ArrayLike,
    after: ArrayLike,
    before_clusters: Sequence[Hashable] | NDArray[np.int64],
    after_clusters: Sequence[Hashable] | NDArray[np.int64],
    *,
    quantile: float | None = None,
    level: float = 0.95,
) -> Change | None:
    """How a mean, or a quantile, differs; the same call gives the same figures.

    Whole clusters are drawn anew, the same ones for both sides, which keeps them paired. The interval is
    that of percentiles. Source: Davison and Hinkley 1997, Bootstrap Methods and their Application, 3.8.

    Args:
        before: values of any unit; there may be more of them on one side.
        after: the same.
        before_clusters: of each value, usually the conversation.
        after_clusters: the same.
        quantile: 0 to 1, the nearest-rank one; None for the mean.

    Returns:
        None where a side has no value.

    Raises:
        ValueError: lengths differ, or the level or quantile is out of range.
    """
    check_level(level)
    sides = [np.asarray(before, dtype=float), np.asarray(after, dtype=float)]
    if len(sides[0]) != len(before_clusters) or len(sides[1]) != len(after_clusters):
        raise ValueError("values and clusters: must be as many")
    if quantile is not None and not 0 <= quantile <= 1:
        raise ValueError(f"quantile {quantile}: must be between 0 and 1")
    if not sides[0].size or not sides[1].size:
        return None
    groups = numbered([*before_clusters, *after_clusters])
    split = [groups[: len(sides[0])], groups[len(sides[0]) :]]
    count = int(groups.max()) + 1
    random = np.random.default_rng(_SEED)
    drawn = random.multinomial(count, np.full(count, 1 / count), size=_ROUNDS).astype(np.float32)
    every = np.ones((1, count), dtype=np.float32)
    figures = [
        (_figure(values, members, drawn, quantile), _figure(values, members, every, quantile))
        for values, members in zip(sides, split, strict=True)
    ]
    tail = (1 - level) / 2
    low, high = np.nanquantile(figures[1][0] - figures[0][0], (tail, 1 - tail))
    return Change(float(figures[0][1][0]), float(figures[1][1][0]), float(low), float(high))


def _figure(
    values: Floats, members: NDArray[np.int64], times: NDArray[np.float32], quantile: float | None
) -> Floats:
    """Of each round; ``times`` says how often a cluster is in it. Nan where no value is."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if quantile is None:
            count = times.shape[1]
            sums = np.bincount(members, values, minlength=count), np.bincount(members, minlength=count)
            return np.asarray((times @ sums[0]) / (times @ sums[1]), dtype=np.float64)
        order = np.argsort(values)
        reached = times[:, members[order]].cumsum(axis=1)
        totals = reached[:, -1].astype(np.float64)
        places = (reached < np.maximum(quantile * totals, 1e-6)[:, None] - 1e-3).sum(axis=1)
    found = values[order][np.minimum(places, len(values) - 1)]
    return np.where(totals > 0, found, np.nan)
