"""A rate of a whole that was sampled stratum by stratum."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.statistics.rates import Rate, check_level, normal_quantile, wilson

Stratum = tuple[int, float, int]
"""(size, successes, n): subjects of the frame in the stratum, and what was found among those judged."""


def stratified_rate(strata: Sequence[Stratum], *, level: float = 0.95) -> Rate:
    """The share in the whole frame, from a simple random sample of each stratum.

    The variance of each stratum is taken at (successes + 1) / (n + 2), so that one with no or only
    successes is not taken for certain, and with the finite population correction; Wilson's interval is
    laid on the effective size that follows. With one large stratum this is Wilson's interval itself.
    A stratum in which nothing was judged may hold anything: the interval is widened by its whole weight.

    Source: Cochran 1977, Sampling Techniques, 3rd ed., 5.3; smoothing as Agresti and Coull 1998, The
    American Statistician 52:119-126.

    Args:
        strata: see :data:`Stratum`; ``n`` at most ``size``.
        level: between 0 and 1.

    Raises:
        ValueError: a count or the level is out of range.
    """
    check_level(level)
    for size, successes, n in strata:
        if not 0 <= successes <= n <= size:
            raise ValueError(f"stratum of {size} with {successes} of {n}: the counts do not fit")
    judged = [stratum for stratum in strata if stratum[2]]
    everything = sum(size for size, _, _ in strata)
    known = sum(size for size, _, _ in judged)
    method = "Stratified, Wilson on the effective size"
    if not judged:
        return Rate(0, 0, 0.0, 0.0, 1.0, level, method, effective_n=0.0)
    share = sum(size / known * successes / n for size, successes, n in judged)
    effective = _effective_size(judged, known)
    low, high = wilson(min(share, 1.0), effective, normal_quantile(level))
    covered = known / everything
    unseen = sum(1 for size, _, n in strata if size and not n)
    return Rate(
        successes=sum(successes for _, successes, _ in judged),
        n=sum(n for _, _, n in judged),
        estimate=min(share, 1.0),
        low=low * covered,
        high=min(1.0, high * covered + (1 - covered)),
        level=level,
        method=method,
        effective_n=effective,
        note=f"Nothing was judged in {unseen} of {len(strata)} strata, where anything may be true."
        if unseen
        else "",
    )


def _effective_size(judged: Sequence[Stratum], known: int) -> float:
    centre = variance = 0.0
    for size, successes, n in judged:
        weight, smoothed = size / known, (successes + 1) / (n + 2)
        centre += weight * smoothed
        variance += weight**2 * smoothed * (1 - smoothed) / n * (1 - n / size)
    return centre * (1 - centre) / variance if variance > 0 else math.inf
