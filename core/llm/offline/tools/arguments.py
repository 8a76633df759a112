"""Reads the arguments of actions out of what customers write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from core.llm.offline.words import fold

_NUMBER = re.compile(r"\b[A-Z]{2,6}-\d{4}-\d{3,8}\b", re.I)
_INCIDENT = re.compile(r"\bINC-\d{3,6}\b", re.I)
_FIGURE = r"\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_CURRENCY = r"(?:us\$|[$€£]|usd|eur|gbp|chf|euros?|dollars?|d[oó]lares|pounds?|bucks|franken)"
_AMOUNT = re.compile(
    rf"{_CURRENCY}\s?(?P<left>{_FIGURE})(?:[.,]-)?(?![\d-])|"
    rf"(?<![\w.,-])(?P<right>{_FIGURE})(?:[.,]-)?\s?{_CURRENCY}(?!\w)"
    r"|(?<![\w.,:-])(?P<bare>\d{1,6}[.,]\d{2})(?![\d.,:]|\s?(?:%|(?:gb|mb|tb|uhr|am|pm|h)\b))",
    re.I,
)
_PERCENT = re.compile(r"(?<![\w.,])(\d{1,3})\s?(?:%|percent\b|per cent\b|prozent\b|por ciento\b)", re.I)
_PLAN = re.compile(r"\b(?:(to|auf|zu|zum|in|al|a|hacia)\s+(?:\w+\s+){0,2}?)?(harbou?r|sloop|schooner)\b")
_AWAY = re.compile(
    r"\b(?:from|von|vom|aus|desde|del?|instead of|statt)\s+(?:(?!(?:to|auf|zu|zum|al?|in)\s)\w+\s+){0,2}?$"
)
_PERIODS = {
    "annual": re.compile(r"\b(?:annual(?:ly)?|yearly|jahrlich\w*|jahres\w*|anual)\b"),
    "monthly": re.compile(r"\b(?:month(?:ly|-to-month)|monatlich\w*|monats\w*|mensual)\b"),
}
_DAYS = re.compile(
    r"(?P<lead>\b(?:by|for|another|um|weitere|noch|otr[oa]s?|por|extra|additional)\s+)?"
    r"(?P<n>\b(?:\d{1,3}|an?|one|two|three|another|ein|eine[nr]?|zwei|drei|un|una|dos|tres|otra))\s+"
    r"(?P<before>(?:more|extra|additional|weitere[nr]?|zusatzliche|full|whole)\s+)?"
    r"(?P<unit>days?|weeks?|months?|tage?n?|wochen?|monate?|dias?|semanas?|"
    r"mes(?:es)?)\b(?P<after>\s+(?:more|longer|extra|mas|langer))?"
)
_WORDS = {"a": 1, "an": 1, "one": 1, "another": 1, "ein": 1, "eine": 1, "einen": 1, "einer": 1,
          "un": 1, "una": 1, "otra": 1, "two": 2, "zwei": 2, "dos": 2, "three": 3, "drei": 3,
          "tres": 3}  # fmt: skip
_KEY = re.compile(
    r"\[KEY_\d+\]|\bhly_(?:live|test)_\w+|(?:\bkeys?|\btoken|\bschlüssel|"
    r"\bclave(?: de api)?)\s+(?:named|called|namens|mit dem "
    r"namen|llamada|con el nombre|\")?\s*[\"“„'«]?(?P<after>[\w.-]{0,40}[-_.\d][\w.-]{0,40}\w)|"
    r"[\"“„«](?P<quoted>[^\"”“»]{2,40})[\"”“»]|"
    r"\b(?P<ahead>[a-z]\w{0,40}[-_]\w[\w-]{0,40})\s+(?:api[ -]?)?(?:keys?|token|schlüssel)\b",
    re.I,
)
_REGIONS = {
    "Cork": ("cork", "eu-west", "ireland", "irland", "irlanda"),
    "Bergen": ("bergen", "eu-north", "norway", "norwegen", "noruega"),
    "Norfolk": ("norfolk", "us-east", "virginia"),
    "Oregon": ("oregon", "us-west"),
}
_AGO = re.compile(
    r"\b(?:(?:vor|hace)\s+)?(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"(?:a )?(?:few|couple of)|several|some|many|einigen?|mehreren?|ein paar|vielen|"
    r"eine[mnr]?|zwei|drei|vier|funf|sechs|"
    r"un par de|unos|unas|vari[oa]s|algun[oa]s|much[oa]s|una?|dos|tres|cuatro|cinco|"
    r"seis)\s+(?P<unit>days?|weeks?|months?|tage?n?|wochen?|monate?n?|dias?|"
    r"semanas?|mes(?:es)?)\b(?P<ago>\s+ago)?"
)
_COUNTS = {**_WORDS, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "einem": 1,
           "vier": 4, "funf": 5, "sechs": 6, "cuatro": 4, "cinco": 5, "seis": 6}  # fmt: skip


_TWICE = re.compile(r"\b(?:twice|double|duplicate|second (?:charge|payment|time)|two times|doppelt\w*|"
                    r"zweimal|zweite\w*|dos veces|duplicad[oa]|doble|segundo|"
                    r"(?:two|zwei|dos) (?:\w+ )?(?:payments|charges|debits|zahlungen|abbuchungen|"
                    r"buchungen|pagos|cobros|cargos))\b")  # fmt: skip
_LEAST_OF_SOME = 2  # "some weeks ago", "vor ein paar Tagen", "hace unos meses"


def invoice_numbers(text: str) -> tuple[str, ...]:
    """Invoice numbers such as ``HLY-2026-048213``, in order, each once."""
    return tuple(dict.fromkeys(match.upper() for match in _NUMBER.findall(text)))


def incident_numbers(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.upper() for match in _INCIDENT.findall(text)))


def amounts(text: str) -> tuple[Decimal, ...]:
    """Amounts of money in order: with a currency, or with two decimals.

    ``1,234.50``, ``1.234,50``, ``1'234.50``, ``29,-`` and ``29`` all are read.
    """
    found: list[Decimal] = []
    for match in _AMOUNT.finditer(_NUMBER.sub(" ", text)):
        value = decimal_of(match.group("left") or match.group("right") or match.group("bare"))
        if value is not None and value > 0:
            found.append(value)
    return tuple(dict.fromkeys(found))


def decimal_of(value: Any) -> Decimal | None:
    """A figure as people and systems write it, or None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return Decimal(str(value)) if abs(value) < 1e12 else None
    if not isinstance(value, str) or len(value) > 24:
        return None
    digits = re.sub(r"[^\d.,-]", "", value)
    decimals = re.search(r"[.,](\d{1,2})$", digits)
    whole = re.sub(r"[.,]", "", digits[: decimals.start()] if decimals else digits)
    try:
        number = Decimal(f"{whole or '0'}.{decimals.group(1)}" if decimals else whole)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def percentage(text: str) -> Decimal | None:
    match = _PERCENT.search(text)
    return Decimal(match.group(1)) if match and 0 < int(match.group(1)) <= 100 else None


