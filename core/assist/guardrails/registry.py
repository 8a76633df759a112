"""The guardrails by name. A check registers itself with the decorator of its stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from core.assist.guardrails.texts import CustomerTexts, ReplyCheck

Stage = Literal["before", "tools", "after"]
Severity = Literal["block", "warn"]
_LONGEST_QUOTE = 240


@dataclass(frozen=True, slots=True)
class Guardrail:
    """What a guardrail is called, when it looks, and how hard it stops.

    ``stage``: ``before`` a model sees a text, on its ``tools``, or ``after`` it wrote a reply.
    """

    name: str
    title: str
    stage: Stage
    severity: Severity
    description: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guardrail saw. ``message`` is for the representative; ``quote`` are the words it saw."""

    guardrail: str
    severity: Severity
    stage: Stage
    message: str
    quote: str


class Flag(NamedTuple):
    """What a check yields. ``severity``: only where it differs from the guardrail's."""

    message: str
    quote: str
    severity: Severity | None = None


BeforeCheck = Callable[["CustomerTexts"], Iterable[Flag]]
AfterCheck = Callable[["ReplyCheck"], Iterable[Flag]]

_guardrails: dict[str, Guardrail] = {}
_before: dict[str, BeforeCheck] = {}
_after: dict[str, AfterCheck] = {}

GUARDRAILS: Mapping[str, Guardrail] = MappingProxyType(_guardrails)
"""Name -> guardrail, in the order they are registered."""
BEFORE: Mapping[str, BeforeCheck] = MappingProxyType(_before)
AFTER: Mapping[str, AfterCheck] = MappingProxyType(_after)


def before(
    name: str, *, title: str, severity: Severity, description: str
) -> Callable[[BeforeCheck], BeforeCheck]:
    """Register a check of what a customer wrote."""
    declare(Guardrail(name, title, "before", severity, description))

    def register(check: BeforeCheck) -> BeforeCheck:
        _before[name] = check
        return check

    return register


def after(
    name: str, *, title: str, severity: Severity, description: str
) -> Callable[[AfterCheck], AfterCheck]:
    """Register a check of a reply."""
    declare(Guardrail(name, title, "after", severity, description))

    def register(check: AfterCheck) -> AfterCheck:
        _after[name] = check
        return check

    return register


def declare(guardrail: Guardrail) -> None:
    """Enter a guardrail into the list.

    Raises:
        ValueError: the name is taken.
    """
    if guardrail.name in _guardrails:
        raise ValueError(f"There are two guardrails named {guardrail.name!r}. Rename one.")
    _guardrails[guardrail.name] = guardrail


def finding(name: str, flag: Flag) -> Finding:
    """The flag of a check as a finding of its guardrail."""
    known = _guardrails[name]
    quote = " ".join(flag.quote.split())
    if len(quote) > _LONGEST_QUOTE:
        quote = quote[: _LONGEST_QUOTE - 1].rstrip() + "…"
    return Finding(name, flag.severity or known.severity, known.stage, flag.message, quote)
