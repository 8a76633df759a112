"""Dates in a text: 31 March 2026, March 31, 31. März, 31 de marzo de 2026, 2026-03-31."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMES = (
    "january jan januar janner enero", "february feb februar febrero", "march mar marz marzo",
    "april apr abril", "may mai mayo", "june jun juni junio", "july jul juli julio",
    "august aug agosto", "september sept sep septiembre setiembre", "october oct oktober okt octubre",
    "november nov noviembre", "december dec dezember dez diciembre",
)  # fmt: skip
_MONTHS = {word: number for number, words in enumerate(_NAMES, start=1) for word in words.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:(?P<y>\d{{4}})-(?P<m>\d{{2}})-(?P<d>\d{{2}})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|\s+de|\s+of)?\s*(?P<n2>{_MONTH})\b\.?(?:,?\s*(?:de\s+|del\s+)?(?P<y2>\d{{4}}))?"
    rf"|(?P<n3>{_MONTH})\b\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:%|percent|days|hours))(?:,?\s*(?P<y3>\d{{4}}))?"
    rf"|(?P<n4>{_MONTH})\b\.?(?:\s+(?:de\s+)?(?P<y4>(?:19|20)\d{{2}}))"
    r"|(?P<d5>\d{1,2})\.(?P<m5>\d{1,2})\.(?P<y5>(?:19|20)\d{2}))"
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date where it stands. ``parts``: year, month, day; 0 for a part that is not named."""

    start: int
    end: int
    parts: tuple[int, int, int]


def read_dates(text: str) -> list[Date]:
    """The dates in folded ``text``; what cannot be one (32 March) is left out."""
    found = []
    for match in _DATE.finditer(text):
        groups = match.groupdict()
        year = int(next((groups[key] for key in ("y", "y2", "y3", "y4", "y5") if groups[key]), 0))
        day = int(next((groups[key] for key in ("d", "d2", "d3", "d5") if groups[key]), 0))
        name = next((groups[key] for key in ("n2", "n3", "n4") if groups[key]), "")
        month = _MONTHS[name] if name else int(groups["m"] or groups["m5"])
        if 1 <= month <= 12 and day <= 31:
            found.append(Date(match.start(), match.end(), (year, month, day)))
    return found


def same_date(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Whether two dates can be one: every part that both name is equal."""
    return all(ours == theirs for ours, theirs in zip(left, right, strict=True) if ours and theirs)
