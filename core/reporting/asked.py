"""Which answers to a criterion are counted when a rate is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.criteria import MARKED, Criterion, choices, given, is_good

_MOST_ANSWERS = 12
_TOP = ("4", "5")


@dataclass(frozen=True, slots=True)
class Asked:
    """One rate that can be taken of a criterion: ``what`` in words, and whether an answer counts."""

    what: str
    counts: Callable[[str], bool]


def asked_of(criterion: Criterion) -> list[Asked]:
    """The rates of a criterion: the share of good answers, or of each where it does not say what is good.

    None of a note. Of a long list of answers the first twelve.
    """
    if criterion.kind == "note":
        return []
    if criterion.good:
        words = " or ".join(criterion.good)
        return [Asked(f"good: {words}", lambda answer: bool(is_good(criterion, answer)))]
    if criterion.kind == "yes_no":
        return [Asked("yes", lambda answer: answer == "yes")]
    if criterion.kind == "scale":
        return [Asked("4 or 5", lambda answer: answer in _TOP)]
    if criterion.kind == "span":
        return [Asked("marked", lambda answer: answer == MARKED)]
    return [_one(answer) for answer in choices(criterion)[:_MOST_ANSWERS]]


def _one(wanted: str) -> Asked:
    return Asked(wanted, lambda answer: wanted in given(answer))
