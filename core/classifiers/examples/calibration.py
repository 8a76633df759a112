"""How sure to be: one temperature, from examples that were held out."""

from __future__ import annotations

import numpy as np

from core.classifiers.examples.linear import Floats

_LOWEST, _HIGHEST = 0.05, 20.0


def temperature_of(logits: Floats, wanted: Floats, *, many: bool) -> float:
    """The temperature that makes held-out answers likeliest (Guo et al. 2017, arXiv 1706.04599).

    Args:
        logits: of held-out examples, shape ``(examples, answers)``.
        wanted: 0 or 1, of the same shape; without ``many`` one 1 a row.
    """
    from scipy.optimize import minimize_scalar

    exact, target = logits.astype(np.float64), wanted.astype(np.float64)

    def loss(logarithm: float) -> float:
        scaled = exact / np.exp(logarithm)
        if many:
            return float((np.logaddexp(0, scaled) - target * scaled).mean())
        highest = scaled.max(axis=1)
        total = highest + np.log(np.exp(scaled - highest[:, None]).sum(axis=1))
        return float((total - (target * scaled).sum(axis=1)).mean())

    found = minimize_scalar(loss, bounds=(np.log(_LOWEST), np.log(_HIGHEST)), method="bounded")
    return float(np.exp(found.x))
