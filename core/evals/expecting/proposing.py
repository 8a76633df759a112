"""What the assistant wants a person to approve."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
    setting,
)

_MISSING = object()


@expectation("proposes")
class Proposes(Expectation):
    """An action, with arguments where they matter."""

    title = "Proposes an action"
    hint = "It asks a person to approve this action."
    fields = (
        ExpectationField("action", "Action", "action", required=True),
        ExpectationField(
            "arguments",
            "Arguments",
            "arguments",
            default={},
            hint="Only those that matter; it may have others as well.",
        ),
    )

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:
        """Proposes “Refund a payment” with amount 12.50."""
        said = f"Proposes “{titles.get(given['action'], given['action'])}”"
        arguments = setting(given, "arguments")
        if not arguments:
            return said
        return f"{said} with {', '.join(f'{name} {_said(value)}' for name, value in arguments.items())}"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Compare with each proposal of that action; say which argument of the nearest one differs."""
        output = answered.output
        action, arguments = given["action"], setting(given, "arguments")
        wanted = _call(action, arguments)
        proposed = [str(each.get("action")) for each in output.proposals]
        same = [each.get("arguments") or {} for each in output.proposals if each.get("action") == action]
        if not same:
            said = f"It proposes {', '.join(proposed)} only." if proposed else "It proposes nothing."
            return Checked(False, said, answer=", ".join(proposed), wanted=wanted)
        differing = min((list(differences(arguments, each)) for each in same), key=len)
        answer = "; ".join(_call(action, each) for each in same)
        if not differing:
            return Checked(True, "It proposes that.", answer=answer, wanted=wanted)
        return Checked(
            False, f"It proposes it otherwise: {'; '.join(differing)}.", answer=answer, wanted=wanted
        )


@expectation("proposes_nothing")
class ProposesNothing(Expectation):
    """No action at all."""

    title = "Proposes no action"
    hint = "It asks for nothing that has an effect outside."

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Proposes no action."""
        return "Proposes no action"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:  # noqa: ARG002
        """Count the proposals."""
        output = answered.output
        calls = "; ".join(
            _call(str(each.get("action")), each.get("arguments") or {}) for each in output.proposals
        )
        said = f"It proposes {calls}." if calls else "It proposes nothing."
        return Checked(not output.proposals, said, answer=calls, wanted="no action")


def differences(wanted: Mapping[str, Any], given: Any, path: str = "") -> Iterator[str]:
    """How arguments differ from those wanted, one phrase each; what nobody asked for is no difference.

    Numbers are equal by value, also as texts ("12.50" is 12.5); texts whatever their case, Unicode form and
    spacing; lists item by item.
    """
    if not isinstance(given, Mapping):
        yield f"{path or 'the arguments'} should be {_said(wanted)}, and it is {_said(given)}"
        return
    for name, value in wanted.items():
        where = f"{path}.{name}" if path else str(name)
        found = given.get(name, _MISSING)
        if found is _MISSING:
            if value is not None:
                yield f"{where} is missing"
        elif isinstance(value, Mapping):
            yield from differences(value, found, where)
        elif isinstance(value, list):
            yield from _list_differences(value, found, where)
        elif not _equal(value, found):
            yield f"{where} should be {_said(value)}, and it is {_said(found)}"


def _list_differences(wanted: list[Any], found: Any, where: str) -> Iterator[str]:
    if not isinstance(found, list) or len(found) != len(wanted):
        yield f"{where} should be {_said(wanted)}, and it is {_said(found)}"
        return
    for place, (value, other) in enumerate(zip(wanted, found, strict=True)):
        yield from differences({f"{where}[{place}]": value}, {f"{where}[{place}]": other})


def _equal(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return str(wanted).casefold() == str(found).casefold()
    if wanted is None or found is None:
        return wanted is found
    one, other = _number(wanted), _number(found)
    if one is not None and other is not None:
        return one == other
    return _plain(wanted) == _plain(found)


def _number(value: Any) -> Decimal | None:
    """The value as a number. A text with a leading zero, such as an account's, is none."""
    text = str(value).strip()
    if (
        isinstance(value, str)
        and len(text.lstrip("-")) > 1
        and text.lstrip("-")[0] == "0"
        and "." not in text
    ):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _plain(value: Any) -> str:
    return " ".join(unicodedata.normalize("NFC", str(value)).casefold().split())


def _call(action: str, arguments: Mapping[str, Any]) -> str:
    if not arguments:
        return action
    return f"{action}({', '.join(f'{name}={_said(value)}' for name, value in arguments.items())})"


def _said(value: Any) -> str:
    said = str(value)
    return f"{said[:60]}…" if len(said) > 60 else said
