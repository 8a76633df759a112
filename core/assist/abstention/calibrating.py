"""From signals to the probability that a draft is right, with figures that are out of sample.

A regularised logistic regression with weights that cannot be negative, then a calibration of its
logits by what the data allow: nothing, Platt's line, or an isotonic curve. Everything fits into
JSON. The reported scores are cross-fitted: each example is scored by a calibrator that has seen
nothing of its conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from core.assist.abstention.examples import Example, shortage
from core.assist.abstention.logistic import Numbers, fit_isotonic, fit_platt, fit_weights
from core.assist.abstention.signals import NAMES
from core.errors import InvalidInput

FOLDS = 5
PENALTY = 2.0
"""Ridge on standardised signals, in outcomes: gone when there are thousands, firm when there are 60."""
ENOUGH_FOR_PLATT = 200
ENOUGH_FOR_ISOTONIC = 2000
_SMALLEST_SPREAD = 0.02  # a signal that hardly varies tells nothing, and must not be blown up
_BOUND = 1e-6  # nothing is certain: probabilities stay inside, with room for an order

Progress = Callable[[float, str], None]
"""Called with the share that is done (0..1) and what is being done."""


@dataclass(frozen=True, slots=True)
class Calibrator:
    """Everything that turns signals into a probability, as plain numbers.

    Attributes:
        centre, spread: mean and standard deviation of each signal; an absent one counts as its mean.
        good: mean of each signal among the drafts that were right.
        weights: for the standardised signals, never negative.
        platt: slope and intercept, or empty.
        at, level: corners of the isotonic curve over the logits, or empty.
    """

    centre: dict[str, float]
    spread: dict[str, float]
    good: dict[str, float]
    weights: dict[str, float]
    intercept: float
    platt: tuple[float, ...] = ()
    at: tuple[float, ...] = ()
    level: tuple[float, ...] = ()

    def probability(self, signals: Mapping[str, float]) -> float:
        """The calibrated probability that a draft with these signals is right."""
        value = self.intercept + sum(
            weight * (signals.get(name, self.centre[name]) - self.centre[name]) / self.spread[name]
            for name, weight in self.weights.items()
        )
        if self.platt:
            value = self.platt[0] * value + self.platt[1]
        found = float(np.interp(value, self.at, self.level)) if self.at else float(expit(value))
        return min(1 - _BOUND, max(_BOUND, found))

    def shortfall(self, signals: Mapping[str, float]) -> dict[str, float]:
        """How much each signal pulls the score below that of a usual right draft, in logits, worst first."""
        pulls = {
            name: weight * (self.good[name] - signals.get(name, self.centre[name])) / self.spread[name]
            for name, weight in self.weights.items()
        }
        return dict(sorted(pulls.items(), key=lambda item: -item[1]))

    def as_json(self) -> dict[str, Any]:
        """What the ``calibration`` table keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Calibrator:
        """The inverse of :meth:`as_json`."""
        return cls(
            stored["centre"],
            stored["spread"],
            stored["good"],
            stored["weights"],
            stored["intercept"],
            *(tuple(stored.get(name, ())) for name in ("platt", "at", "level")),
        )


@dataclass(frozen=True, slots=True)
class Fitted:
    """A calibrator for use, and the cross-fitted score of each example it was made from."""

    calibrator: Calibrator
    scores: tuple[float, ...]


def fit(examples: Sequence[Example], *, progress: Progress | None = None) -> Fitted:
    """Fit on all examples; the scores come from fits that had not seen their conversations.

    Raises:
        InvalidInput: there are too few examples; the message says how many more are needed.
    """
    if missing := shortage(examples):
        raise InvalidInput(str(missing))
    names = [name for name in NAMES if any(name in each.signals for each in examples)]
    rows, right = _matrix(examples, names), np.array([float(each.right) for each in examples])
    folds = _folds(examples)
    scores = np.zeros(len(examples))
    for fold in range(FOLDS):
        if progress is not None:
            progress(fold / (FOLDS + 1), f"checking, part {fold + 1} of {FOLDS}")
        held = folds == fold
        if held.any():
            made = _fit(rows[~held], right[~held], folds[~held], names)
            scores[held] = [made.probability(examples[at].signals) for at in np.flatnonzero(held).tolist()]
    if progress is not None:
        progress(FOLDS / (FOLDS + 1), "fitting on everything")
    return Fitted(_fit(rows, right, folds, names), tuple(scores.tolist()))


def cross_fitted(examples: Sequence[Example]) -> tuple[float, ...]:
    """The score of each example by a calibrator that has seen nothing of its conversation.

    Raises:
        InvalidInput: there are too few examples; the message says how many more are needed.
    """
    return fit(examples).scores


def _matrix(examples: Sequence[Example], names: Sequence[str]) -> Numbers:
    return np.array([[each.signals.get(name, np.nan) for name in names] for each in examples])


def _folds(examples: Sequence[Example]) -> Numbers:
    """A fold for each example: conversations stay whole, right and wrong ones are spread evenly."""
    groups: dict[str, list[int]] = {}
    for at, each in enumerate(examples):
        groups.setdefault(each.group, []).append(at)
    shuffled = np.random.default_rng(0).permutation(len(groups))
    keys = list(groups)
    order = sorted(
        (keys[at] for at in shuffled), key=lambda key: sum(not examples[at].right for at in groups[key])
    )
    folds = np.zeros(len(examples))
    for place, key in enumerate(order):
        folds[groups[key]] = place % FOLDS
    return folds


def _fit(rows: Numbers, right: Numbers, folds: Numbers, names: Sequence[str]) -> Calibrator:
    linear = _fit_linear(rows, right, names)
    if len(rows) < ENOUGH_FOR_PLATT:
        return linear
    logits = np.zeros(len(rows))  # of fits that have not seen the row: in-sample ones look too sure
    for fold in np.unique(folds):
        held = folds == fold
        part = _fit_linear(rows[~held], right[~held], names)
        logits[held] = [_logit(part, row, names) for row in rows[held]]
    if len(rows) < ENOUGH_FOR_ISOTONIC:
        return _with(linear, platt=fit_platt(logits, right))
    at, level = fit_isotonic(logits, right)
    return _with(linear, at=tuple(at), level=tuple(level))


def _fit_linear(rows: Numbers, right: Numbers, names: Sequence[str]) -> Calibrator:
    known = ~np.isnan(rows)
    counts = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, rows, 0).sum(axis=0) / counts
    filled = np.where(known, rows, centre)
    spread = np.maximum(filled.std(axis=0), _SMALLEST_SPREAD)
    weights, intercept = fit_weights((filled - centre) / spread, right, penalty=PENALTY)
    good = filled[right > 0].mean(axis=0)

    def named(values: Numbers) -> dict[str, float]:
        return {name: round(float(value), 6) for name, value in zip(names, values, strict=True)}

    return Calibrator(named(centre), named(spread), named(good), named(weights), round(intercept, 6))


def _logit(calibrator: Calibrator, row: Numbers, names: Sequence[str]) -> float:
    given = {name: float(value) for name, value in zip(names, row, strict=True) if not np.isnan(value)}
    return float(logit(calibrator.probability(given)))


def _with(linear: Calibrator, **stage: tuple[float, ...]) -> Calibrator:
    return Calibrator(linear.centre, linear.spread, linear.good, linear.weights, linear.intercept, **stage)
