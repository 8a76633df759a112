"""Whether the words a reply cites stand in the passages it cites."""

from __future__ import annotations

import re
import unicodedata

from core.classifiers.checks.registry import Finding, Values, check
from core.classifiers.kind import Subject

_MARKUP = re.compile(r"\]\([^)\s]*\)|^[ \t]*(?:[-*+•>]|\d{1,2}[.)]|#{1,6})[ \t]+|[*`\[\]|_]", re.MULTILINE)
_ELLIPSIS = re.compile(r"\s*(?:\[?…\]?|\[?\.{3,}\]?)\s*")
_SAME = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‑": "-", "−": "-", "\N{SOFT HYPHEN}": None,
})  # fmt: skip
_SHOWN = 80


@check("citation_valid", title="Citations are valid")
def citation_valid(subject: Subject, values: Values) -> Finding:  # noqa: ARG001
    """Yes: every passage that is cited holds the words quoted from it. Without citations, no.

    Case, white space, Markdown and the form of quotation marks and dashes do not matter; parts around an
    ellipsis are looked for one after the other.
    """
    if not subject.citations:
        return Finding(False, "It cites nothing.")
    unread = 0
    for citation in subject.citations:
        quote, passage = str(citation.get("quote") or ""), citation.get("passage")
        if passage is None:
            unread += 1
        elif not _holds(str(passage), quote):
            shown = quote if len(quote) <= _SHOWN else f"{quote[:_SHOWN]}…"
            return Finding(
                False, f"The cited passage does not say “{shown}”." if quote else "A quote is empty."
            )
    if unread:
        return Finding(None, "A passage it cites is gone, so its words cannot be looked up.")
    count = len(subject.citations)
    return Finding(
        True, "The passage says what is quoted." if count == 1 else f"All {count} quotes are found."
    )


def _holds(passage: str, quote: str) -> bool:
    hay = _normal(passage)
    parts = [part for part in map(_normal, _ELLIPSIS.split(quote)) if part]
    at = 0
    for part in parts:
        found = hay.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return bool(parts)


def _normal(text: str) -> str:
    composed = unicodedata.normalize("NFC", _MARKUP.sub(" ", text)).translate(_SAME)
    return " ".join(composed.casefold().split())
