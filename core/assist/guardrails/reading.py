"""A text as a model would understand it, whatever tricks its characters play."""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass

ZERO_WIDTH = "\u200b\u2060\ufeff\u00ad\u180e\u034f"
OVERRIDES = "\u202d\u202e"
_FLAG_TAGS = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,8}\U000e007f")
TAGS = re.compile("[\U000e0001\U000e0020-\U000e007f]+")
"""Invisible copies of ASCII. Real uses are the flags of England, Scotland and Wales only."""
_UNSEEN = re.compile(f"[{ZERO_WIDTH}{OVERRIDES}]")

_LOOK_ALIKES = str.maketrans(
    "авеіјкмнорсстухѕԁԛԝѵһɡɑıοανρτυχκιγ𝟎",
    "abeijkmhopcctyxsdqwvhgaioavptuxkiyo",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """``text`` is folded: lower case, no accents, nothing invisible, single blanks.

    A paragraph break is one line break; a single line break is a blank, as sentences are wrapped.
    ``offsets[i]`` is where character ``i`` stands in the original.
    """

    text: str
    offsets: array[int]
    length: int

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that ``text[start:end]`` comes from."""
        if not self.offsets:
            return 0, 0
        first = self.offsets[min(start, len(self.offsets) - 1)]
        last = self.offsets[end] if end < len(self.offsets) else self.length
        return first, max(first, last)


def read(text: str) -> Reading:
    """Fold a text, remembering where each character came from."""
    characters: list[str] = []
    offsets = array("L")
    line_breaks = 0
    blank = False
    for index, original in enumerate(text):
        if original.isspace():
            line_breaks += original == "\n"
            blank = True
            continue
        folded = original.lower() if original.isascii() else _folded(original)
        if not folded:
            continue
        if blank and characters:
            characters.append("\n" if line_breaks > 1 else " ")
            offsets.append(index)
        blank, line_breaks = False, 0
        for character in folded:
            characters.append(character)
            offsets.append(index)
    return Reading("".join(characters), offsets, len(text))


def _folded(character: str) -> str:
    """Compatibility form without accents; empty for what cannot be seen."""
    if character in "’‘‛`´":
        return "'"
    if character in "“”„«»":
        return '"'
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Cf", "Me", "Co", "Cn"})


def without_look_alikes(folded: str) -> str | None:
    """The text with Cyrillic and Greek letters that look Latin made Latin, or None if it has none."""
    latin = folded.translate(_LOOK_ALIKES)
    return latin if latin != folded else None


def without_unseen(text: str) -> str:
    """``text`` without characters that only hide something; joiners of emoji and scripts stay."""
    if text.isascii():
        return text
    flags = {match.start() + 1: match.end() for match in _FLAG_TAGS.finditer(text)}
    kept = TAGS.sub(lambda match: match.group() if match.start() in flags else "", text)
    return _UNSEEN.sub("", kept)


def hidden_tags(text: str) -> list[tuple[int, int, str]]:
    """Start, end and meaning of text written in tag characters."""
    if text.isascii():
        return []
    flags = {match.start() + 1 for match in _FLAG_TAGS.finditer(text)}
    return [
        (match.start(), match.end(), "".join(chr(ord(c) - 0xE0000) for c in match.group()))
        for match in TAGS.finditer(text)
        if match.start() not in flags
    ]
