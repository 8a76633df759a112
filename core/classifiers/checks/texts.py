"""How checks read a text: folded, in sentences, in words."""

from __future__ import annotations

import re
import unicodedata

_END = re.compile(r"(?<=[.!?…])[\"'”’»)]{0,3}\s+(?![a-zß-öø-ÿ])|\n+")
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"'”’»)]{0,3}\s+|\n\s*\n|\n(?=\s*[-*•\d])")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_LINK = re.compile(r"```.*?```|`[^`\n]*`|https?://\S+|\S{1,64}@\S+", re.DOTALL)
LONGEST_SENTENCE = 2_000


def plain(text: str) -> str:
    """Lower case, without accents, with plain apostrophes."""
    folded = text.casefold().replace("’", "'")
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def lines_and_sentences(text: str) -> list[str]:
    """Pieces that make one statement each; what is longer than any sentence is cut."""
    pieces = (piece.strip() for piece in _END.split(text))
    return [
        piece[start : start + LONGEST_SENTENCE]
        for piece in pieces
        for start in range(0, len(piece), LONGEST_SENTENCE)
    ]


def sentences(text: str) -> list[str]:
    """Sentences with at least one word, line breaks within them or not."""
    return [piece for piece in _SENTENCE_END.split(text) if _WORD.search(piece)]


def prose(text: str) -> str:
    """The text without code, addresses and links, which are no prose."""
    return _LINK.sub(" ", text)


def words(text: str) -> list[str]:
    """Words, without numbers."""
    return _WORD.findall(text)
