"""One thing that was found in a text, and what the checks are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

_MOST_OF_A_KIND = 50
_LONGEST_QUOTE = 80
_ORDER = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at.

    Attributes:
        kind: title, link, anchor, redirect, image, html, script, outline, locale, dates, empty, markdown.
        severity: ``error``: readers or the AI miss something; ``warning``; or ``note``.
        line: of the body, from 1.
        quote: the words it is about.
        words: what is wrong and what to do.
    """

    kind: str
    severity: Severity
    words: str
    line: int | None = None
    quote: str = ""


def shortened(text: str) -> str:
    """``text`` on one line, short enough for a list."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first, then by place; of a kind that is everywhere, only the first so many."""
    return tuple(_capped(sorted(found, key=lambda each: (_ORDER[each.severity], each.line or 0))))


def _capped(found: Iterable[Finding]) -> Iterator[Finding]:
    counts: Counter[tuple[str, Severity]] = Counter()
    for each in found:
        counts[each.kind, each.severity] += 1
        if counts[each.kind, each.severity] <= _MOST_OF_A_KIND:
            yield each
    for (kind, severity), count in counts.items():
        if count > _MOST_OF_A_KIND:
            yield Finding(kind, severity, f"{count - _MOST_OF_A_KIND:,} more like these.")
