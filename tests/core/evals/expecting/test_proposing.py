"""Proposed actions: which, with which arguments, and what exactly is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.evals.expecting.making import check, passed


def proposing(*arguments: dict[str, Any], action: str = "refund") -> dict[str, Any]:
    return {"proposals": tuple({"action": action, "arguments": each} for each in arguments)}


@pytest.mark.parametrize(
    ("wanted", "given", "fits"),
    [
        ({}, {"amount": 3}, True),
        ({"amount": 12.5}, {"amount": "12.50", "why": "late"}, True),
        ({"amount": "12.50"}, {"amount": 12.5}, True),
        ({"amount": 0.1}, {"amount": "0.10"}, True),
        ({"amount": 12}, {"amount": "12.01"}, False),
        ({"account": "0042"}, {"account": "42"}, False),
        ({"account": "0042"}, {"account": "0042"}, True),
        ({"plan": "Pro  Yearly"}, {"plan": "pro yearly"}, True),
        ({"notify": True}, {"notify": "true"}, True),
        ({"notify": True}, {"notify": 1}, False),
        ({"until": None}, {}, True),
        ({"until": None}, {"until": "May"}, False),
        ({"address": {"city": "Bonn"}}, {"address": {"city": "Bonn", "zip": "53111"}}, True),
        ({"address": {"city": "Bonn"}}, {"address": "Bonn"}, False),
        ({"lines": [1, "2.0"]}, {"lines": ["1", 2]}, True),
        ({"lines": [1, 2]}, {"lines": [2, 1]}, False),
        ({"amount": "NaN"}, {"amount": "nan"}, True),
    ],
)
def test_arguments(wanted: dict[str, Any], given: dict[str, Any], fits: bool) -> None:
    assert passed({"kind": "proposes", "action": "refund", "arguments": wanted}, **proposing(given)) is fits


def test_says_which_argument_of_the_nearest_proposal_differs() -> None:
    grade = check(
        {"kind": "proposes", "action": "refund", "arguments": {"amount": 5, "invoice": "A1", "days": 3}},
        **proposing({"amount": 7, "invoice": "B2"}, {"amount": 6, "invoice": "A1", "days": "3"}),
    )
    assert grade.passed is False
    assert grade.reason == "It proposes it otherwise: amount should be 5, and it is 6."


def test_another_action_or_none() -> None:
    wanted = {"kind": "proposes", "action": "refund"}
    assert check(wanted).reason == "It proposes nothing."
    assert check(wanted, **proposing({}, action="cancel")).reason == "It proposes cancel only."
    assert passed({"kind": "proposes_nothing"}) is True
    assert (
        check({"kind": "proposes_nothing"}, **proposing({"amount": 5})).reason
        == "It proposes refund(amount=5)."
    )
