"""A rate of observations that come in clusters, such as the messages of conversations."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.rates import Rate, check_level, t_quantile, wilson

Floats = NDArray[np.float64]


def clustered_rate(
    values: ArrayLike,
    clusters: Sequence[Hashable] | NDArray[np.int64],
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Rate:
    """The share of observations that resemble each other within a cluster.

    The ratio estimator with its linearised (cluster-robust) variance gives the effective number of
    independent observations; on that Wilson's interval is laid, with the t distribution of one degree
    of freedom less than there are clusters. So it stays within 0 and 1. For the design effect two
    clusters are added, one of successes and one of failures: without them the variance is taken too small
    when few clusters hold the failures, and as nothing at 0 % and 100 %. There, a cluster comes to count
    as about one observation, because nothing is known about how alike its members are.

    Source: Cochran 1977, Sampling Techniques, 3rd ed., 6.3 and 9A; effective size and t as Korn and
    Graubard 1998, Survey Methodology 24:193-201, with Wilson's in place of the exact interval (Dean and
    Pagano 2015, Survey Methodology 41:401-421); added clusters after Agresti and Coull 1998, The
    American Statistician 52:119-126. The tests hold its coverage.

    Args:
        values: 0 to 1, one each observation; usually 0 or 1.
        clusters: the cluster of each observation, usually the conversation.
        weights: how many observations of the frame each one stands for (1 / chance of being drawn).
        level: between 0 and 1.

    Raises:
        ValueError: lengths differ, or a value, weight or the level is out of range.
    """
    check_level(level)
    observed = as_shares(values, "values")
    share_of = as_weights(weights, len(observed))
    if len(clusters) != len(observed):
        raise ValueError(f"{len(observed)} values and {len(clusters)} clusters: must be as many")
    method = "Wilson on the effective size, clustered"
    if not len(observed):
        return Rate(0, 0, 0.0, 0.0, 1.0, level, method, effective_n=0.0)
    groups = numbered(clusters)
    estimate = min(1.0, float(share_of @ observed / share_of.sum()))
    effective = _effective_size(observed, share_of, groups, estimate)
    degrees = int(groups.max())
    low, high = wilson(estimate, effective, t_quantile(level, degrees))
    return Rate(
        successes=_total(observed),
        n=len(observed),
        estimate=estimate,
        low=low,
        high=high,
        level=level,
        method=method,
        effective_n=effective,
        note=""
        if degrees
        else "Everything comes from one conversation, so nothing can be said about others.",
    )


def _effective_size(observed: Floats, weights: Floats, groups: NDArray[np.int64], estimate: float) -> float:
    """Independent observations that would leave as much uncertainty."""
    if not np.isin(observed, (0.0, 1.0)).all():
        variance = ratio_variance(weights * (observed - estimate) / weights.sum(), groups)
        sizes = np.bincount(groups, weights)
        alike = float(sizes.sum() ** 2 / (sizes**2).sum())
        return estimate * (1 - estimate) / variance if variance > 1e-15 else alike
    # a cluster of successes and one of failures, of the usual size, join for the design effect only
    sizes, successes = np.bincount(groups, weights), np.bincount(groups, weights * observed)
    usual = float(np.sqrt((sizes**2).mean()))
    sizes, successes = np.append(sizes, (usual, usual)), np.append(successes, (usual, 0.0))
    share = successes.sum() / sizes.sum()
    variance = ratio_variance((successes - share * sizes) / sizes.sum(), np.arange(len(sizes)))
    effective = float(share * (1 - share) / variance) * (1 - 2 * usual / float(sizes.sum()))
    return min(effective, float(weights.sum() ** 2 / (weights**2).sum()))


def ratio_variance(contributions: Floats, groups: NDArray[np.int64]) -> float:
    """Variance of a sum whose terms, already centred, belong together by group; 0 with one group."""
    totals = np.bincount(groups, contributions)
    count = len(totals)
    return float((totals**2).sum() * count / (count - 1)) if count > 1 else 0.0


def as_shares(values: ArrayLike, name: str) -> Floats:
    """The values as one row of numbers between 0 and 1.

    Raises:
        ValueError: they are not.
    """
    row = np.asarray(values, dtype=float)
    if row.ndim != 1 or not ((row >= 0) & (row <= 1)).all():
        raise ValueError(f"{name}: must be one row of numbers between 0 and 1")
    return row


def as_weights(weights: ArrayLike | None, count: int) -> Floats:
    """The weights as one row of positive numbers; all ones when there are none.

    Raises:
        ValueError: they are not, or not as many as wanted.
    """
    if weights is None:
        return np.ones(count)
    row = np.asarray(weights, dtype=float)
    if row.shape != (count,) or not ((row > 0) & np.isfinite(row)).all():
        raise ValueError(f"weights: must be {count} positive numbers")
    return row


def numbered(clusters: Sequence[Hashable] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Clusters as numbers from 0, in order of first appearance for anything that is no array."""
    if isinstance(clusters, np.ndarray):
        return np.asarray(np.unique(clusters, return_inverse=True)[1], dtype=np.int64)
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(cluster, len(numbers)) for cluster in clusters], dtype=np.int64)


def _total(observed: Floats) -> float:
    total = float(observed.sum())
    return int(total) if total.is_integer() else total
