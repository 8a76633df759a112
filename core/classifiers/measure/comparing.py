"""Two classifiers on the same examples: which is better, by how much, and where they differ."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.statistics import PairedDifference, exact_mcnemar, paired_difference, pairs_needed

Verdict = Literal["better", "worse", "too few to tell"]
_SMALLEST = 0.02  # a difference worth finding, where there is none to see yet


@dataclass(frozen=True, slots=True)
class Flip:
    """An example about which the two differ. None: no answer, because it abstained or failed."""

    example_id: int
    wanted: str
    before: str | None
    after: str | None
    was_right: bool
    is_right: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second against the first.

    Attributes:
        n: examples both answered about.
        better: the second is right and the first is not.
        worse: the other way round.
        difference: in the share that is right, -1 to 1; above 0 the second is better.
        low: lower end of its 95 % interval, which respects groups.
        high: upper end.
        p_value: exact, two-sided, of McNemar's test, which takes examples for independent.
        verdict: of the second.
        more: examples that would be enough to tell, about; 0 when there are enough.
        words: the verdict in a sentence.
        flips: every example whose answer changed, those that became wrong first.
    """

    n: int
    better: int
    worse: int
    difference: float
    low: float
    high: float
    p_value: float
    verdict: Verdict
    more: int
    words: str
    flips: tuple[Flip, ...]


def compare(
    first: Sequence[str | None],
    second: Sequence[str | None],
    wanted: Sequence[str],
    groups: Sequence[Hashable] | NDArray[np.int64],
    example_ids: Sequence[int] | NDArray[np.int64],
) -> Comparison:
    """Compare two classifiers' answers about the same examples, neither of which either had learned from.

    The interval is that of :func:`core.statistics.paired_difference`, over groups.

    Args:
        first: answers as judgements store them (``answers_given``); None is never right.
        second: the same.
        wanted: the same.
        groups: of each example.
        example_ids: of each example.

    Raises:
        ValueError: lengths differ.
    """
    if len({len(first), len(second), len(wanted), len(groups), len(example_ids)}) > 1:
        raise ValueError("answers, groups and ids: must be as many")
    was = np.array([one == each for one, each in zip(first, wanted, strict=True)], dtype=bool)
    now = np.array([one == each for one, each in zip(second, wanted, strict=True)], dtype=bool)
    found = paired_difference(was, now, groups)
    p_value = exact_mcnemar(found.up, found.down)
    told = found.direction if p_value < 1 - found.level else "unclear"
    verdict: Verdict = "too few to tell" if told == "unclear" else told
    more = 0
    if verdict == "too few to tell":
        wished = max(abs(found.difference), _SMALLEST)
        more = max(1, pairs_needed(wished, found.spread) - found.n) if found.n else 30
    flips = [
        Flip(int(each), wish, one, other, bool(before), bool(after))
        for each, wish, one, other, before, after in zip(
            example_ids, wanted, first, second, was, now, strict=True
        )
        if one != other
    ]
    flips.sort(key=lambda flip: (flip.is_right - flip.was_right, flip.example_id))
    return Comparison(
        n=found.n,
        better=found.up,
        worse=found.down,
        difference=found.difference,
        low=found.low,
        high=found.high,
        p_value=p_value,
        verdict=verdict,
        more=more,
        words=_words(verdict, found, more),
        flips=tuple(flips),
    )


def _words(verdict: Verdict, found: PairedDifference, more: int) -> str:
    if not found.n:
        return "There is no example to compare on."
    points = f"{100 * abs(found.difference):.1f} points"
    if verdict != "too few to tell":
        low, high = sorted((100 * abs(found.low), 100 * abs(found.high)))
        return f"{verdict.capitalize()}, by {points} ({low:.1f} to {high:.1f})."
    if abs(found.difference) < _SMALLEST:
        return (
            f"Too few to tell. They differ by {points}; about {more:,} more examples would show a difference "
            f"of {100 * _SMALLEST:.0f} points."
        )
    return (
        f"Too few to tell. They differ by {points}; about {more:,} more examples would show whether that is "
        "chance."
    )
