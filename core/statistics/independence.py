"""How many independent outcomes the observations of the same conversations amount to."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.statistics.clustered import numbered


def independence(
    scores: NDArray[np.float64],
    right: NDArray[np.bool_],
    groups: Sequence[Hashable] | NDArray[np.int64],
) -> float:
    """Independent outcomes each observation is worth, above 0 and at most 1.

    The inverse of the design effect ``1 + (m - 1) * rho`` (Kish 1965), where ``m`` is the size of the
    group that an observation is in, on average, and ``rho`` the intra-class correlation of what the score
    does not explain (one-way analysis of variance), plus one standard error of it (Donner 1986), because
    an estimate from few groups is as often too small as too large.

    Args:
        scores: what was predicted of each, 0 to 1.
        right: whether it came true.
        groups: what belongs together, usually the conversation.
    """
    members = numbered(groups)
    sizes = np.bincount(members)
    n, count = len(right), len(sizes)
    if not n or count == n:
        return 1.0
    mean_size = float((sizes**2).sum() / n)
    if count == 1:
        return 1 / mean_size
    rest = right - scores
    means = np.bincount(members, rest) / sizes
    between = float((sizes * (means - rest.mean()) ** 2).sum()) / (count - 1)
    within = float(((rest - means[members]) ** 2).sum()) / (n - count)
    size = (n - mean_size) / (count - 1)  # as if all groups were of one size
    spread = between + (size - 1) * within
    rho = min(1.0, max(0.0, (between - within) / spread)) if spread > 0 else 1.0
    error = (1 - rho) * (1 + (size - 1) * rho) * np.sqrt(2 / (size * max(size - 1, 1e-9) * count))
    return float(1 / (1 + (mean_size - 1) * min(1.0, rho + error)))
