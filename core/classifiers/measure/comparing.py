"""Two classifiers on the same examples: which is better, by how much, and where they differ."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from core.statistics import ratio_variance, t_quantile

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

    The interval is that of a mean of paired differences, with the variance over groups and t; a group
    that got better and one that got worse are added for the variance, without which no difference at all
    would seem certain (after Agresti and Min 2005, Statistics in Medicine 24:729-740).

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
    n, better, worse = len(was), int((now & ~was).sum()), int((was & ~now).sum())
    difference = (better - worse) / n if n else 0.0
    half = _half(now.astype(np.float64) - was, groups) if n else 1.0
    p_value = min(1.0, 2 * float(bdtr(min(better, worse), better + worse, 0.5))) if better + worse else 1.0
    verdict = _verdict(difference, half, p_value)
    more = 0
    if verdict == "too few to tell":
        more = max(1, int(np.ceil(n * ((half / max(abs(difference), _SMALLEST)) ** 2 - 1)))) if n else 30
    flips = [
        Flip(int(each), wish, one, other, bool(before), bool(after))
        for each, wish, one, other, before, after in zip(
            example_ids, wanted, first, second, was, now, strict=True
        )
        if one != other
    ]
    flips.sort(key=lambda flip: (flip.is_right - flip.was_right, flip.example_id))
    return Comparison(
        n=n,
        better=better,
        worse=worse,
        difference=difference,
        low=max(-1.0, difference - half),
        high=min(1.0, difference + half),
        p_value=p_value,
        verdict=verdict,
        more=more,
        words=_words(verdict, difference, half, more, n),
        flips=tuple(flips),
    )


def _half(differences: NDArray[np.float64], groups: Sequence[Hashable] | NDArray[np.int64]) -> float:
    """Half the width of the interval of the mean."""
    numbers: dict[Hashable, int] = {}
    members = np.array([numbers.setdefault(each, len(numbers)) for each in groups], dtype=np.int64)
    sizes, totals = np.bincount(members).astype(np.float64), np.bincount(members, differences)
    usual = float(np.sqrt((sizes**2).mean()))
    sizes, totals = np.append(sizes, (usual, usual)), np.append(totals, (usual, -usual))
    mean = totals.sum() / sizes.sum()
    variance = ratio_variance((totals - mean * sizes) / differences.size, np.arange(len(sizes)))
    degrees = len(numbers) - 1
    return min(1.0, t_quantile(0.95, degrees) * float(np.sqrt(variance))) if degrees else 1.0


def _verdict(difference: float, half: float, p_value: float) -> Verdict:
    if abs(difference) <= half or p_value >= 0.05:
        return "too few to tell"
    return "better" if difference > 0 else "worse"


def _words(verdict: Verdict, difference: float, half: float, more: int, n: int) -> str:
    if not n:
        return "There is no example to compare on."
    points = f"{100 * abs(difference):.1f} points"
    if verdict != "too few to tell":
        low, high = 100 * (abs(difference) - half), 100 * (abs(difference) + half)
        return f"{verdict.capitalize()}, by {points} ({low:.1f} to {high:.1f})."
    if abs(difference) < _SMALLEST:
        return (
            f"Too few to tell. They differ by {points}; about {more:,} more examples would show a difference "
            f"of {100 * _SMALLEST:.0f} points."
        )
    return (
        f"Too few to tell. They differ by {points}; about {more:,} more examples would show whether that is "
        "chance."
    )
