"""What grades come to."""

from __future__ import annotations

import pytest

from core.evals import Grade
from core.evals.grading import Settled, settle


def grade(passed: bool | None, *, weight: float = 1.0, counts: bool = True) -> Grade:
    error = "could not" if passed is None else ""
    return Grade(0, "contains", "contains", passed=passed, weight=weight, counts=counts, error=error)


@pytest.mark.parametrize(
    ("grades", "wanted"),
    [
        ([grade(True), grade(True)], Settled(True, 1.0, 0)),
        ([grade(True, weight=3), grade(False)], Settled(False, 0.75, 0)),
        ([grade(True), grade(None)], Settled(None, 1.0, 1)),
        ([grade(False), grade(None)], Settled(False, 0.0, 1)),
        ([grade(None)], Settled(None, None, 1)),
        ([grade(False, counts=False), grade(True)], Settled(True, 1.0, 0)),
        ([grade(None, counts=False), grade(True)], Settled(True, 1.0, 0)),
        ([grade(None, counts=False)], Settled(None, None, 0)),
        ([], Settled(None, None, 0)),
    ],
)
def test_settling(grades: list[Grade], wanted: Settled) -> None:
    assert settle(grades) == wanted
