"""The hand-written pairs of statements, in two halves by a fixed rule: odd numbers tune, even ones measure.

Translations of a pair mostly carry the same number, so that they lie in one half.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.knowledge.comparing import disagreement, read_statement

PAIRS = Path(__file__).with_name("pairs.jsonl")
TUNING, HELD_OUT = "tuning", "held-out"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements and whether they contradict each other. ``kind`` says on what, or why not."""

    id: str
    language: str
    contradict: bool
    kind: str
    left: str
    right: str

    @property
    def half(self) -> str:
        """Which half the pair is in: by the number at the end of its id."""
        return TUNING if int(self.id.rpartition("-")[2]) % 2 else HELD_OUT


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of a measurement. ``found``: right findings; ``wrong``: findings that are none; ``missed``."""

    found: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of findings that are right; 1 without findings."""
        return self.found / max(1, self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of contradictions that were found."""
        return self.found / max(1, self.found + self.missed)


def read_pairs() -> list[Pair]:
    """All pairs, in the order of the file."""
    return [Pair(**json.loads(line)) for line in PAIRS.read_text("utf-8").splitlines()]


def contradicts(pair: Pair) -> bool:
    """What the product says of a pair, in both directions."""
    left, right = read_statement(pair.left, pair.language), read_statement(pair.right, pair.language)
    return disagreement(left, right) is not None or disagreement(right, left) is not None


def score(pairs: Sequence[Pair]) -> Score:
    """Precision and recall on some pairs."""
    said = [(pair.contradict, contradicts(pair)) for pair in pairs]
    return Score(said.count((True, True)), said.count((False, True)), said.count((True, False)))
