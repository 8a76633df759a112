"""Amounts, dates and words as each language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from core.actions.connectors.halyard.money import shown

LANGUAGES = ("en", "de", "es")
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DAY = {"en": "{day} {month} {year}", "de": "{day}. {month} {year}", "es": "{day} de {month} de {year}"}
_MOMENT = {"en": "{day} at {time} UTC", "de": "{day} um {time} Uhr UTC", "es": "{day} a las {time} UTC"}
_SWAP = str.maketrans(",.", ".,")
_WORDS: Mapping[str, Mapping[str, str]] = {
    "paid": {"en": "paid", "de": "bezahlt", "es": "pagada"},
    "open": {"en": "open", "de": "offen", "es": "pendiente de pago"},
    "monthly": {"en": "monthly", "de": "monatlicher", "es": "mensual"},
    "annual": {"en": "annual", "de": "jährlicher", "es": "anual"},
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in hundredths."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with its time of day."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """A word that has a translation."""

    key: str


Value = Money | Moment | Word | datetime | str | int


def format_value(value: Value, language: str) -> str:
    """``value`` in ``language``: a Money, a Moment, a Word, a date (datetime), a text or a number."""
    if isinstance(value, Money):
        text = shown(value.minor, value.currency)
        return text if language == "en" else text.translate(_SWAP)
    if isinstance(value, Moment):
        at = value.at.astimezone(UTC)
        return _MOMENT[language].format(day=format_day(at, language), time=f"{at:%H:%M}")
    if isinstance(value, Word):
        return _WORDS[value.key][language]
    if isinstance(value, datetime):
        return format_day(value, language)
    return str(value)


def format_day(at: datetime, language: str = "en") -> str:
    """``1 November 2026``, ``1. November 2026``, ``1 de noviembre de 2026``: the day in UTC."""
    day = at.astimezone(UTC)
    return _DAY[language].format(day=day.day, month=_MONTHS[language].split()[day.month - 1], year=day.year)
