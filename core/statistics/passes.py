"""pass^k: how often a case succeeds k times in a row, from more tries than k."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.statistics.clustered import Floats, clustered_rate
from core.statistics.rates import Rate


def all_of(passed: ArrayLike, tries: ArrayLike, k: int) -> Floats:
    """Unbiased estimate, one each case, of the chance that ``k`` independent tries all pass.

    ``C(passed, k) / C(tries, k)``: the share of the sets of ``k`` tries in which every one passed. Source:
    Yao, Shinn, Razavi, Narasimhan 2024 (tau-bench), arXiv 2406.12045; as the estimator of pass@k by Chen
    et al. 2021, arXiv 2107.03374.

    Args:
        passed: whole numbers, 0 to ``tries``.
        tries: whole numbers, at least ``k``.
        k: at least 1.

    Raises:
        ValueError: ``k`` is below 1, above the tries of a case, or more passed than were tried.
    """
    hits, of = np.asarray(passed, dtype=np.int64), np.asarray(tries, dtype=np.int64)
    if k < 1 or (of < k).any() or (hits > of).any() or (hits < 0).any():
        raise ValueError(f"k {k}: must be from 1 to the tries of each case, and passed from 0 to them")
    estimate = np.ones(np.broadcast(hits, of).shape)
    for place in range(k):
        estimate = estimate * np.maximum(hits - place, 0) / (of - place)
    return estimate


def pass_power(
    passed: ArrayLike,
    tries: ArrayLike,
    k: int,
    clusters: Sequence[Hashable] | NDArray[np.int64],
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> Rate:
    """pass^k over cases, with an interval over clusters; see :func:`all_of` and ``clustered_rate``.

    Raises:
        ValueError: as those two.
    """
    return clustered_rate(all_of(passed, tries, k), clusters, weights=weights, level=level)
