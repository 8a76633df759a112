"""Declarations: a strict schema, a form, plain words for what does not fit, and a digest."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import Field

from core.actions import (
    Amount,
    Arguments,
    Catalogue,
    InvalidArguments,
    OptionalAmount,
    as_amount,
    declare,
)
from core.errors import ConfigurationError, NotFound
from core.identity import Role
from tests.core.actions.scripted import REFUND, Scripted


class Everything(Arguments):
    invoice: str = Field(title="Invoice", min_length=3, max_length=20)
    amount: OptionalAmount = Field(None, description="Empty: all that is left.")
    fee: Amount = Decimal(1)
    days: int = Field(ge=1, le=7)
    plan: Literal["harbor", "sloop"]
    urgent: bool = False
    since: date | None = None
    note: str = ""


ACTION = declare("every", title="Every", description="d", arguments=Everything, risk="reversible")
GOOD: dict[str, Any] = {"invoice": "HLY", "days": 3, "plan": "sloop"}


def problems(**arguments: Any) -> dict[str, str]:
    with pytest.raises(InvalidArguments) as caught:
        ACTION.validate(GOOD | arguments)
    return caught.value.problems


def test_the_schema_is_strict() -> None:
    assert ACTION.schema["additionalProperties"] is False
    assert ACTION.schema["required"] == list(Everything.model_fields)
    assert ACTION.schema["properties"]["amount"]["anyOf"] == [{"type": "number"}, {"type": "null"}]
    assert not any(
        {"default", "title", "maxLength"} & set(each) for each in ACTION.schema["properties"].values()
    )


def test_the_schema_is_taken_by_the_agents_library() -> None:
    from agents.strict_schema import ensure_strict_json_schema

    schema = {**ACTION.schema}
    assert ensure_strict_json_schema(schema)["required"] == ACTION.schema["required"]


def test_the_form() -> None:
    kinds = {field.name: (field.kind, field.required) for field in ACTION.fields}
    assert kinds == {
        "invoice": ("text", True),
        "amount": ("amount", False),
        "fee": ("amount", False),
        "days": ("whole_number", True),
        "plan": ("choice", True),
        "urgent": ("flag", False),
        "since": ("date", False),
        "note": ("text", False),
    }
    assert ACTION.fields[4].choices == ("harbor", "sloop")
    assert ACTION.fields[1].help == "Empty: all that is left."


def test_clean_arguments() -> None:
    clean = ACTION.validate(
        GOOD | {"invoice": " HLY-1 ", "amount": "29,90", "days": "3", "since": "2026-11-30"}
    )
    assert clean == {
        "invoice": "HLY-1",
        "amount": 29.9,
        "fee": 1.0,
        "days": 3,
        "plan": "sloop",
        "urgent": False,
        "since": "2026-11-30",
        "note": "",
    }
    assert ACTION.validate(clean) == clean
    assert ACTION.validate(GOOD | {"amount": "", "since": "", "note": None, "fee": None})["amount"] is None


@pytest.mark.parametrize(
    ("arguments", "name", "words"),
    [
        ({"invoice": ""}, "invoice", "This is needed."),
        ({"invoice": None}, "invoice", "This is needed."),
        ({"invoice": "x"}, "invoice", "At least 3 characters."),
        ({"invoice": "x" * 21}, "invoice", "At most 20 characters."),
        ({"invoice": "a\x00bcd"}, "invoice", "Remove the control characters."),
        ({"invoice": "abc\ud800"}, "invoice", "Remove the control characters."),
        ({"invoice": 5}, "invoice", "This does not have the form that is expected."),
        ({"amount": 0}, "amount", "The amount must be more than 0."),
        ({"days": 0}, "days", "At least 1."),
        ({"days": 8}, "days", "At most 7."),
        ({"days": True}, "days", "Write a whole number, such as 3."),
        ({"days": "two"}, "days", "Write a whole number, such as 3."),
        ({"plan": "yacht"}, "plan", "Choose one of harbor, sloop."),
        ({"plan": ""}, "plan", "This is needed."),
        ({"since": "tomorrow"}, "since", "Write a date as 2026-11-30."),
        ({"urgent": "perhaps"}, "urgent", "Say yes or no."),
        ({"account": "eve"}, "account", "There is no such argument; leave it out."),
    ],
)
def test_plain_words(arguments: dict[str, Any], name: str, words: str) -> None:
    assert problems(**arguments) == {name: words}


@pytest.mark.parametrize(
    "amount", ["1,000.00", "1.000", 1.005, float("nan"), float("inf"), 1e300, -5, "-5", True, [], "5 EUR"]
)
def test_amounts_that_are_none(amount: Any) -> None:
    assert problems(amount=amount).keys() == {"amount"}


def test_several_problems_at_once() -> None:
    assert problems(days=9, plan="x", amount="y").keys() == {"days", "plan", "amount"}
    with pytest.raises(InvalidArguments, match="days: This is needed"):
        ACTION.validate({})


def test_amounts_are_exact() -> None:
    assert as_amount(29.9) == Decimal("29.90")
    with pytest.raises(InvalidArguments):
        as_amount("much")


def test_no_form_no_declaration() -> None:
    class Odd(Arguments):
        many: list[str]

    with pytest.raises(TypeError, match="many"):
        declare("odd", title="", description="", arguments=Odd, risk="read")


def test_names_are_unique() -> None:
    with pytest.raises(ConfigurationError, match="both offer an action called refund"):
        other = Scripted()
        other.name = "other"
        Catalogue([Scripted(), other])
    with pytest.raises(ConfigurationError, match="Two connections are called scripted"):
        Catalogue([Scripted(), Scripted()])
    with pytest.raises(NotFound, match="no action called"):
        Catalogue([]).get("refund")


def test_the_digest_follows_the_declaration() -> None:
    def digest(**changes: Any) -> str:
        return Catalogue([Scripted(actions=(dataclasses.replace(REFUND, **changes),))]).digest

    same = digest()
    assert digest() == same
    assert digest(limits={**(REFUND.limits or {})}) == same
    changes: list[dict[str, Any]] = [
        {"risk": "reversible"},
        {"limits": {Role.REP: Decimal(1)}},
        {"limits": None},
        {"schema": {"type": "object"}},
        {"approvers": frozenset({Role.MANAGER})},
    ]
    assert len({same, *(digest(**change) for change in changes)}) == 6
