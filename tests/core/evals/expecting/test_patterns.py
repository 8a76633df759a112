"""Patterns, and those that would never come to an end."""

from __future__ import annotations

import time

import pytest

from core.evals.expecting import expectation_problems
from tests.core.evals.expecting.making import check, passed

STUCK = r"^(a|aa)+$"
FLAGGED = {"flag": 1, "kind": "matches"}  # what is stored already is not tried again when it is graded


def test_found_or_not() -> None:
    assert passed({"kind": "matches", "pattern": r"invoice \d{4}"}, "Your invoice 2024 is paid.") is True
    assert passed({"kind": "matches", "pattern": r"Invoice"}, "Your invoice") is False
    assert passed({"kind": "matches", "pattern": r"(?i)Invoice"}, "Your invoice") is True
    assert passed({"kind": "matches", "pattern": r"\bfree\b", "not": True}, "It is freely given.") is True
    assert passed({"kind": "matches", "pattern": r"^$"}, "") is True
    assert check({"kind": "matches", "pattern": "a+"}, "caat").reason == "It matches at “aa”."


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "cannot be read"),
        (STUCK, "takes too long"),
        (r"(1|11)+$", "takes too long"),
        ("((a{1,1000}){1,1000}){1,1000}", "repeats more than"),
        ("a{1,99999999999}", "repeats more than"),
        ("(" * 1000 + ")" * 1000, "cannot be read"),
        ("x" * 3000, "at most 2,000"),
    ],
)
def test_what_cannot_be_searched_is_refused_at_once(pattern: str, why: str) -> None:
    began = time.monotonic()
    problems = expectation_problems([{"kind": "matches", "pattern": pattern}])
    assert time.monotonic() - began < 60  # half a second, and what starting a process takes
    assert len(problems) == 1
    assert why in problems[0]


def test_one_that_hangs_on_a_reply_is_an_error_of_that_grade() -> None:
    began = time.monotonic()
    grade = check({**FLAGGED, "pattern": STUCK}, "a" * 50 + "!")
    assert time.monotonic() - began < 60  # half a second, and what starting a process takes
    assert grade.passed is None
    assert "takes more than 0.5 s" in grade.error
    assert grade.counts
