"""Texts and values from outside, as both databases can hold them."""

from __future__ import annotations

import json
from typing import Any

from core.errors import InvalidInput

_REFUSED = {0: None, **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)}


def plain_text(text: str) -> str:
    """Without NUL; a lone surrogate is replaced."""
    return text.translate(_REFUSED)


def plain_line(text: str) -> str:
    """The same on one line, without white space around it."""
    return " ".join(plain_text(text).split())


def plain_json(value: Any, what: str) -> Any:
    """A copy of plain values, their texts storable.

    Raises:
        InvalidInput: it has no plain JSON form.
    """
    try:
        return _cleaned(json.loads(json.dumps(value, allow_nan=False)))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"What is given as {what} is not plain JSON: {error}.") from None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {plain_text(name): _cleaned(each) for name, each in value.items()}
    return value
