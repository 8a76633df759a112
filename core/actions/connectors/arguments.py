"""From flat arguments to a strict tool schema, a form, clean values, and the request's own structure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core.actions.connectors.shapes import Argument, Place
from core.actions.declaration import Field, InvalidArguments

_TYPES = {
    "text": "string",
    "date": "string",
    "amount": "number",
    "whole_number": "integer",
    "flag": "boolean",
}
_LARGEST = 2**53  # beyond it JSON numbers are no longer exact


def schema_of(arguments: Sequence[Argument]) -> dict[str, Any]:
    """A JSON Schema fit for strict tool calling: everything required, optional values may be null."""
    return {
        "type": "object",
        "properties": {argument.name: _property(argument) for argument in arguments},
        "required": [argument.name for argument in arguments],
        "additionalProperties": False,
    }


def fields_of(arguments: Sequence[Argument]) -> tuple[Field, ...]:
    """The same for a form."""
    return tuple(
        Field(
            name=argument.name,
            label=argument.label,
            kind=argument.kind,
            required=argument.required,
            choices=tuple(str(choice) for choice in argument.choices),
            help=argument.description,
        )
        for argument in arguments
    )


def validator_of(arguments: Sequence[Argument]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Raw values, from a model or a form, to clean ones. Optional ones that are absent stay absent."""
    known = {argument.name: argument for argument in arguments}

    def validate(raw: Mapping[str, Any]) -> dict[str, Any]:
        problems = {str(name): "is not an argument of this action." for name in raw if name not in known}
        clean: dict[str, Any] = {}
        for name, argument in known.items():
            value = raw.get(name)
            if isinstance(value, str):
                value = value.strip()
            if value is None or value == "":
                if argument.required:
                    problems[name] = "is missing."
                continue
            try:
                clean[name] = _clean(argument, value)
            except ValueError as problem:
                problems[name] = str(problem)
        if problems:
            raise InvalidArguments(problems)
        return clean

    return validate


def placed(arguments: Iterable[Argument], values: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The values that belong to one place of the request, nested as it wants them."""
    body: dict[str, Any] = {}
    for argument in arguments:
        if argument.place != place or argument.name not in values:
            continue
        target = body
        for step in argument.path[:-1]:
            target = target.setdefault(step, {})
        target[argument.path[-1]] = values[argument.name]
    return body


def _property(argument: Argument) -> dict[str, Any]:
    described: dict[str, Any] = {}
    if argument.kind == "choice":
        kinds = {_json_type(choice) for choice in argument.choices}
        types = sorted(kinds)
        described["enum"] = [*argument.choices, *([] if argument.required else [None])]
    else:
        types = [_TYPES[argument.kind]]
    if not argument.required:
        types = [*types, "null"]
    described["type"] = types[0] if len(types) == 1 else types
    limits = _in_words(argument)
    described["description"] = " ".join(filter(None, (argument.description or argument.label, limits)))
    return described


def _in_words(argument: Argument) -> str:
    """Limits as text: not every server of models accepts the keywords."""
    words = []
    if argument.kind == "date":
        words.append("written as YYYY-MM-DD")
    for value, word in (
        (argument.minimum, "at least"),
        (argument.above, "more than"),
        (argument.maximum, "at most"),
        (argument.below, "less than"),
    ):
        if value is not None:
            words.append(f"{word} {value:g}")
    return f"({', '.join(words)})" if words else ""


def _json_type(value: str | int | float) -> str:
    return "string" if isinstance(value, str) else "integer" if isinstance(value, int) else "number"


def _clean(argument: Argument, value: Any) -> Any:
    match argument.kind:
        case "choice":
            return _choice(argument, value)
        case "flag":
            return _flag(value)
        case "amount":
            return _within(argument, _amount(value))
        case "whole_number":
            return _within(argument, _whole(value))
        case "date":
            return _date(value)
        case _:
            return _text(argument, value)


def _choice(argument: Argument, value: Any) -> Any:
    for choice in argument.choices:
        if not isinstance(value, bool) and (value == choice or str(value) == str(choice)):
            return choice
    raise ValueError(f"must be one of: {', '.join(str(choice) for choice in argument.choices)}.")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in {"true", "yes", "false", "no"}:
        return value.casefold() in {"true", "yes"}
    raise ValueError("must be yes or no.")


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("must be a number.")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("must be a number.") from None
    if not number.is_finite() or abs(number) > _LARGEST:
        raise ValueError("is too large a number.")
    return number


def _amount(value: Any) -> int | float:
    number = _number(value)
    if number == number.to_integral_value():
        return int(number)
    as_float = float(number)
    if Decimal(str(as_float)) != number or not math.isfinite(as_float):
        raise ValueError("has too many digits.")
    return as_float


def _whole(value: Any) -> int:
    number = _number(value)
    if number != number.to_integral_value():
        raise ValueError("must be a whole number.")
    return int(number)


def _within(argument: Argument, value: int | float) -> int | float:
    if argument.minimum is not None and value < argument.minimum:
        raise ValueError(f"must be at least {argument.minimum:g}.")
    if argument.above is not None and value <= argument.above:
        raise ValueError(f"must be more than {argument.above:g}.")
    if argument.maximum is not None and value > argument.maximum:
        raise ValueError(f"must be at most {argument.maximum:g}.")
    if argument.below is not None and value >= argument.below:
        raise ValueError(f"must be less than {argument.below:g}.")
    return value


def _date(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError("must be a date written as YYYY-MM-DD.") from None


def _text(argument: Argument, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be text.")
    text = str(value)
    if "\x00" in text or (not text.isprintable() and any(c < " " and c not in "\n\t\r" for c in text)):
        raise ValueError("contains control characters.")
    if len(text) < argument.shortest:
        raise ValueError(f"must have at least {argument.shortest} characters.")
    if len(text) > argument.longest:
        raise ValueError(f"must have at most {argument.longest} characters.")
    return text
