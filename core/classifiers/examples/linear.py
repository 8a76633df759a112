"""Logistic regression, for one of several answers or for any number of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Of the squared weights, against the sum over examples. Where several answers may be right, each has few
# examples among many others, and with a strong penalty it would never be given.
_PENALTY, _PENALTY_OF_MANY = 1 / 10, 1 / 30
_CONSTANT_PENALTY = 1e-4  # keeps the constant of an answer that all or no examples have finite
_BENDS_OF_MANY = 4  # the curve of a probability of one half
_STEPS = 80
_TOLERANCE = 2e-4  # of the loss between two steps; below it answers hardly change any more


@dataclass(frozen=True, slots=True)
class Linear:
    """Logits are ``rows @ weights + constant``."""

    weights: Floats
    """Shape ``(dimensions, answers)``."""
    constant: Floats

    def logits(self, rows: Floats) -> Floats:
        return np.asarray(rows @ self.weights + self.constant, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Weights are ``map @ coordinates``, and coordinates ``inverse @ weights``."""

    map: Floats
    inverse: Floats
    ridge: Floats
    """Penalty of each squared weight; the last is the constant's."""


def fit_linear(
    rows: Floats, targets: Floats, *, many: bool, coordinates: Coordinates, start: Linear | None = None
) -> Linear:
    """Minimise the summed log loss plus a ridge, by L-BFGS in coordinates where all directions bend alike.

    Args:
        rows: shape ``(examples, dimensions)``.
        targets: 0 or 1, shape ``(examples, answers)``; one 1 a row unless ``many``.
        many: answers are independent of each other.
        coordinates: of these rows, or of a larger set they belong to.
        start: a solution of nearly the same examples, from which there are fewer steps to take.
    """
    from scipy.optimize import minimize

    dimensions, answers = rows.shape[1], targets.shape[1]
    wide = _with_constant(rows)
    ridge = coordinates.ridge[:, None]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = coordinates.map @ flat.reshape(dimensions + 1, answers).astype(np.float32)
        logits = wide @ weights
        if many:
            value = float((np.logaddexp(0, logits) - targets * logits).sum(dtype=np.float64))
            chances = sigmoid(logits)
        else:
            logits -= logits.max(axis=1, keepdims=True)
            raised = np.exp(logits)
            total = raised.sum(axis=1, keepdims=True)
            value = float((np.log(total[:, 0]) - (targets * logits).sum(axis=1)).sum(dtype=np.float64))
            chances = raised / total
        slope = ((chances - targets).T @ wide).T  # in this order it runs along the rows
        gradient = coordinates.map.T @ (slope + ridge * weights)
        value += float((ridge * weights**2).sum(dtype=np.float64)) / 2
        return value, gradient.astype(np.float64).ravel()

    first = np.zeros((dimensions + 1, answers))
    if start is not None:
        first = coordinates.inverse @ np.vstack([start.weights, start.constant]).astype(np.float64)
    found = minimize(
        loss,
        first.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS, "ftol": _TOLERANCE, "gtol": 1e-3},
    )
    weights = coordinates.map @ found.x.reshape(dimensions + 1, answers).astype(np.float32)
    return Linear(weights[:-1], weights[-1])


def coordinates_of(rows: Floats, answers: int, *, many: bool) -> Coordinates:
    """Coordinates for :func:`fit_linear`: an inverse root of a guess of the Hessian.

    Böhning (1992) bounds the Hessian of multinomial logistic regression by a multiple of ``rows' rows``;
    a multiple of one in ``answers`` of it is closer to where the solution lies.
    """
    from scipy.linalg import cholesky
    from scipy.linalg.lapack import dtrtri

    ridge = np.full(rows.shape[1] + 1, _PENALTY_OF_MANY if many else _PENALTY, dtype=np.float32)
    ridge[-1] = _CONSTANT_PENALTY
    bends = _BENDS_OF_MANY if many else answers
    wide = _with_constant(rows)
    gram = (wide.T @ wide).astype(np.float64) / bends + np.diag(ridge.astype(np.float64))
    factor = cholesky(gram, lower=True, check_finite=False)
    inverse, _ = dtrtri(factor, lower=1)
    return Coordinates(np.asarray(inverse.T, dtype=np.float32), np.asarray(factor.T, dtype=np.float32), ridge)


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-logits)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), dtype=np.float32)


def softmax(logits: Floats) -> Floats:
    """Rows of probabilities that add up to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _with_constant(rows: Floats) -> Floats:
    return np.hstack([rows, np.ones((len(rows), 1), dtype=np.float32)])
