"""A rate with its interval, and Wilson's interval, on which the other rates build."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import betaincinv, ndtr, ndtri, stdtrit


@dataclass(frozen=True, slots=True)
class Rate:
    """A share between 0 and 1 that carries its uncertainty.

    Attributes:
        successes: how many of the ``n`` observations count; a sum where values are not only 0 and 1.
        n: observations.
        estimate: the share; where weights or a model enter, not simply ``successes / n``. It is 0 when
            there is no observation: look at ``n``.
        low: lower end of the interval, 0 to 1.
        high: upper end of the interval, 0 to 1.
        level: how often such an interval holds the true share, 0.95 for 95 %.
        method: how it was computed, in words to show.
        effective_n: independent observations this is worth; smaller than ``n`` when conversations repeat.
        note: what else a reader must know, in words; empty when nothing.
    """

    successes: float
    n: int
    estimate: float
    low: float
    high: float
    level: float
    method: str
    effective_n: float = math.nan
    note: str = ""

    @property
    def design_effect(self) -> float:
        """Observations needed for the worth of one independent one; nan without observations."""
        return self.n / self.effective_n if self.effective_n else math.nan


def wilson_rate(successes: float, n: int, *, level: float = 0.95) -> Rate:
    """The share of ``n`` independent observations, with Wilson's score interval.

    The same figures as statsmodels' ``proportion_confint(method="wilson")``, without the seconds
    that importing it would hold up a page.

    Args:
        successes: 0 to ``n``.
        n: 0 or more; without observations the interval is 0 to 1.
        level: between 0 and 1.

    Raises:
        ValueError: a count or the level is out of range.
    """
    check_level(level)
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} observations: must be between 0 and {n}")
    share = successes / n if n else 0.0
    low, high = wilson(share, float(n), normal_quantile(level))
    return Rate(successes, n, share, low, high, level, "Wilson", effective_n=float(n))


def wilson(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Wilson's score interval of a share.

    Source: E. B. Wilson 1927, JASA 22:209-212; Brown, Cai, DasGupta 2001, Statistical Science 16:101-133.

    Args:
        share: 0 to 1.
        n: independent observations, need not be whole; 0 gives (0, 1), infinite the share itself.
        quantile: of the normal or t distribution, two-sided.
    """
    if not n > 0 or math.isinf(quantile):
        return 0.0, 1.0
    if math.isinf(n):
        return share, share
    squared = quantile * quantile
    shrink = 1 + squared / n
    centre = (share + squared / (2 * n)) / shrink
    half = quantile / shrink * math.sqrt(share * (1 - share) / n + squared / (4 * n * n))
    # the interval holds its own share whatever the rounding
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def clopper_pearson(share: float, n: float, quantile: float) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share, for an ``n`` that need not be whole.

    Wider than Wilson's, and safer near 0 and 1. Source: Korn and Graubard 1998, Survey Methodology
    24:193-201, who take the effective size for ``n``.

    Args:
        share: 0 to 1.
        n: independent observations, more than 0.
        quantile: of the normal or t distribution, two-sided.
    """
    if not n > 0 or math.isinf(quantile):
        return 0.0, 1.0
    tail, hits = float(ndtr(-quantile)), share * n
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0
    return max(0.0, min(share, low)), min(1.0, max(share, high))


def normal_quantile(level: float) -> float:
    """Two-sided quantile of the normal distribution: 1.96 for 0.95."""
    return float(ndtri((1 + level) / 2))


def t_quantile(level: float, degrees: float) -> float:
    """Two-sided quantile of Student's t; infinite with no degree of freedom."""
    return float(stdtrit(degrees, (1 + level) / 2)) if degrees > 0 else math.inf


def check_level(level: float) -> None:
    """Refuse a level that is none.

    Raises:
        ValueError: ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level {level}: must be between 0 and 1, such as 0.95")
