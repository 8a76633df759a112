"""Texts as rules compare them: whatever their case, Unicode form and spacing. Accents do count."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import regex  # type: ignore[import-untyped]

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_UNSPACED_RUN = regex.compile(rf"[{_UNSPACED}\p{{M}}]*[{_UNSPACED}][{_UNSPACED}\p{{M}}]*")
_WORD = regex.compile(r"\w+(?:['’\-]\w+)*")
_PLAIN_WORD = re.compile(_WORD.pattern)
_TOKEN = regex.compile(rf"[{_UNSPACED}]\p{{M}}*|(?:(?![{_UNSPACED}])\w)+|[^\w\s]+")
_PLAIN_TOKEN = re.compile(r"\w+|[^\w\s]+")  # several times as quick, and the same below _RARE
_RARE = re.compile("[\u0300-\u036f\u0483-\u0489\u0590-\U0010ffff]")
_NEEDS_EDGE = regex.compile(rf"(?![{_UNSPACED}])\w")
_SPACING = regex.compile(r"\s\s+|[^\S ]")


def composed(text: str) -> str:
    """The text in Unicode form C: an umlaut is one character, however it was typed."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """The text as it is compared.

    Canonical caseless matching (Unicode Standard 3.13, D145) in form C, with runs of white space as one
    blank and typographic apostrophes as plain ones.
    """
    if text.isascii():
        plain = text.lower()
    else:
        plain = unicodedata.normalize("NFD", text).casefold()
        plain = unicodedata.normalize("NFC", plain).replace("’", "'").replace("\N{SOFT HYPHEN}", "")
    return " ".join(plain.split()) if _SPACING.search(plain) else plain.strip()


@lru_cache(maxsize=4096)
def whole(term: str) -> regex.Pattern[str]:
    """What finds a folded term as whole words.

    In scripts that put no blanks between words, such as Chinese or Thai, the term may stand anywhere.
    """
    before = r"(?<!\w)" if _NEEDS_EDGE.match(term[:1]) else ""
    after = r"(?!\w)" if _NEEDS_EDGE.match(term[-1:]) else ""
    return regex.compile(before + regex.escape(term) + after)


def count_words(text: str) -> int:
    """Words of a text. In scripts without blanks between words, two characters count as one."""
    if text.isascii():
        return len(_PLAIN_WORD.findall(text))
    unspaced = sum((len(run) + 1) // 2 for run in _UNSPACED_RUN.findall(text))
    return unspaced + len(_WORD.findall(_UNSPACED_RUN.sub(" ", text) if unspaced else text))


def tokens(folded_text: str) -> list[str]:
    """Words, single characters of scripts without blanks, and runs of punctuation, in their order."""
    return (_TOKEN if _RARE.search(folded_text) else _PLAIN_TOKEN).findall(folded_text)


def is_word_token(token: str) -> bool:
    """Whether the token is a word, not punctuation."""
    return token[:1].isalnum() or token.startswith("_")


def separator(before: str, after: str) -> str:
    """What stands between two neighbouring words: nothing in scripts without blanks between words."""
    return "" if _UNSPACED_RUN.fullmatch(before) and _UNSPACED_RUN.fullmatch(after) else " "
