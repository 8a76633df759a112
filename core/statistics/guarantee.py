"""From which score on answers are right as often as wanted, with a guarantee for finite data.

Learn then Test (Angelopoulos, Bates, Candes, Jordan, Lei 2021, arXiv 2110.01052), as MAPIE's
``BinaryClassificationController`` does it: for each threshold the hypothesis "answers from here
on are right less often than wanted" is tested by an exact binomial test, in sequences that are fixed
before an outcome is looked at. A sequence stops at the first hypothesis that stands. The chance that
any rejected hypothesis was true, so that the threshold given does not hold, is at most delta.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import bdtrc, betaincinv

STARTS = (0.2, 0.5)
"""Coverages at which a sequence begins. Delta is shared out among them evenly.

One sequence from the strictest threshold down would die of its first handful of answers; one from the
middle could never give a strict threshold. The starts look at how many answers lie above a threshold,
never at which of them were right.
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers with at least this score: how many, how many of them right.

    ``weight`` is how many independent answers each is worth, below 1 when conversations have several.
    """

    threshold: float
    n: int
    right: int
    weight: float = 1.0


def lower_bound(right: float, n: float, *, confidence: float) -> float:
    """One-sided Clopper-Pearson bound: the share is at least this, with ``confidence``."""
    return float(betaincinv(right, n - right + 1, 1 - confidence)) if right > 0 else 0.0


def p_value(tally: Tally, *, precision: float) -> float:
    """Chance of at least so many right ones if answers were right exactly as often as wanted.

    With several answers a conversation the counts are scaled down to independent ones, right ones
    rounded down.
    """
    n = int(tally.n * tally.weight)
    right = int(tally.right * tally.weight)
    return 1.0 if right <= 0 else float(bdtrc(right - 1, n, precision))


def lowest_threshold(tallies: Sequence[Tally], *, precision: float, delta: float) -> Tally | None:
    """The lowest threshold from which answers are right with at least ``precision``; None if none is shown.

    Args:
        tallies: by falling threshold, so that ``n`` never falls; thresholds fixed beforehand.
        delta: the chance of being wrong about that which is accepted.
    """
    if not tallies:
        return None
    lowest: int | None = None
    for start in _starts(tallies):
        for at in range(start, len(tallies)):
            if p_value(tallies[at], precision=precision) > delta / len(STARTS):
                break
            lowest = at if lowest is None else max(lowest, at)
    return None if lowest is None else tallies[lowest]


def enough_for(tallies: Sequence[Tally], *, precision: float, delta: float, most: int) -> int | None:
    """About how many answers in all would show a threshold, were they right as often as these.

    Args:
        most: times as many as there are; None is given where even those would not do.
    """
    if not tallies:
        return None
    times = 1.0
    while times <= most:
        for start in _starts(tallies):
            each = tallies[start]
            grown = Tally(each.threshold, round(each.n * times), round(each.right * times), each.weight)
            if p_value(grown, precision=precision) <= delta / len(STARTS):
                return math.ceil(tallies[-1].n * times)
        times *= 1.1
    return None


def _starts(tallies: Sequence[Tally]) -> set[int]:
    """Places of the tallies at which sequences begin."""
    total = tallies[-1].n
    return {next((at for at, tally in enumerate(tallies) if tally.n >= share * total), 0) for share in STARTS}
