"""Finds statements of two articles that cannot both hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.llm.offline.contrasts import contrast
from core.llm.offline.markdown import Piece
from core.llm.offline.scoring import Scored
from core.llm.offline.words import fold, terms

_VALUE = re.compile(
    r"(?P<money>[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?(?:usd|eur|gbp|dollars?|euros?|chf)\b)"
    r"|(?P<percent>\d[\d.,]*\s?(?:%|percent\b|prozent\b|por ciento\b|pour cent\b))"
    r"|(?P<number>\d[\d.,]*)\s?-?\s?(?P<unit>(?:(?:business|working|calendar|werk|arbeits)[ -]?)?[^\W\d_]+)",
    re.I,
)
_WORD_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "twelve": "12", "fourteen": "14", "thirty": "30", "sixty": "60", "ninety": "90",
    "zwei": "2", "drei": "3", "vier": "4", "sieben": "7", "zehn": "10", "vierzehn": "14", "dreissig": "30",
}  # fmt: skip
_UNITS_TEXT = """
second minute hour day week month year business working calendar gb mb tb kb gib mib tib seat user site
attempt time request character file device card account transaction sekunde stunde tag woche monat jahr
werktag arbeitstag segundo minuto hora dia semana mes ano seconde heure jour semaine mois annee
"""
_UNITS = frozenset(_UNITS_TEXT.split())
_NEGATION = re.compile(
    r"\b(not|never|cannot|can't|don't|doesn't|isn't|aren't|won't|no longer|without|nicht|kein\w*|nie|no|"
    r"nunca|ne|pas|jamais)\b",
    re.I,
)
_LIMIT = re.compile(
    r"\b(?:up to|at most|no more than|bis zu|hochstens|hasta|como maximo)\s+"
    r"(?P<number>\d+)\s+"
    r"(?P<unit>(?:business |working )?(?:minut|hour|day|week|stund|tag|woch|hora|dia|seman))"
)
_WARNING = re.compile(r"^\W*(?:do not|don't|never)\b", re.I)  # of another act, often with the same words
_SIMILAR = 0.6
_SIMILAR_POLARITY = 0.8
_RELEVANT = 0.75


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two pieces of different articles that say different things about the same."""

    left: Scored
    right: Scored


def find_conflict(ranked: Sequence[Scored], *, language: str) -> Conflict | None:
    """The first contradiction among the pieces that matter for one ask.

    Precision comes first: both must fit the ask about equally well, be worded alike, and belong to
    articles that are not about different cases.

    Args:
        ranked: scored pieces for one ask, best first.
    """
    if not ranked:
        return None
    floor = _RELEVANT * ranked[0].score
    near = [
        item for item in ranked[:16] if item.score >= floor and item.piece.kind in ("prose", "bullet", "row")
    ]
    for position, left in enumerate(near[:6]):
        for right in near[position + 1 :]:
            if left.passage.title == right.passage.title or contrast(left.passage, right.passage):
                continue
            if min(left.covered, right.covered) < 0.6:
                continue
            if contradict(left.piece, right.piece, language=language):
                return Conflict(left, right)
    return None


def contradict(left: Piece, right: Piece, *, language: str) -> bool:
    """Whether two statements about the same thing differ in a value or in yes and no."""
    ours, theirs = _subject(left.text, language), _subject(right.text, language)
    if min(len(ours), len(theirs)) < 2:
        return False
    if _other_limit(left.text, right.text, language):
        return True
    alike = len(ours & theirs) / len(ours | theirs)
    left_values, right_values = values(left.text), values(right.text)
    if alike >= _SIMILAR:
        for kind in left_values.keys() & right_values.keys():
            if left_values[kind].isdisjoint(right_values[kind]):
                return True
    if bool(_WARNING.match(left.text)) != bool(_WARNING.match(right.text)):
        return False
    if alike >= _SIMILAR_POLARITY and len(ours & theirs) >= 3 and left_values == right_values:
        return bool(_NEGATION.search(left.text)) != bool(_NEGATION.search(right.text))
    return False


def _other_limit(left: str, right: str, language: str) -> bool:
    """Whether both name the longest time for the same, in the same words before it, and differ."""
    ours, theirs = _LIMIT.search(fold(left)), _LIMIT.search(fold(right))
    if not ours or not theirs or ours["unit"] != theirs["unit"] or ours["number"] == theirs["number"]:
        return False
    heads = [_subject(match.string[: match.start()], language) for match in (ours, theirs)]
    return heads[0] == heads[1] and len(heads[0]) >= 2


def values(text: str) -> dict[str, frozenset[str]]:
    """The amounts a text names, by unit: ``{"day": {"5", "10"}, "money": {"$5"}}``."""
    folded = fold(text)
    folded = re.sub(
        r"\b(" + "|".join(_WORD_NUMBERS) + r")\b", lambda match: _WORD_NUMBERS[match.group()], folded
    )
    folded = re.sub(r"(\d+)\s?(?:-|–|to|bis|a|à|and|or)\s?(\d+)(\s?-?\s?[^\W\d_]+)", r"\1\3 \2\3", folded)
    found: dict[str, set[str]] = {}
    for match in _VALUE.finditer(folded):
        if match.group("money"):
            unit, value = "money", re.sub(r"[^\d.,]", "", match.group("money"))
        elif match.group("percent"):
            unit, value = "percent", re.sub(r"[^\d.,]", "", match.group("percent"))
        else:
            unit = re.split(r"[ -]", match.group("unit"))[-1].removesuffix("s").removesuffix("en")
            value = match.group("number")
            if unit not in _UNITS:
                continue
        found.setdefault(unit, set()).add(value.rstrip(".,").replace(",", ""))
    return {unit: frozenset(numbers) for unit, numbers in found.items()}


def _subject(text: str, language: str) -> frozenset[str]:
    return frozenset(
        term for term in terms(text, language) if not term[0].isdigit() and term not in _WORD_NUMBERS
    )
