"""Whether confidence comes true."""

from __future__ import annotations

import numpy as np

from core.classifiers.measure.outcomes import Outcomes
from core.classifiers.measure.rates import share
from core.classifiers.measure.report import Bin

_BINS = 10


def calibration_bins(found: Outcomes) -> tuple[Bin, ...]:
    """What was said against what came, in ten bins of equal width; those without examples left out.

    Source: Naeini, Cooper, Hauskrecht 2015, AAAI; the bins are those of scikit-learn's
    ``calibration_curve``, with an interval that respects groups.
    """
    judged = np.flatnonzero(~found.failed)
    confidence = found.confidence[judged]
    edges = np.linspace(0, 1, _BINS + 1)
    place = np.searchsorted(edges[1:-1], confidence)
    bins = []
    for at in np.unique(place).tolist():
        rows = judged[place == at]
        bins.append(
            Bin(
                low=float(edges[at]),
                high=float(edges[at + 1]),
                confidence=float(found.confidence[rows].mean()),
                right=share(found.correct[rows], found.groups[rows]),
            )
        )
    return tuple(bins)


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Expected calibration error: the mean distance between said and come true, weighted by examples."""
    total = sum(each.right.n for each in bins)
    if not total:
        return 0.0
    return sum(each.right.n * abs(each.right.estimate - each.confidence) for each in bins) / total
