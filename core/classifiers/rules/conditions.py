"""What rules are made of: tests, what joins them, and the answers they give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

TextField = Literal["text", "question"]
TextRelation = Literal["contains", "contains word", "starts with", "ends with", "is", "matches"]
Comparison = Literal["at least", "at most", "more than", "fewer than", "is"]
SizeField = Literal["words", "characters"]
NameField = Literal["channel", "language"]
FactRelation = Literal["is", "contains", "is known"]


@dataclass(frozen=True, slots=True)
class TextTest:
    """``text contains "a" or "b"``; with ``every``: ``"a" and "b"``. Of ``matches``, terms are patterns."""

    field: TextField
    relation: TextRelation
    terms: tuple[str, ...]
    every: bool = False


@dataclass(frozen=True, slots=True)
class SizeTest:
    """``words fewer than 10``."""

    field: SizeField
    comparison: Comparison
    number: int


@dataclass(frozen=True, slots=True)
class NameTest:
    """``channel is email or chat``, ``language is de``."""

    field: NameField
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactTest:
    """``customer plan is "pro" or "team"``. No values for ``is known``."""

    fact: str
    relation: FactRelation
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactNumberTest:
    """``customer seats more than 10``."""

    fact: str
    comparison: Comparison
    number: float


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """Two or more conditions that must all hold. Make it with :func:`all_of`."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Two or more conditions of which one must hold. Make it with :func:`any_of`."""

    parts: tuple[Condition, ...]


Test: TypeAlias = TextTest | SizeTest | NameTest | FactTest | FactNumberTest
Condition: TypeAlias = Test | Not | AllOf | AnyOf


def all_of(parts: list[Condition]) -> Condition:
    """The conditions joined by "and", without joints inside joints."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, AllOf) else (part,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def any_of(parts: list[Condition]) -> Condition:
    """The conditions joined by "or", without joints inside joints."""
    flat = [each for part in parts for each in (part.parts if isinstance(part, AnyOf) else (part,))]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def tests_of(condition: Condition) -> list[Test]:
    """The single tests of a condition, as they are read."""
    match condition:
        case Not(part):
            return tests_of(part)
        case AllOf(parts) | AnyOf(parts):
            return [test for part in parts for test in tests_of(part)]
        case _:
            return [condition]


@dataclass(frozen=True, slots=True)
class Rule:
    """An answer and when it is given; without a condition: otherwise."""

    answer: str
    condition: Condition | None
    comment: str = ""
    line: int = field(default=0, compare=False)
    """1-based, as it was typed."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A line that holds only a comment, or nothing."""

    comment: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The lines somebody typed."""

    lines: tuple[Rule | Remark, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The lines that give answers, in their order."""
        return tuple(line for line in self.lines if isinstance(line, Rule))