def plan_named(text: str) -> str:
    """The plan a customer wants to have, or empty where that is not clear."""
    folded = fold(text)
    found = [
        (match.group(1) is not None, match.group(2).replace("harbour", "harbor"))
        for match in _PLAN.finditer(folded)
        if match.group(1) or not _AWAY.search(folded[: match.start()])
    ]
    aimed = {name for to, name in found if to}
    named = aimed or {name for _, name in found}
    return named.pop() if len(named) == 1 else ""


def period_named(text: str) -> str:
    """``monthly`` or ``annual`` as wanted, or empty where that is not clear."""
    folded = fold(text)
    found = {
        period
        for period, pattern in _PERIODS.items()
        for match in pattern.finditer(folded)
        if not _AWAY.search(folded[: match.start()])
    }
    return found.pop() if len(found) == 1 else ""


def days_named(text: str) -> int | None:
    """By how many days something is to be longer, weeks counted as seven; None where that is not said.

    "It ends in two days" names no such number: it takes a "by", "another" or "more".
    """
    for match in _DAYS.finditer(fold(text)):
        count = match.group("n")
        if (
            match.group("lead")
            or match.group("before")
            or match.group("after")
            or count in ("another", "otra")
        ):
            return (int(count) if count.isdigit() else _WORDS[count]) * _unit_days(match.group("unit"))
    return None


def days_ago(text: str) -> int | None:
    """How long ago something was, in days (a month is 30), "some" as two; None where that is not said."""
    for match in _AGO.finditer(fold(text)):
        if match.group("ago") or match.group().startswith(("vor ", "hace ")):
            count = match.group("n")
            least = _LEAST_OF_SOME if " " in count or count not in _COUNTS else _COUNTS[count]
            return (int(count) if count.isdigit() else least) * _unit_days(match.group("unit"))
    return None


def _unit_days(unit: str) -> int:
    return 7 if unit.startswith(("week", "woche", "semana")) else 30 if unit.startswith("m") else 1


def key_named(text: str) -> str:
    """The name, the start or the mask of an API key; empty where none is named."""
    for match in _KEY.finditer(text):
        return match.group("after") or match.group("quoted") or match.group("ahead") or match.group()
    return ""


def region_named(text: str, allowed: Sequence[str] = ()) -> str:
    """A region, as the tool writes it where it says which it knows."""
    folded = fold(text)
    for name, others in _REGIONS.items():
        if any(re.search(rf"\b{other}\b", folded) for other in others):
            return next((each for each in allowed if any(other in fold(each) for other in others)), name)
    return ""


def says_twice(text: str) -> bool:
    """Whether somebody tells of a second payment."""
    return _TWICE.search(fold(text)) is not None


def choices(schema: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The values a tool's schema allows for an argument; empty where it names none."""
    properties = schema.get("properties")
    field = properties.get(name) if isinstance(properties, Mapping) else None
    values = field.get("enum") if isinstance(field, Mapping) else None
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
