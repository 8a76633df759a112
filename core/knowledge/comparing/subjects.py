"""Whether two statements are about the same thing, judged by the words they do and do not share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from core.knowledge.comparing.cases import cases_of, exclude
from core.knowledge.comparing.statements import Statement
from core.knowledge.comparing.wording import alike, content_stems, folded, generic_stems, stem

_PART = re.compile(r"\s*[:|]\s+|\s+-\s+")
_SELF_CONTAINED = 4  # shared content words that make a title dispensable
_TITLE_FILLER = """
    overview guide complete introduction about faq frequently asked questions question answer help policy
    details understanding setting managing using internal getting started time times rule rules information
    terms conditions basics summary specifications requirements eligibility features options glance
    explained how ubersicht hilfe fragen anleitung richtlinie zeiten regeln fristen bedingungen hinweise
    guia ayuda preguntas frecuentes politica tiempos plazos reglas condiciones requisitos resumen
"""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the words of two statements lie beside each other.

    Attributes:
        shared: content words in both; ``weak``: words in both that say little by themselves.
        left, right: content words the other statement has nowhere, not even in its title or headings.
        other_case: the two speak of different cases, such as the monthly and the annual plan.
        other_place: their titles are about different things, and they say too little by themselves.
        same_title: both stand under titles that name the same thing.
    """

    shared: int
    weak: int
    left: tuple[str, ...]
    right: tuple[str, ...]
    other_case: bool
    other_place: bool
    same_title: bool


def align(left: Statement, right: Statement) -> Alignment:
    """Lay the words of two statements of one language side by side."""
    generic = generic_stems(left.language)
    shared = weak = 0
    rest = list(right.stems)
    ours: list[str] = []
    for each in left.stems:
        match = next((other for other in rest if alike(each, other)), None)
        if match is None:
            ours.append(each)
            continue
        rest.remove(match)
        if each in generic or match in generic:
            weak += 1
        else:
            shared += 1
    counted = _counted(left) | _counted(right)
    ours = [each for each in ours if each not in generic and each not in counted]
    theirs = [each for each in rest if each not in generic and each not in counted]
    other_case = exclude(left.cases, right.cases)
    mine = _title_only(left, right)
    others = _title_only(right, left)
    apart = bool(mine and others)
    common = _names_of_title(left) & _names_of_title(right)
    variants = (apart and bool(common)) or _narrows(left, mine, common) or _narrows(right, others, common)
    variants = variants or exclude(cases_of(folded(left.title)), cases_of(folded(right.title)))
    lone = shared < _SELF_CONTAINED or bool(ours) or bool(theirs)
    return Alignment(
        shared=shared,
        weak=weak,
        left=tuple(each for each in ours if not _within(each, right.context)),
        right=tuple(each for each in theirs if not _within(each, left.context)),
        other_case=other_case,
        other_place=variants or (apart and lone),
        same_title=bool(left.title) and not mine and not others,
    )


def subject_stems(statement: Statement) -> frozenset[str]:
    """What a statement can be found by: its content words, without those that say little."""
    return frozenset(statement.stems) - generic_stems(statement.language)


def _counted(statement: Statement) -> frozenset[str]:
    return frozenset(word for value in statement.values for word in value.of)


def _within(word: str, words: Iterable[str]) -> bool:
    return any(alike(word, other) for other in words)


def _title_only(here: Statement, there: Statement) -> frozenset[str]:
    """Words of one title that the other statement has neither in it nor above it."""
    if not here.title or not there.title:
        return frozenset()
    around = there.context | set(there.stems)
    return frozenset(word for word in title_stems(here.title, here.language) if not _within(word, around))


def _names_of_title(statement: Statement) -> frozenset[str]:
    return title_stems(statement.title, statement.language)


def _narrows(statement: Statement, own: frozenset[str], common: frozenset[str]) -> bool:
    """Whether a word of its own stands beside a shared one in a title: "Light Blue Account"."""
    for part in _PART.split(folded(statement.title)):
        words = content_stems(part, statement.language)
        if any((a in own and b in common) or (a in common and b in own) for a, b in pairwise(words)):
            return True
    return False


@lru_cache(maxsize=10_000)
def title_stems(title: str, language: str) -> frozenset[str]:
    """What a title is about: its words without those that only say what kind of page it is."""
    filler = {stem(word, language) for word in _TITLE_FILLER.split()} | generic_stems(language)
    return frozenset(content_stems(folded(title), language)) - filler
