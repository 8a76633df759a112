"""The clustered rate of observations that were added up, day by day, and are not at hand any more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from core.statistics.rates import Rate, check_level, t_quantile, wilson


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """What :func:`summed_rate` needs of observations that are 0 or 1.

    With ``n_c`` observations of cluster ``c``, ``g_c`` of them 1: the sums over clusters of ``n_c``, ``g_c``,
    1, ``n_c**2``, ``g_c**2`` and ``n_c * g_c``. Sums of disjoint clusters add up.
    """

    n: int = 0
    good: int = 0
    clusters: int = 0
    n_squares: int = 0
    good_squares: int = 0
    crosses: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.n + other.n,
            self.good + other.good,
            self.clusters + other.clusters,
            self.n_squares + other.n_squares,
            self.good_squares + other.good_squares,
            self.crosses + other.crosses,
        )


def summed_rate(sums: ClusterSums, *, level: float = 0.95) -> Rate:
    """The same figures as :func:`core.statistics.clustered_rate` of the observations behind the sums.

    Raises:
        ValueError: the sums are of no observations there can be, or the level is out of range.
    """
    check_level(level)
    method = "Wilson on the effective size, clustered"
    if not sums.n:
        return Rate(0, 0, 0.0, 0.0, 1.0, level, method, effective_n=0.0)
    if not (0 <= sums.good <= sums.n and 0 < sums.clusters <= sums.n <= sums.n_squares):
        raise ValueError(f"{sums}: no observations have these sums")
    estimate = sums.good / sums.n
    share, variance, usual = _shrunk(sums)
    total = sums.n + 2 * usual
    effective = share * (1 - share) / variance * (1 - 2 * usual / total)
    effective = min(effective, float(sums.n))
    low, high = wilson(estimate, effective, t_quantile(level, sums.clusters - 1))
    return Rate(
        successes=sums.good,
        n=sums.n,
        estimate=estimate,
        low=low,
        high=high,
        level=level,
        method=method,
        effective_n=effective,
        note=""
        if sums.clusters > 1
        else "Everything comes from one conversation, so nothing can be said about others.",
    )


def summed_variance(sums: ClusterSums) -> float:
    """Cluster-robust variance of the rate, with a cluster of successes and one of failures added.

    Infinite without observations. See :func:`core.statistics.clustered_rate` for why they are added.
    """
    return _shrunk(sums)[1] if sums.n else math.inf


def _shrunk(sums: ClusterSums) -> tuple[float, float, float]:
    """Share and variance with the two clusters added, and the size of each."""
    usual = math.sqrt(sums.n_squares / sums.clusters)
    total = sums.n + 2 * usual
    share = (sums.good + usual) / total
    squares = sums.good_squares - 2 * share * sums.crosses + share**2 * sums.n_squares
    squares += (usual * (1 - share)) ** 2 + (usual * share) ** 2
    return share, squares / total**2 * (sums.clusters + 2) / (sums.clusters + 1), usual
