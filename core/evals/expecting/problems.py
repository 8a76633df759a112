"""What is wrong with expectations that somebody wrote, in plain words and with their place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.evals.expecting.registry import (
    ExpectationField,
    expectation_kinds,
    find_kind,
    kind_of,
)

MOST_TEXTS = 50
MOST_CHARACTERS = 20_000
MOST_WEIGHT = 1_000.0
MOST_NAME = 200
_FLAG = "flag"
_COMMON = ("kind", "weight", "name")


def expectation_problems(expectations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every problem of every expectation, one sentence each; empty when all can be checked."""
    found: list[str] = []
    for place, given in enumerate(expectations, 1):
        if not isinstance(given, Mapping):
            found.append(
                f"Expectation {place}: an expectation has names with values, like {{“kind”: “cites”}}."
            )
            continue
        label = f"Expectation {place} ({kind_of(given)})" if kind_of(given) else f"Expectation {place}"
        found += [f"{label}: {problem}" for problem in problems_of(given)]
    return found


def problems_of(given: Mapping[str, Any]) -> list[str]:
    """The problems of one expectation, without its place."""
    kind = kind_of(given)
    made = find_kind(kind)
    if made is None:
        known = ", ".join(each.kind for each in expectation_kinds())
        said = f"“{kind}” is no kind of expectation" if kind else "it does not say what kind it is"
        return [f"{said}. Choose one of {known}."]
    found = list(_common(given))
    if _FLAG in given:
        return found  # written by the program, with fields of its own
    known_fields = {field.name for field in made.fields} | set(_COMMON)
    if kind != "unsupported":
        strange = [str(name) for name in given if name not in known_fields]
        found += [f"it knows no “{name}”: leave it out." for name in strange]
    wrong = [problem for field in made.fields for problem in _field_problems(field, given.get(field.name))]
    return found + (wrong or made.problems(given))


def _common(given: Mapping[str, Any]) -> Iterable[str]:
    weight = given.get("weight", 1.0)
    if not _is_number(weight) or not 0 < weight <= MOST_WEIGHT:
        yield f"its weight is a number above 0, at most {MOST_WEIGHT:,.0f}; 1 counts once."
    name = given.get("name")
    if name is not None and (not isinstance(name, str) or len(name) > MOST_NAME):
        yield f"its name is a text of at most {MOST_NAME} characters."


def _field_problems(field: ExpectationField, value: Any) -> Iterable[str]:
    if value is None or value in ("", [], {}):
        if field.required:
            yield f"{field.label}: this is missing. {field.hint}".rstrip()
        elif value is not None and field.kind not in ("text", "long_text", "locale", "choice", "choices"):
            yield from _typed(field, value)
        return
    yield from _typed(field, value)


def _typed(field: ExpectationField, value: Any) -> Iterable[str]:
    match field.kind:
        case "texts" | "answers":
            yield from _texts(field, value)
        case "choices":
            yield from _choices(field, value)
        case "number":
            if not _is_number(value) or not _within(field, value):
                yield f"{field.label}: {_short(value)} is no number {_limits(field)}."
        case "switch":
            if not isinstance(value, bool):
                yield f"{field.label}: {_short(value)} is neither true nor false."
        case "choice":
            allowed = [choice for choice, _ in field.choices]
            if value not in allowed:
                yield f"{field.label}: {_short(value)} is none of {', '.join(filter(None, allowed))}."
        case "arguments":
            if not isinstance(value, Mapping):
                yield f"{field.label}: these are names with values."
        case "any":
            return
        case _:
            if not isinstance(value, str) or not value.strip():
                yield f"{field.label}: this is a text."
            elif len(value) > MOST_CHARACTERS:
                yield f"{field.label}: {len(value):,} characters, and {MOST_CHARACTERS:,} is the most."


def _texts(field: ExpectationField, value: Any) -> Iterable[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        yield f"{field.label}: this is a list of texts."
        return
    if not all(isinstance(each, str) and each.strip() for each in value):
        yield f"{field.label}: each of these is a text that is not empty."
    elif len(value) > MOST_TEXTS:
        yield f"{field.label}: at most {MOST_TEXTS}; these are {len(value):,}."
    elif any(len(each) > MOST_CHARACTERS for each in value):
        yield f"{field.label}: one has more than {MOST_CHARACTERS:,} characters."


def _choices(field: ExpectationField, value: Any) -> Iterable[str]:
    allowed = [choice for choice, _ in field.choices]
    if isinstance(value, str) or not isinstance(value, Sequence):
        yield f"{field.label}: this is a list of {', '.join(allowed)}."
        return
    for each in value:
        if each not in allowed:
            yield f"{field.label}: {_short(each)} is none of {', '.join(allowed)}."


def _within(field: ExpectationField, value: float) -> bool:
    return (field.low <= value if field.from_low else field.low < value) and value <= field.high


def _limits(field: ExpectationField) -> str:
    if math.isinf(field.high):
        return f"of at least {field.low:g}" if field.from_low else f"above {field.low:g}"
    return f"from {field.low:g} to {field.high:g}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _short(value: Any) -> str:
    said = str(value)
    return f"“{said[:60]} …”" if len(said) > 60 else f"“{said}”"
