"""The values a statement names: durations, sizes, money, percentages, times, dates and counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from core.knowledge.comparing.dates import read_dates
from core.knowledge.comparing.numerals import AMBIGUOUS, number_pattern, scale_of, to_number
from core.knowledge.comparing.wording import grammar_words, stem

_DURATIONS = {  # in hours
    1 / 3600: "second seconds sec secs sekunde sekunden segundo segundos",
    1 / 60: "minute minutes min mins minuten minuto minutos",
    1.0: "hour hours hr hrs h stunde stunden hora horas",
    24.0: "day days tag tage tagen dia dias",
    168.0: "week weeks woche wochen semana semanas",
    730.5: "month months monat monate monaten mes meses",
    8766.0: "year years jahr jahre jahren ano anos",
}
_WORKDAYS = "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen bankarbeitstage bankarbeitstagen"
_SIZES = {1e3: "kb kib", 1e6: "mb mib", 1e9: "gb gib", 1e12: "tb tib"}
_CURRENCIES = {
    "usd": "$ usd dollar dollars dolar dolares", "eur": "€ eur euro euros", "gbp": "£ gbp pound pounds",
    "chf": "chf franken", "jpy": "¥ yen",
}  # fmt: skip
_PERCENT = "% percent prozent"

_UNITS: dict[str, tuple[str, float]] = {
    **{word: ("duration", factor) for factor, words in _DURATIONS.items() for word in words.split()},
    **dict.fromkeys(_WORKDAYS.split(), ("workdays", 1.0)),
    **{word: ("size", factor) for factor, words in _SIZES.items() for word in words.split()},
    **{word: (code, 1.0) for code, words in _CURRENCIES.items() for word in words.split()},
    **dict.fromkeys(_PERCENT.split(), ("percent", 1.0)),
}
_WORKING = frozenset(["business", "working", "banking", "werk"])
_WORKING_AFTER = re.compile(r"\s+(?:habiles|habil|laborables|laborable)\b")
_SYMBOL = re.compile(r"(?<![a-z])(us\$|[$€£¥])\s?$")
_NEXT = re.compile(r"\s*-?\s*(%|[€£$¥]|[^\W\d_]+)")
_CLOCK = re.compile(
    r"\b(?:(?P<h>[01]?\d|2[0-4])[:.](?P<m>[0-5]\d)(?:\s*(?P<half>[ap])\.?m\b\.?|\s*uhr\b)?"
    r"|(?P<h2>1[0-2]|0?[1-9])\s*(?P<half2>[ap])\.?m\b\.?"
    r"|(?P<h3>[01]?\d|2[0-4])\s*uhr\b)"
)
_HOUR_RANGE = re.compile(r"\b(?P<h>[01]?\d|2[0-4])\s*(?=(?:bis|to|-|und|and)\s*\d{1,2}\s*(?:uhr|[ap]\.?m\b))")
_LOWEST = re.compile(
    r"\b(?:at least|minimum(?: of)?|no (?:less|fewer) than|more than|over|mindestens|mehr als|uber|al menos|"
    r"como minimo|mas de|minimo)\s+(?:of\s+|de\s+)?\S{0,2}$"
)
_HIGHEST = re.compile(
    r"\b(?:at most|maximum(?: of)?|no more than|up to|less than|under|fewer than|not exceed|hochstens|"
    r"maximal|bis zu|weniger als|hasta|como maximo|menos de|maximo)\s+(?:of\s+|de\s+)?\S{0,2}$"
)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a statement.

    Attributes:
        kind: ``duration``, ``workdays``, ``size``, ``percent``, a currency, ``clock``, ``date`` or ``count``.
        amount: in the one unit of its kind (hours, bytes, minutes of a day ...).
        of: stems of the words behind a count; what is counted is among them.
        bound: 1 at least, -1 at most, 0 neither.
        start, end: where it stands in the folded text.
    """

    kind: str
    amount: float
    start: int
    end: int
    of: tuple[str, ...] = ()
    bound: int = 0
    partial: tuple[int, ...] = ()


def read_values(text: str, language: str) -> list[Value]:
    """The values in folded ``text``, in order, none inside another."""
    found: list[Value] = []
    taken: list[tuple[int, int]] = []
    for date in read_dates(text):
        found.append(Value("date", 0.0, date.start, date.end, partial=date.parts))
        taken.append((date.start, date.end))
    for start, end, minutes in _clocks(text):
        if _free(start, end, taken):
            found.append(Value("clock", minutes, start, end))
            taken.append((start, end))
    for match in _numbers(language).finditer(text):
        if _free(match.start(), match.end(), taken) and (value := _read(match, text, language)):
            found.append(value)
    return sorted(found, key=lambda value: value.start)


@cache
def _numbers(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.,/#-])-?{number_pattern(language)}(?![\w]*\d)")


def _read(match: re.Match[str], text: str, language: str) -> Value | None:
    written = match.group().removeprefix("-")
    amount = to_number(written, language)
    if amount is None:
        return None
    start, end = match.span()
    bound = 1 if _LOWEST.search(text[:start]) else -1 if _HIGHEST.search(text[:start]) else 0
    symbol = _SYMBOL.search(text[max(0, start - 4) : start])
    following = _NEXT.match(text, end)
    if (
        following
        and (scale := scale_of(following.group(1))) != 1.0
        and (symbol or len(following.group(1)) > 1)
    ):
        amount, end = amount * scale, following.end()
        following = _NEXT.match(text, end)
    if symbol:
        kind = _UNITS[symbol.group(1).removeprefix("us")][0]
        return Value(kind, amount, start - len(symbol.group()), end, bound=bound)
    word = following.group(1) if following else ""
    working = word in _WORKING
    if working and following:
        following = _NEXT.match(text, following.end())
        word = following.group(1) if following else ""
    unit = _UNITS.get(word)
    if unit is None and text[end:].lstrip().startswith("por ciento"):
        return Value("percent", amount, start, end + len(" por ciento"), bound=bound)
    if unit and following:
        kind, factor = unit
        end = following.end()
        after = _WORKING_AFTER.match(text, end)
        if kind == "duration" and factor == 24.0 and (working or after):
            return Value("workdays", amount, start, after.end() if after else end, bound=bound)
        return Value(kind, amount * factor, start, end, bound=bound)
    if written in AMBIGUOUS:
        return None
    return Value("count", amount, start, match.end(), of=_counted(text[match.end() :], language), bound=bound)


def _counted(rest: str, language: str) -> tuple[str, ...]:
    """Stems of up to three words behind a count, until a word of grammar or a sign ends the phrase."""
    found: list[str] = []
    for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*|[^\s\w]", rest)[:3]:
        if not word[0].isalpha() or word in grammar_words(language) or word in {"per", "pro", "por"}:
            break
        found.append(stem(word.rpartition("-")[2], language))
    return tuple(found)


def _clocks(text: str) -> list[tuple[int, int, float]]:
    found = []
    for match in _CLOCK.finditer(text):
        hour = int(match["h"] or match["h2"] or match["h3"])
        half = match["half"] or match["half2"]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        elif "." in match.group() and not match.group().endswith("uhr"):
            continue  # 9.30 is a time only where "Uhr" says so
        found.append((match.start(), match.end(), hour * 60.0 + int(match["m"] or 0)))
    found.extend(
        (match.start("h"), match.end("h"), int(match["h"]) * 60.0) for match in _HOUR_RANGE.finditer(text)
    )
    return found


def _free(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return all(end <= left or start >= right for left, right in taken)
