"""Texts as expectations compare them, so that how something was typed never decides whether it was said."""

from __future__ import annotations

import unicodedata

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "\N{SOFT HYPHEN}": None,
        "\N{ZERO WIDTH SPACE}": None,
        "\N{WORD JOINER}": None,
        "\N{ZERO WIDTH NO-BREAK SPACE}": None,
    }
)
_REFUSED = {0: None, **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)}


def storable(text: str, most: int) -> str:
    """What a model or a check said, as both databases can hold it: no NUL, no lone surrogates, cut."""
    return text.translate(_REFUSED)[:most]


def compared(text: str, *, ignore_case: bool) -> str:
    """The text in one form: Unicode form C, one kind of quotes and dashes, runs of white space as one blank.

    Without case by canonical caseless matching (Unicode Standard, D145).
    """
    if ignore_case:
        text = unicodedata.normalize("NFD", text).casefold()
    text = unicodedata.normalize("NFC", text).translate(_ALIKE)
    return " ".join(text.split())


def quoted(texts: list[str] | tuple[str, ...], *, joined: str = "and") -> str:
    """Texts for people: “a”, “b” and “c”; long ones cut."""
    said = [f"“{text[:79]}…”" if len(text) > 80 else f"“{text}”" for text in texts]
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} {joined} {said[-1]}"
