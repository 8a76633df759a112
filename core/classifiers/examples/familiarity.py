"""How much a text looks like the examples of the answer it would get.

Four signals are added up, each measured by how much it varies between examples that were held out: the
largest logit, its lead over the second, the product with the nearest example of that very answer, and the
product with the middle of those examples. The last three are taken relative to what is typical of the
answer's own examples, for some answers are said in one way and others in many. How much each counts is
learned from answers that are held out (:mod:`~core.classifiers.examples.unfamiliar`).

Tried with a random quarter of the answers held out of HWU64, CLINC150 and BANKING77, 10 and all examples
an answer, three draws; the mean share of their texts that is noticed while 95 % of the others are kept:

====================================================================  =====
largest logit                                                          .487
nearest example                                                        .369
middle of the examples                                                 .325
mean of the 20 nearest                                                 .280
lead over the second                                                   .314
logit + nearest                                                        .474
logit + middle                                                         .433
logit + nearest, the second relative to its answer                     .508
the four signals, equal weights                                        .505
the four signals, weights of at least 0 learned                        .523
the same, the weights that notice most at 95 % (a grid) learned        .519
====================================================================  =====

The energy, (relative) Mahalanobis distances, the nearest five, and deviations in place of differences from
what is typical were no better. The figures are of a trial without the names of answers; as it stands here,
with them, the sum of logit and nearest reaches .465 and the learned one .515.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.classifiers.examples.linear import Floats

LEARNED = 4
"""Signals whose weights are learned: the first ones of those there are."""

_MOST_KEPT = 4_096  # examples over all answers: at most 5 MB of a stored version
_FEWEST, _MOST = 8, 128  # of one answer
_LEAST_SPREAD = 1e-6
_SHORTEST = 1e-6
_STEADY = 5  # examples that what is typical of all answers is worth
_STEPS = 1_000  # of the scale from least to most familiar


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Examples by answer: those of answer ``a`` are ``rows[starts[a]:starts[a + 1]]``.

    The last part holds those of none of the answers, where that is something to recognise.
    """

    rows: Floats
    """Exact in float16, in which they are stored."""
    starts: NDArray[np.int64]
    middles: Floats
    """Means of the parts, of length one, shape ``(parts, dimensions)``; zeros where a part is empty."""

    @classmethod
    def of(cls, rows: Floats, members: NDArray[np.bool_]) -> Neighbours:
        """Take examples as they come, as many of each answer as there is room for.

        Args:
            members: shape ``(examples, parts)``.
        """
        room = int(np.clip(_MOST_KEPT // members.shape[1], _FEWEST, _MOST))
        parts = [np.flatnonzero(members[:, part])[:room] for part in range(members.shape[1])]
        starts = np.cumsum([0, *(len(part) for part in parts)])
        return cls.kept(rows[np.concatenate(parts)].astype(np.float16), starts.astype(np.int64))

    @classmethod
    def kept(cls, rows: NDArray[np.float16], starts: NDArray[np.int64]) -> Neighbours:
        """Of rows as they are stored."""
        exact = rows.astype(np.float32)
        sums = np.stack([exact[begin:end].sum(axis=0) for begin, end in pairwise(starts.tolist())])
        lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _SHORTEST)
        return cls(exact, starts, np.asarray(sums / lengths, dtype=np.float32))

    def near(self, rows: Floats, part: NDArray[np.int64]) -> Floats:
        """The largest product of each row with an example of its part, and that with the part's middle.

        Returns:
            Shape ``(rows, 2)``; zeros where the part is empty.
        """
        found = np.zeros((len(rows), 2), dtype=np.float32)
        order = np.argsort(part, kind="stable")
        edges = np.flatnonzero(np.diff(part[order], prepend=-1, append=-1))
        for begin, end in pairwise(edges.tolist()):
            places = order[begin:end]
            number = int(part[places[0]])
            own = self.rows[self.starts[number] : self.starts[number + 1]]
            if len(own):
                asked = rows[places]
                found[places, 0] = (asked @ own.T).max(axis=1)
                found[places, 1] = asked @ self.middles[number]
        return found

    def typical(self, leads: Floats) -> Floats:
        """What is typical of each part: the mean lead and what :meth:`near` finds, each left out in turn.

        Five more examples, typical of all parts together, steady parts that have few.

        Args:
            leads: of ``rows``.

        Returns:
            Shape ``(parts, 3)``.
        """
        parts = len(self.starts) - 1
        sums, counts = np.zeros((parts, 3)), np.zeros((parts, 1))
        for part, (begin, end) in enumerate(pairwise(self.starts.tolist())):
            if end - begin > 1:
                near = _left_out(self.rows[begin:end])
                sums[part] = leads[begin:end].sum(dtype=np.float64), *near.sum(axis=0, dtype=np.float64)
                counts[part] = end - begin
        overall = sums.sum(axis=0) / max(float(counts.sum()), 1.0)
        return np.asarray((sums + _STEADY * overall) / (counts + _STEADY), dtype=np.float32)


def _left_out(rows: Floats) -> Floats:
    """The products of each of two or more rows with the nearest, and with the middle, of the others."""
    products = rows @ rows.T
    squares, with_all = products.diagonal().copy(), products.sum(axis=1)
    length = np.sqrt(np.maximum(with_all.sum() - 2 * with_all + squares, _SHORTEST**2))
    np.fill_diagonal(products, -np.inf)
    return np.stack([products.max(axis=1), (with_all - squares) / length], axis=1)


def usual_weights(signals: int) -> Floats:
    """How much each signal counts where that cannot be learned: the logit and the nearest example alike.

    So does what tells of none of the answers, where it is there; of several answers there is one signal.
    """
    return np.array([1, 0, 1, 0, 1], dtype=np.float32)[:signals]


@dataclass(frozen=True, slots=True)
class Scale:
    """From signals to the share of the model's own examples that looked less familiar when held out."""

    factors: Floats
    """What each signal is multiplied by before they are added up."""
    known: Floats
    """Ascending sums of the signals of held-out examples."""

    @classmethod
    def of(cls, signals: Floats, weights: Floats) -> Scale:
        """Of signals of held-out examples, shape ``(examples, signals)``, and how much each counts."""
        factors = (weights / np.maximum(signals.std(axis=0), _LEAST_SPREAD)).astype(np.float32)
        sums = np.sort((signals * factors).sum(axis=1))
        if len(sums) > _STEPS:
            sums = np.quantile(sums, np.linspace(0, 1, _STEPS))
        return cls(factors, sums.astype(np.float32))

    def share(self, signals: Floats) -> Floats:
        """Familiarity, 0 to 1.

        It goes on to fall below the least familiar example, and evenly between two, so that few examples
        do not make texts look the same that are not.
        """
        sums = np.asarray((signals * self.factors).sum(axis=1), dtype=np.float32)
        count = len(self.known)
        share = np.interp(sums, self.known, (np.arange(count) + 0.5) / count)
        below = np.minimum(sums - self.known[0], 0) / max(float(self.known.std()), _LEAST_SPREAD)
        return np.asarray(share * np.exp(below), dtype=np.float32)
