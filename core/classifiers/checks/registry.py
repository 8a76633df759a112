"""The checks we ship, by name, each with the parameters a page can ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, Literal, TypeAlias

from core.classifiers.kind import Subject
from core.errors import InvalidInput

Value: TypeAlias = int | str | bool
Values: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class CheckParameter:
    """Something a check wants to know, as a page can ask for it.

    Attributes:
        kind: ``number`` (whole, ``low`` to ``high``), ``choice`` (one of ``choices``, value -> label) or
            ``switch`` (on or off).
        hint: a sentence for the person who fills it in.
    """

    name: str
    label: str
    kind: Literal["number", "choice", "switch"]
    default: Value
    low: int = 0
    high: int = 0
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says: yes, no, or None where it cannot tell. ``why``: in plain words."""

    yes: bool | None
    why: str


Run = Callable[[Subject, Values], Finding]


@dataclass(frozen=True, slots=True)
class Check:
    """A piece of code that answers yes or no.

    Attributes:
        subjects: types of subject it has something to say about.
        agree: what is wrong with values that are right one by one; None when nothing can be.
    """

    name: str
    title: str
    subjects: tuple[str, ...]
    parameters: tuple[CheckParameter, ...]
    run: Run
    agree: Callable[[Values], str] | None = None

    @property
    def hint(self) -> str:
        """What "yes" means, one line."""
        return cleandoc(self.run.__doc__ or "").partition("\n")[0]


_checks: dict[str, Check] = {}


def check(
    name: str,
    *,
    title: str,
    subjects: tuple[str, ...] = ("reply", "draft"),
    parameters: tuple[CheckParameter, ...] = (),
    agree: Callable[[Values], str] | None = None,
) -> Callable[[Run], Run]:
    """Register a check under ``name``. The first line of its docstring tells people what "yes" means."""

    def register(run: Run) -> Run:
        _checks[name] = Check(name, title, subjects, parameters, run, agree)
        return run

    return register


def checks() -> tuple[Check, ...]:
    """Every check, in the order to offer them."""
    return tuple(_checks.values())


def get_check(name: str) -> Check:
    """The check of this name.

    Raises:
        InvalidInput: there is none.
    """
    if name not in _checks:
        raise InvalidInput(f"There is no check {name!r}: choose one of {', '.join(_checks)}.")
    return _checks[name]


def filled_in(made: Check, given: Mapping[str, Any]) -> dict[str, Value]:
    """The parameters of a check, its defaults where nothing is given.

    Raises:
        InvalidInput: a value is of the wrong type or out of its limits; one line for each.
    """
    known = {parameter.name for parameter in made.parameters}
    wrong = [f"“{made.title}” knows no “{name}”: leave it out." for name in given if name not in known]
    values: dict[str, Value] = {}
    for parameter in made.parameters:
        value = given.get(parameter.name, parameter.default)
        if problem := _problem(parameter, value):
            wrong.append(f"{parameter.label}: {problem}")
        else:
            values[parameter.name] = value
    if not wrong and made.agree and (problem := made.agree(values)):
        wrong.append(problem)
    if wrong:
        raise InvalidInput("\n".join(wrong))
    return values


def _problem(parameter: CheckParameter, value: Any) -> str:
    match parameter.kind:
        case "number":
            whole = isinstance(value, int) and not isinstance(value, bool)
            if whole and parameter.low <= value <= parameter.high:
                return ""
            return f"{value!r} is no whole number from {parameter.low:,} to {parameter.high:,}."
        case "choice":
            allowed = [choice for choice, _ in parameter.choices]
            return "" if value in allowed else f"{value!r} is none of {', '.join(allowed)}."
        case _:
            return "" if isinstance(value, bool) else f"{value!r} is neither on nor off."
