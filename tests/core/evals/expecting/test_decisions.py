"""Answer, abstain, escalate, or wait for somebody."""

from __future__ import annotations

import pytest

from core.evals import Output
from core.evals.expecting import describe_expectation, may_be_silent
from tests.core.evals.expecting.making import check, passed

ABSTAIN = {"kind": "decision", "decisions": ["abstain", "escalate"]}
ANSWER = {"kind": "decision", "decisions": ["answer"]}


@pytest.mark.parametrize(
    ("decision", "abstains", "answers"),
    [
        ("answer", False, True),
        ("abstain", True, False),
        ("escalate", True, False),
        ("waiting", False, True),
        ("something new", False, False),
    ],
)
def test_what_it_does(decision: str, abstains: bool, answers: bool) -> None:
    assert passed(ABSTAIN, decision=decision) is abstains
    assert passed(ANSWER, decision=decision) is answers


def test_the_reason_counts_where_one_is_wanted() -> None:
    because = {**ABSTAIN, "reason": "missing_knowledge"}
    assert passed(because, decision="abstain", reason="missing_knowledge") is True
    grade = check(because, decision="abstain", reason="policy")
    assert grade.passed is False
    assert "A rule says that a person has to answer this." in grade.reason
    assert describe_expectation(because) == (
        "Does not answer or hands over to a person, because: The knowledge base does not answer this"
    )


def test_who_may_be_silent() -> None:
    assert may_be_silent([ABSTAIN], Output(decision="abstain"))
    assert not may_be_silent([ANSWER], Output(decision="abstain"))
    assert not may_be_silent([ANSWER], Output(decision="answer"))
    assert may_be_silent([{"kind": "proposes", "action": "refund"}], Output(decision="waiting"))
    assert not may_be_silent([{"kind": "proposes", "action": "refund"}], Output(decision="abstain"))
    assert not may_be_silent([], Output(decision="abstain"))
