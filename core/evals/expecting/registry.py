"""What can be expected of an answer: each kind validated, described and checked in one place.

A kind registers itself with :func:`expectation`. Its fields are data, so that a form can ask for them, a
problem can name them, and nobody writes the same validation twice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

from core.classifiers import Services
from core.evals.content import CaseContent
from core.evals.output import Output

FieldKind = Literal[
    "texts",
    "text",
    "long_text",
    "number",
    "switch",
    "choice",
    "choices",
    "criterion",
    "answers",
    "article",
    "action",
    "arguments",
    "locale",
    "any",
]
"""How a form asks: several texts, one line, a pattern or a text of several lines, a number, on or off, one of
or some of the choices, the name of a criterion, answers of that criterion, an article as SOURCE/EXTERNAL_ID,
the name of an action, names with values, a language; ``any`` is not asked for."""

Titles = Mapping[str, str]
"""Words people know, by name: questions of criteria, titles of articles and actions."""


@dataclass(frozen=True, slots=True)
class ExpectationField:
    """Something a kind wants to know.

    Attributes:
        default: what counts where nothing is given; None: nothing.
        low, high: limits of a number; ``low`` itself is allowed only if ``from_low``.
        choices: value -> label.
        hint: a sentence for the person who fills it in.
    """

    name: str
    label: str
    kind: FieldKind
    default: Any = None
    required: bool = False
    low: float = 0.0
    high: float = float("inf")
    from_low: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is checked: the output, the case it answers, and what a check may use."""

    case: CaseContent
    output: Output
    services: Services


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    ``passed`` None: it could not tell, and ``error`` says why, unless it does not count. ``answer``: what the
    output has in place of what is wanted, in a few words; ``score``: 0..1.
    """

    passed: bool | None
    reason: str = ""
    answer: str = ""
    wanted: str = ""
    score: float | None = None
    error: str = ""
    counts: bool = True


class Expectation(ABC):
    """One kind of expectation.

    Attributes:
        title: for a menu.
        hint: a sentence for the person who chooses.
        offered: whether a form offers it; some only come from files.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    hint: ClassVar[str] = ""
    fields: ClassVar[tuple[ExpectationField, ...]] = ()
    offered: ClassVar[bool] = True

    def problems(self, given: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        """What is wrong although every field is of the right type, in plain words."""
        return []

    @abstractmethod
    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:
        """One sentence without a full stop. Only called with an expectation that has no problems."""

    @abstractmethod
    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Compare an output with it. Only called with an expectation that has no problems.

        Raises:
            ProviderError: a service it needs failed.
        """


_Made = TypeVar("_Made", bound=type[Expectation])
_KINDS: dict[str, Expectation] = {}
_FIRST = (
    "criterion",
    "decision",
    "cites",
    "cites_something",
    "contains",
    "not_contains",
    "proposes",
    "proposes_nothing",
    "reference",
    "language",
)
"""What people want most often, in the order to offer it."""


def expectation(kind: str) -> Callable[[_Made], _Made]:
    """Class decorator that registers a kind. ``kind`` is stored in cases: never change it."""

    def register(made: _Made) -> _Made:
        made.kind = kind
        _KINDS[kind] = made()
        return made

    return register


def expectation_kinds() -> tuple[Expectation, ...]:
    """Every kind, in the order to offer them."""
    first = [_KINDS[kind] for kind in _FIRST if kind in _KINDS]
    return (*first, *(made for made in _KINDS.values() if made.kind not in _FIRST))


def find_kind(kind: str) -> Expectation | None:
    """The kind of this name; None where there is none."""
    return _KINDS.get(kind)


def kind_of(given: Mapping[str, Any]) -> str:
    """The kind an expectation says it is of. What a flag wrote says none: it is about a criterion."""
    return str(given.get("kind") or ("criterion" if "criterion" in given else ""))


def name_of(given: Mapping[str, Any]) -> str:
    """By which grades of an expectation are counted: the criterion's name, or the kind."""
    kind = kind_of(given)
    return str(given.get("criterion") or kind) if kind == "criterion" else kind


def weight_of(given: Mapping[str, Any]) -> float:
    """How much an expectation counts; 1 where it does not say."""
    weight = given.get("weight", 1.0)
    return float(weight) if isinstance(weight, int | float) and weight > 0 else 1.0


def setting(given: Mapping[str, Any], name: str) -> Any:
    """The value of a field, or its default."""
    made = _KINDS[kind_of(given)]
    default = next((field.default for field in made.fields if field.name == name), None)
    value = given.get(name)
    return default if value is None else value
