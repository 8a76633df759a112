"""What another system answered, cut down to what is kept, shown and told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.actions.connectors.shapes import brief

LARGEST_ANSWER = 1_000_000  # bytes read from the other system
_LONGEST_TEXT = 2_000
_MOST_ITEMS = 50
_DEEPEST = 8
_MOST_PARTS = 1_500
_PLACE = re.compile(r"\{([A-Za-z0-9_.]+)\}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A positive answer.

    Attributes:
        result: as the system answered; a list or a bare value is under ``items`` or ``value``.
        location: of a ``Location`` header, without the host.
        finished: False when the system only said that it will do it (HTTP 202).
    """

    result: dict[str, Any]
    location: str = ""
    finished: bool = True


def as_result(value: Any) -> dict[str, Any]:
    """Any JSON value as a bounded object."""
    left = [_MOST_PARTS]
    kept = _kept(value, _DEEPEST, left)
    if isinstance(kept, dict):
        return kept
    if isinstance(kept, list):
        return {"items": kept}
    return {} if kept is None else {"value": kept}


def scalars(result: Mapping[str, Any], most: int = 12) -> dict[str, str]:
    """The single values of an answer, nested ones as ``a.b``, as text and in its order."""
    found: dict[str, str] = {}

    def walk(value: Any, name: str) -> None:
        if len(found) >= most:
            return
        if isinstance(value, Mapping):
            for key, inner in value.items():
                walk(inner, f"{name}.{key}" if name else str(key))
        elif isinstance(value, bool):
            found[name] = "yes" if value else "no"
        elif isinstance(value, str | int | float) and value != "":
            found[name] = brief(str(value), 200)

    walk(result, "")
    return found


def at(result: Mapping[str, Any], path: str) -> str:
    """The single value at ``a.b``, as text; empty when there is none."""
    value: Any = result
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit():
            value = value[int(step)] if len(step) < 5 and int(step) < len(value) else None
        else:
            return ""
    return brief(str(value), 200) if isinstance(value, str | int | float) else ""


def entries(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a search found: the objects of its one list, or the answer itself when it has no list."""
    if not result or result == {"value": False}:
        return []
    lists = [value for value in result.values() if isinstance(value, list)]
    if len(lists) == 1:
        return [item if isinstance(item, dict) else {"value": item} for item in lists[0]]
    return [dict(result)]


def told(sentence: str, arguments: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """``sentence`` with its places filled in; empty when one of them has no value."""
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        name = match.group(1)
        value = arguments.get(name)
        text = brief(str(value), 200) if value is not None else at(result, name)
        missing = missing or not text
        return text

    filled = _PLACE.sub(fill, sentence)
    return "" if missing else filled


def _kept(value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        return "…"
    if isinstance(value, Mapping):
        return {str(key)[:200]: _kept(item, depth - 1, left) for key, item in _first(value.items())}
    if isinstance(value, list | tuple):
        return [_kept(item, depth - 1, left) for item in _first(value)]
    if isinstance(value, str):
        clean = value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
        return clean if len(clean) <= _LONGEST_TEXT else clean[:_LONGEST_TEXT] + "…"
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else "…"
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    return "…"


def _first(items: Any) -> Any:
    return list(items)[:_MOST_ITEMS]
