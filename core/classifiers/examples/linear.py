"""Logistic regression, for one of several answers or for any number of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Of the squared weights, against the sum over examples. Where several answers may be right, each has few
# examples among many others, and with a strong penalty it would never be given.
_PENALTY, _PENALTY_OF_MANY = 1 / 10, 1 / 30
_CONSTANT_PENALTY = 1e-4  # keeps the constant of an answer that all or no examples have finite
_BENDS_OF_MANY = 4  # the curve of a probability of one half
_FLAT = 1e-3  # of a direction's bend; rows of length one have 10
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
    apart: Floats | None = None
    """Penalty of each squared coordinate, where each has one of its own."""


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

    answers = targets.shape[1]
    penalised = (_together if coordinates.apart is None else _apart)(rows, coordinates)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits, penalty, gradient = penalised(flat.reshape(-1, answers).astype(np.float32))
        if many:
            value = float((np.logaddexp(0, logits) - targets * logits).sum(dtype=np.float64))
            chances = sigmoid(logits)
        else:
            logits -= logits.max(axis=1, keepdims=True)
            raised = np.exp(logits)
            total = raised.sum(axis=1, keepdims=True)
            value = float((np.log(total[:, 0]) - (targets * logits).sum(axis=1)).sum(dtype=np.float64))
            chances = raised / total
        return value + penalty, gradient(chances - targets).astype(np.float64).ravel()

    first: NDArray[np.float64] = np.zeros((coordinates.map.shape[1], answers))
    if start is not None:
        known = np.vstack([start.weights, start.constant]).astype(np.float64)
        first = np.asarray(coordinates.inverse @ known, dtype=np.float64)
    found = minimize(
        loss,
        first.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS, "ftol": _TOLERANCE, "gtol": 1e-3},
    )
    weights = coordinates.map @ found.x.reshape(-1, answers).astype(np.float32)
    return Linear(weights[:-1], weights[-1])


_Penalised = Callable[[Floats], tuple[Floats, float, Callable[[Floats], Floats]]]
"""From coordinates to logits, the penalty, and what makes a gradient of what is left to explain."""


def _together(rows: Floats, coordinates: Coordinates) -> _Penalised:
    wide, ridge = _with_constant(rows), coordinates.ridge[:, None]

    def at(point: Floats) -> tuple[Floats, float, Callable[[Floats], Floats]]:
        weights = coordinates.map @ point

        def gradient(left: Floats) -> Floats:
            slope = (left.T @ wide).T  # in this order it runs along the rows
            return np.asarray(coordinates.map.T @ (slope + ridge * weights), dtype=np.float32)

        logits = np.asarray(wide @ weights, dtype=np.float32)
        return logits, float((ridge * weights**2).sum(dtype=np.float64)) / 2, gradient

    return at


def _apart(rows: Floats, coordinates: Coordinates) -> _Penalised:
    design = _with_constant(rows) @ coordinates.map
    ridge = np.asarray(coordinates.apart, dtype=np.float32)[:, None]

    def at(point: Floats) -> tuple[Floats, float, Callable[[Floats], Floats]]:
        def gradient(left: Floats) -> Floats:
            return np.asarray((left.T @ design).T + ridge * point, dtype=np.float32)

        logits = np.asarray(design @ point, dtype=np.float32)
        return logits, float((ridge * point**2).sum(dtype=np.float64)) / 2, gradient

    return at


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
    if wide.shape[0] < wide.shape[1]:
        return _in_their_span(wide, ridge, bends)
    gram = (wide.T @ wide).astype(np.float64) / bends + np.diag(ridge.astype(np.float64))
    factor = cholesky(gram, lower=True, check_finite=False)
    inverse, _ = dtrtri(factor, lower=1)
    return Coordinates(np.asarray(inverse.T, dtype=np.float32), np.asarray(factor.T, dtype=np.float32), ridge)


def _in_their_span(wide: Floats, ridge: Floats, bends: float) -> Coordinates:
    """The same for fewer rows than dimensions: the solution is a sum of rows, so fewer coordinates do."""
    from scipy.linalg import eigh

    root = np.sqrt(ridge.astype(np.float64))
    scaled = wide / root
    lengths, turns = eigh(scaled @ scaled.T, check_finite=False)
    kept = lengths > _FLAT
    lengths = lengths[kept]
    axes = scaled.T @ (turns[:, kept] / np.sqrt(lengths))
    stretch = np.sqrt(lengths / bends + 1)
    return Coordinates(
        map=np.asarray(axes / stretch / root[:, None], dtype=np.float32),
        inverse=np.asarray((axes * stretch).T * root, dtype=np.float32),
        ridge=ridge,
        apart=np.asarray(1 / stretch**2, dtype=np.float32),
    )


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-logits)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), dtype=np.float32)


def softmax(logits: Floats) -> Floats:
    """Rows of probabilities that add up to 1."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _with_constant(rows: Floats) -> Floats:
    return np.hstack([rows, np.ones((len(rows), 1), dtype=np.float32)])
