"""A logistic regression whose weights are never negative: a better signal never lowers the score."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

Numbers = NDArray[np.float64]


def fit_weights(rows: Numbers, right: Numbers, *, penalty: float) -> tuple[Numbers, float]:
    """Weights (``>= 0``) and intercept that minimise the mean log loss plus a ridge.

    Args:
        rows: standardised signals, shape ``(n, signals)``.
        right: 0 or 1, shape ``(n,)``.
        penalty: ridge on the weights, in outcomes: the mean loss gets ``penalty / (2 n) * |w|^2``.
    """
    count, width = rows.shape
    sign = 2 * right - 1

    def loss(given: Numbers) -> tuple[float, Numbers]:
        weights, intercept = given[:-1], given[-1]
        logits = sign * (rows @ weights + intercept)
        pull = -sign * expit(-logits) / count
        gradient = np.append(rows.T @ pull + penalty / count * weights, pull.sum())
        value = float(np.logaddexp(0, -logits).mean() + penalty / (2 * count) * weights @ weights)
        return value, gradient

    share = (right.sum() + 0.5) / (count + 1)
    start = np.append(np.zeros(width), np.log(share / (1 - share)))
    bounds = [(0.0, None)] * width + [(None, None)]
    solved = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return cast(Numbers, solved.x[:-1]), float(solved.x[-1])


def fit_platt(logits: Numbers, right: Numbers) -> tuple[float, float]:
    """Slope and intercept that turn logits into probabilities (Platt 1999, with his smoothed targets)."""
    positive, negative = right.sum(), (1 - right).sum()
    targets = np.where(right > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(given: Numbers) -> tuple[float, Numbers]:
        moved = given[0] * logits + given[1]
        wrong = (expit(moved) - targets) / len(logits)
        value = float((np.logaddexp(0, moved) - targets * moved).mean())
        return value, np.array([wrong @ logits, wrong.sum()])

    solved = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=[(0.05, None), (None, None)])
    return float(solved.x[0]), float(solved.x[1])


def fit_isotonic(logits: Numbers, right: Numbers) -> tuple[list[float], list[float]]:
    """Corners of the increasing function of the logits that fits best; straight in between.

    Each level is pulled towards the middle as if two more outcomes, one right and one wrong, were
    in it, so that no level is 0 or 1 for want of data.
    """
    order = np.argsort(logits, kind="stable")
    solved = isotonic_regression(right[order])
    at, level = [], []
    for first, last in zip(solved.blocks[:-1], solved.blocks[1:], strict=True):
        inside = order[first:last]
        at.append(float(logits[inside].mean()))
        level.append(float((right[inside].sum() + 1) / (len(inside) + 2)))
    return at, list(np.maximum.accumulate(level))
