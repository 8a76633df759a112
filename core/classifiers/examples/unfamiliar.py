"""How much each signal of familiarity counts: learned from answers that are held out.

To a model that never saw an answer, the texts of that answer are what no answer is right for. So the
training data itself shows which signals tell such texts from known ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.classifiers.examples.linear import Floats

_LEAST_SPREAD = 1e-6
_FARTHEST = 10.0  # in spreads: a text farther off is no more telling
_PRIOR = 5.0  # held-out known examples that equal weights are worth


def weights_of(rounds: Sequence[tuple[Floats, Floats]], usual: Floats) -> Floats:
    """Weights of at least 0: those of a logistic regression of known against unknown texts.

    It is drawn towards equal weights, the more so the fewer texts there are.

    Args:
        rounds: signals of known and of unknown texts by models that were shown neither, each of shape
            ``(texts, signals)``. They are measured by the known ones of their own round, so that the
            size of logits, which differs from model to model, makes no difference.
        usual: the weights without any round.

    Returns:
        Shape ``(signals,)``, with the sum of ``usual``.
    """
    if not rounds:
        return usual
    known, unknown = (np.vstack(side) for side in zip(*(_measured(*each) for each in rounds), strict=True))
    weights = _regression(known, unknown)
    total = float(weights.sum())
    # All at 0: none of the signals tells anything, in the direction it has.
    return np.asarray(weights * usual.sum() / total, np.float32) if total > _LEAST_SPREAD else usual


def _measured(known: Floats, unknown: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    middle = known.mean(axis=0, dtype=np.float64)
    spread = np.maximum(known.std(axis=0, dtype=np.float64), _LEAST_SPREAD)
    first, second = (np.clip((side - middle) / spread, -_FARTHEST, _FARTHEST) for side in (known, unknown))
    return first, second


def _regression(known: NDArray[np.float64], unknown: NDArray[np.float64]) -> NDArray[np.float64]:
    """Known and unknown texts count the same in total, however many there are of each."""
    from scipy.optimize import minimize
    from scipy.special import expit

    signs = np.repeat([1.0, -1.0], [len(known), len(unknown)])
    rows = np.vstack([known, unknown]) * signs[:, None]
    share = np.repeat([1 / len(known), 1 / len(unknown)], [len(known), len(unknown)])
    ridge = _PRIOR / len(known)
    count = known.shape[1]

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, constant = point[:-1], point[-1]
        sure = rows @ weights + signs * constant
        slope = -share * expit(-sure)
        apart = weights - weights.mean()
        value = share @ np.logaddexp(0, -sure) + ridge * (apart @ apart)
        return float(value), np.append(slope @ rows + 2 * ridge * apart, slope @ signs)

    found = minimize(
        loss,
        np.append(np.ones(count), 0.0),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, None)] * count + [(None, None)],
    )
    return np.asarray(found.x[:-1], dtype=np.float64)
