"""Whether passages of different articles say the same, or contradict each other on what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Protocol

from core.assist.abstention.asking import Ask
from core.assist.grounding.wording import clauses, content_words, critical_words, negated, numbers

SAME_MATTER = 0.8
"""Share of the shorter statement's words that two statements share when they speak of one thing. Less,
and sentences of one form about two plans or two products would count as contradictions."""
FEWEST_WORDS = 3
"""Content words a statement needs before it can contradict another."""


class Source(Protocol):
    """A passage that can be compared."""

    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements of different articles on one matter that cannot both hold.

    ``strength`` is 0..1: how surely they speak of the same thing, and of what was asked.
    """

    first_title: str
    first: str
    second_title: str
    second: str
    strength: float


def agreement(rivals: Sequence[Source], *, ask: Ask, language: str) -> float:
    """1 when no two of these passages (of different articles) contradict each other, down to 0."""
    worst = contradiction(rivals, ask=ask, language=language)
    return 1.0 - (worst.strength if worst else 0.0)


def contradiction(rivals: Sequence[Source], *, ask: Ask, language: str) -> Contradiction | None:
    """The clearest contradiction between passages of different articles, or None.

    Two clauses contradict each other when they share most of their words and

    * one denies what the other affirms,
    * each names a number that the other does not, or
    * each has a word that turns a statement around (before/after ...) and the other has not.

    Only clauses with a word of the question count: what else the articles disagree on is
    not this customer's matter.
    """
    worst: Contradiction | None = None
    for one, other in combinations(rivals, 2):
        for first in _statements(one.text, language):
            for second in _statements(other.text, language):
                strength = _conflict(first, second, ask)
                if strength > (worst.strength if worst else 0.0):
                    worst = Contradiction(one.title, first.text, other.title, second.text, strength)
    return worst


def overlap(one: str, other: str, *, language: str) -> float:
    """How many of the shorter text's content words both share, 0..1."""
    words, others = content_words(one, language), content_words(other, language)
    fewest = min(len(words), len(others))
    return len(words & others) / fewest if fewest else 0.0


@dataclass(frozen=True, slots=True)
class _Statement:
    text: str
    words: frozenset[str]
    numbers: frozenset[str]
    critical: frozenset[str]
    denies: bool


@lru_cache(maxsize=2048)
def _statements(text: str, language: str) -> tuple[_Statement, ...]:
    return tuple(
        _Statement(
            " ".join(part.split()),
            content_words(part, language),
            numbers(part),
            critical_words(part),
            negated(part, language),
        )
        for part in clauses(text)
        if len(content_words(part, language)) >= FEWEST_WORDS
    )


def _conflict(first: _Statement, second: _Statement, ask: Ask) -> float:
    shared = first.words & second.words
    fewest = min(len(first.words), len(second.words))
    if len(shared) < SAME_MATTER * fewest:
        return 0.0
    asked = sum(ask.weights.get(word, 0.0) for word in shared)
    if not asked:
        return 0.0
    apart_in_numbers = bool(first.numbers - second.numbers) and bool(second.numbers - first.numbers)
    apart_in_words = bool(first.critical - second.critical) and bool(second.critical - first.critical)
    if not (first.denies != second.denies or apart_in_numbers or apart_in_words):
        return 0.0
    alike = len(shared) / max(len(first.words), len(second.words))
    return alike * min(1.0, 3 * asked / (sum(ask.weights.values()) or 1.0))
