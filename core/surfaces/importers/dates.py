"""Dates as other systems write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

from core.errors import InvalidInput

_NUMBER = re.compile(r"^\d{9,13}(?:\.\d+)?$")
_SLASHED = re.compile(
    r"^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?)(?: ?([AP]M))?)?$", re.I
)
_ZONE_WORD = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_SPACED_OFFSET = re.compile(r"\s+([+-]\d{2}:?\d{2})$")
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def parse_when(value: object, *, zone: tzinfo = UTC) -> datetime:
    """An aware instant in UTC.

    Understands ISO 8601 (``2024-05-01``, ``2024-05-01T09:30:00Z``, ``2024-05-01 09:30 +02:00``),
    seconds or milliseconds since 1970, mail dates (``Wed, 01 May 2024 09:30:00 +0200``),
    ``01.05.2024 09:30`` (day first) and ``5/13/2024 9:30 PM`` when only one reading is possible.
    A value without a zone is in ``zone``.

    Raises:
        InvalidInput: none of these, ambiguous, or outside 1970 to 2199.
    """
    try:
        moment = _moment(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError, OSError):
        raise InvalidInput(f"{str(value)[:60]!r} is not a date") from None
    if not _EARLIEST <= moment < _LATEST:
        raise InvalidInput(f"{str(value)[:60]!r} is not a date between 1970 and 2199")
    return moment


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    if isinstance(value, int | float):
        return _from_number(float(value))
    text = value.strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if _NUMBER.match(text):
        return _from_number(float(text))
    if slashed := _SLASHED.match(text):
        return _from_slashed(slashed, text)
    bare = _ZONE_WORD.sub("", text)
    if bare != text and bare[:4].isdigit():
        return datetime.fromisoformat(bare).replace(tzinfo=UTC)
    if text[:4].isdigit():
        return datetime.fromisoformat(_SPACED_OFFSET.sub(r"\1", text))
    return parsedate_to_datetime(text)


def _from_number(number: float) -> datetime:
    seconds = number / 1000 if number >= 1e11 else number  # 1e11 s is the year 5138
    return datetime.fromtimestamp(seconds, UTC)


def _from_slashed(match: re.Match[str], text: str) -> datetime:
    first, separator, second, year, clock, half = match.groups()
    day, month = int(first), int(second)
    if separator == "/" and day <= 12 and month <= 12 and day != month:
        raise InvalidInput(f"{text!r} could be two dates; write it as {year}-MM-DD")
    if month > 12:
        day, month = month, day
    hour, minute, *rest = [int(part) for part in (clock or "0:00").split(":")]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if half.upper() == "PM" else 0)
    return datetime(int(year), month, day, hour, minute, rest[0] if rest else 0)
