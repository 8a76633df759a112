"""What the grades of one result come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.evals.grade import Grade


@dataclass(frozen=True, slots=True)
class Settled:
    """The verdict on one result.

    Attributes:
        passed: every grade that counts passed; None where that cannot be said.
        score: weighted share of what could be graded and passed, 0..1; None where nothing could.
        errors: grades that count and could not be given.
    """

    passed: bool | None
    score: float | None
    errors: int


def settle(grades: Sequence[Grade]) -> Settled:
    """Add up the grades that count.

    One that failed decides, whatever could not be graded. A result of which nothing counts has no verdict
    and no errors: nothing was expected of it.
    """
    counting = [each for each in grades if each.counts]
    given = [each for each in counting if each.passed is not None]
    errors = len(counting) - len(given)
    weight = sum(each.weight for each in given)
    score = sum(each.weight for each in given if each.passed) / weight if weight > 0 else None
    if any(each.passed is False for each in given):
        return Settled(False, score, errors)
    return Settled(None if errors or not given else True, score, errors)
