"""Find a quote in a passage although white space, Markdown or small details differ."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

SIMILAR_ENOUGH = 90.0
"""Least similarity (0..100, best aligned substring) of a quote that is not found word for word.

A wrong comma, a dropped article or a changed ending stays above it in a sentence-long quote; another
sentence about the same topic does not reach it. What counts afterwards is the passage's own wording.
"""
LONGEST_GAP = 600

_SKIPPED = re.compile(
    r"\]\([^)\s]*(?:\s\"[^\"]*\")?\)"  # the target of a link
    r"|^[ \t]*(?:[-*+•]|\d{1,2}[.)]|#{1,6})[ \t]+|^[ \t]*>[ \t]?"  # list, heading and quotation marks
    r"|[*`\[\]]|(?<!\w)_+|_+(?!\w)|!(?=\[)",
    re.MULTILINE,
)
_ELLIPSIS = re.compile(r"\s*(?:\[?…\]?|\[?\.{3,}\]?)\s*")
_SAME = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‑": "-", "−": "-", "|": " ", "\u00ad": None,
})  # fmt: skip


class Place(NamedTuple):
    """``passage[start:end]`` is the quote; ``similarity`` is 1.0 when word for word."""

    start: int
    end: int
    similarity: float


def locate(quote: str, passage: str) -> Place | None:
    """Where ``quote`` stands in ``passage``, or None.

    Parts around an ellipsis are found one by one, in order, and the place spans them.
    """
    parts = [part for part in _ELLIPSIS.split(quote) if len(_normal(part)[0]) > 3]
    if not parts:
        return None
    places: list[Place] = []
    for part in parts:
        place = _locate_part(part, passage)
        if place is None or (places and place.start < places[-1].start):
            return None
        places.append(place)
    start, end = places[0].start, places[-1].end
    if end - start > max(LONGEST_GAP, 3 * len(quote)):
        start, end, _ = max(places, key=lambda place: place.end - place.start)
    return Place(start, end, min(place.similarity for place in places))


def normalised(text: str) -> str:
    """``text`` as it is compared: no Markdown, one kind of quotation mark and dash, folded case."""
    return _normal(text)[0]


def _locate_part(part: str, passage: str) -> Place | None:
    needle, _ = _normal(part)
    hay, offsets = _normal(passage)
    if not needle or not hay:
        return None
    at = hay.find(needle)
    if at >= 0:
        return Place(offsets[at], offsets[at + len(needle) - 1] + 1, 1.0)
    if len(needle) > len(hay) * 1.1:
        return None  # the alignment would then look for the passage in the quote
    found = fuzz.partial_ratio_alignment(needle, hay, score_cutoff=SIMILAR_ENOUGH)
    if found is None or found.dest_end <= found.dest_start:
        return None
    start, end = _widened(needle, hay, *_to_words(hay, found.dest_start, found.dest_end))
    return Place(offsets[start], offsets[end - 1] + 1, found.score / 100)


def _widened(needle: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The span with up to three words more at either end, where that fits the needle better.

    The alignment only tries spans as long as the needle, so a quote that left out a word loses one.
    """
    starts, ends = [start], [end]
    for _ in range(3):
        before = text.rfind(" ", 0, max(starts[-1] - 1, 0)) + 1
        after = text.find(" ", ends[-1] + 1)
        starts.append(before)
        ends.append(len(text) if after < 0 else after)
    return max(
        ((first, last) for first in starts for last in ends),
        key=lambda span: (fuzz.ratio(needle, text[span[0] : span[1]]), span[0] - span[1]),
    )


def _to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole words, without blanks at its ends."""
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    while start < end - 1 and text[start] == " ":
        start += 1
    while end - 1 > start and text[end - 1] == " ":
        end -= 1
    return start, end


@lru_cache(maxsize=512)
def _normal(text: str) -> tuple[str, tuple[int, ...]]:
    """The comparable text, and for each of its characters the index it came from."""
    skipped: set[int] = set()
    for match in _SKIPPED.finditer(text):
        skipped.update(range(match.start(), match.end()))
    characters: list[str] = []
    offsets: list[int] = []
    for index, original in enumerate(text):
        if index in skipped:
            continue
        for character in original.translate(_SAME).casefold():
            if character.isspace():
                if not characters or characters[-1] == " ":
                    continue
                character = " "
            characters.append(character)
            offsets.append(index)
    if characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return "".join(characters), tuple(offsets)
