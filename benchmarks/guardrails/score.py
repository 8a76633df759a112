"""Precision and recall, with the interval that so few cases allow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_Z = 1.959964  # of 95 %


@dataclass(frozen=True)
class Share:
    """``hits`` of ``n``, and Wilson's 95 % interval of the share (Wilson 1927, JASA 22, p. 209)."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """The share; 1.0 of nothing."""
        return self.hits / self.n if self.n else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound; (0, 1) of nothing."""
        if not self.n:
            return 0.0, 1.0
        centre = (self.value + _Z**2 / (2 * self.n)) / (1 + _Z**2 / self.n)
        spread = self.value * (1 - self.value) / self.n + _Z**2 / (4 * self.n**2)
        half = _Z * math.sqrt(spread) / (1 + _Z**2 / self.n)
        return max(0.0, centre - half), min(1.0, centre + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.2f} [{low:.2f}, {high:.2f}]"


@dataclass(frozen=True)
class Score:
    """How a guardrail did on ``n`` cases."""

    n: int
    precision: Share
    recall: Share


def score(results: Sequence[tuple[bool, bool]]) -> Score:
    """The score of pairs (is innocent, guardrail spoke)."""
    right = sum(spoke and not innocent for innocent, spoke in results)
    spoken = sum(spoke for _, spoke in results)
    guilty = sum(not innocent for innocent, _ in results)
    return Score(len(results), Share(right, spoken), Share(right, guilty))
