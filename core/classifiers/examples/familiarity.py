"""How much a text looks like the examples of the answer it would get.

Two signals are added up, each measured by how much it varies between examples that were held out: the
largest logit, and the product with the nearest example of that very answer. Tried on answers held out of
BANKING77, HWU64 and CLINC150, they told unknown near texts from known ones better than the largest
probability, the energy, the nearest example of any answer, and (relative) Mahalanobis distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.classifiers.examples.linear import Floats

_MOST_KEPT = 4_096  # examples over all answers: at most 5 MB of a stored version
_FEWEST, _MOST = 8, 128  # of one answer
_LEAST_SPREAD = 1e-6
_STEPS = 1_000  # of the scale from least to most familiar


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Examples by answer: those of answer ``a`` are ``rows[starts[a]:starts[a + 1]]``.

    The last part holds those of none of the answers, where that is something to recognise.
    """

    rows: Floats
    """Exact in float16, in which they are stored."""
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Floats, members: NDArray[np.bool_]) -> Neighbours:
        """Take examples as they come, as many of each answer as there is room for.

        Args:
            members: shape ``(examples, parts)``.
        """
        room = int(np.clip(_MOST_KEPT // members.shape[1], _FEWEST, _MOST))
        parts = [np.flatnonzero(members[:, part])[:room] for part in range(members.shape[1])]
        starts = np.cumsum([0, *(len(part) for part in parts)])
        return cls(rows[np.concatenate(parts)].astype(np.float16).astype(np.float32), starts.astype(np.int64))

    def nearest(self, rows: Floats, part: NDArray[np.int64]) -> Floats:
        """The largest product of each row with an example of its part; 0 where that part is empty."""
        found = np.zeros(len(rows), dtype=np.float32)
        order = np.argsort(part, kind="stable")
        edges = np.flatnonzero(np.diff(part[order], prepend=-1, append=-1))
        for begin, end in pairwise(edges.tolist()):
            places = order[begin:end]
            number = int(part[places[0]])
            own = self.rows[self.starts[number] : self.starts[number + 1]]
            if len(own):
                found[places] = (rows[places] @ own.T).max(axis=1)
        return found


@dataclass(frozen=True, slots=True)
class Scale:
    """From signals to the share of the model's own examples that looked less familiar when held out."""

    spreads: Floats
    known: Floats
    """Ascending sums of the signals of held-out examples."""

    @classmethod
    def of(cls, signals: Floats) -> Scale:
        """Of signals of held-out examples, shape ``(examples, signals)``."""
        spreads = np.maximum(signals.std(axis=0), _LEAST_SPREAD).astype(np.float32)
        sums = np.sort((signals / spreads).sum(axis=1))
        if len(sums) > _STEPS:
            sums = np.quantile(sums, np.linspace(0, 1, _STEPS))
        return cls(spreads, sums.astype(np.float32))

    def share(self, signals: Floats) -> Floats:
        """Familiarity, 0 to 1."""
        sums = (signals / self.spreads).sum(axis=1)
        return np.asarray(np.searchsorted(self.known, sums) / len(self.known), dtype=np.float32)
