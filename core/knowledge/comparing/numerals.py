"""Numbers as people write them, in digits and in words, in English, German and Spanish."""

from __future__ import annotations

import re
from functools import cache

from core.knowledge.comparing.wording import folded

DIGITS = r"\d+(?:[.,'\u202f]\d+)*"

_WORDS = {
    "en": """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty""",
    "de": """ein|eine|einen|einem|einer|eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf
        dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig""",
    "es": """un|una|uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince
        dieciséis diecisiete dieciocho diecinueve veinte""",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety hundred",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
}
_MORE = {
    "de": {"einundzwanzig": 21, "vierundzwanzig": 24, "achtundvierzig": 48, "zweiundsiebzig": 72},
    "es": {"veintiuno": 21, "veintiun": 21, "veinticuatro": 24},
}
_SCALES = {
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "k": 1e3, "m": 1e6, "tausend": 1e3, "millionen": 1e6,
    "mio": 1e6, "mil": 1e3, "millones": 1e6, "millon": 1e6,
}  # fmt: skip

# These are articles too, so they count only in front of a unit.
AMBIGUOUS = frozenset(["one", "ein", "eine", "einen", "einem", "einer", "eins", "un", "una", "uno"])


@cache
def number_words(language: str) -> dict[str, float]:
    """Folded number words of a language and what they stand for; English ones count everywhere."""
    found: dict[str, float] = {}
    for code in dict.fromkeys(("en", language)):
        for value, words in enumerate(folded(_WORDS.get(code, "")).split(), start=1):
            found.update(dict.fromkeys(words.split("|"), float(value)))
        for place, word in enumerate(folded(_TENS.get(code, "")).split(), start=2):
            found[word] = place * 10.0
        found.update({word: float(value) for word, value in _MORE.get(code, {}).items()})
    found.update({"twice": 2.0, "thrice": 3.0} if language == "en" else {})
    return found


@cache
def number_pattern(language: str) -> str:
    """A regular expression for a number in folded text: digits, or a number word."""
    words = "|".join(sorted(map(re.escape, number_words(language)), key=len, reverse=True))
    tens = "|".join(folded(_TENS["en"]).split()[:-1])
    units = "|".join(folded(_WORDS["en"]).split()[:9])
    return rf"(?:{DIGITS}|\b(?:(?:{tens})-(?:{units})|{words})\b)"


def to_number(written: str, language: str) -> float | None:
    """What a match of :func:`number_pattern` is worth; None for what is no one number (1.2.3)."""
    if not written[0].isdigit():
        parts = [number_words(language).get(part) for part in written.split("-")]
        return None if None in parts else sum(part for part in parts if part is not None)
    text = re.sub(r"['\u202f]", "", written)
    group, point = (",", ".") if language == "en" else (".", ",")
    if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{point}\d+)?", text):
        text = text.replace(group, "").replace(point, ".")
    elif text.count(".") + text.count(",") == 1:
        text = text.replace(",", ".")
    elif re.fullmatch(rf"\d{{1,3}}(?:\{point}\d{{3}})+(?:\{group}\d+)?", text):
        text = text.replace(point, "").replace(group, ".")
    try:
        return float(text)
    except ValueError:
        return None


def scale_of(word: str) -> float:
    """1000 for "thousand" or "k" behind a number, 1 for any other word."""
    return _SCALES.get(word, 1.0)
