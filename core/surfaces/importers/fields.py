"""Single values of a record, checked: what every format's fields go through."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.errors import InvalidInput
from core.surfaces.importers.dates import parse_when
from core.surfaces.importers.options import ImportOptions


def clean_text(text: str) -> str:
    """``text`` without NUL (Postgres refuses it) and lone surrogates (UTF-8 has none)."""
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def mapping(raw: object, where: str) -> Mapping[str, Any]:
    """An object; ``where`` names it.

    Raises:
        InvalidInput: it is missing, or something else.
    """
    if isinstance(raw, Mapping):
        return raw
    if raw is None:
        raise InvalidInput(f"{where} is missing")
    raise InvalidInput(f"{where} is {shown(raw)}; it must be an object")


def identifier(
    fields: Mapping[str, Any], key: str, *, limit: int, where: str = "", required: bool = True
) -> str:
    """A text or whole number as text.

    Raises:
        InvalidInput: it is missing, something else, or longer than ``limit``.
    """
    value = fields.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        if required:
            raise InvalidInput(f"{where}{key} is missing")
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"{where}{key} is {shown(value)}; it must be text or a whole number")
    value = clean_text(value.strip())
    if required and not value:
        raise InvalidInput(f"{where}{key} is empty")
    if len(value) > limit:
        raise InvalidInput(f"{where}{key} is longer than {limit} characters")
    return value


def words(fields: Mapping[str, Any], key: str, *, limit: int, where: str = "") -> str:
    """A short label: white space collapsed, cut at ``limit``."""
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"{where}{key} is {shown(value)}; it must be text")
    return clean_text(" ".join(value.split()))[:limit]


def one_of(fields: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    """One of a few words; empty when it is not given.

    Raises:
        InvalidInput: it is another one.
    """
    value = fields.get(key)
    if value in (None, ""):
        return ""
    if value not in allowed:
        raise InvalidInput(f"{key} is {shown(value)}; it must be one of {', '.join(allowed)}")
    return str(value)


def when(value: object, where: str, options: ImportOptions) -> datetime:
    """An instant; ``where`` names the field.

    Raises:
        InvalidInput: it is no date.
    """
    try:
        return parse_when(value, zone=options.zone)
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None


def shown(value: object) -> str:
    """The value as a message shows it, cut after 60 characters."""
    text = clean_text(repr(value))
    return text if len(text) <= 60 else f"{text[:57]}..."
