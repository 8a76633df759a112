"""Our case inside a file of another tool, and what counts when somebody edited that file.

Formats with room for it carry the whole case beside what the other tool reads. On the way back, what is
seen is compared with what the carried case would look like: parts that look the same are the carried
ones, exactly; parts that were edited are read as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from core.errors import InvalidInput
from core.evals.formats.record import AUTHORS, MAX_WEIGHT, CaseRecord

KEY = "ratchet"
"""Under which the case is carried."""
VERSION = 1

_TRAVELS = tuple(each.name for each in fields(CaseRecord) if each.name not in ("notes", "line", "provenance"))
_TEXTS = ("name", "theme", "channel", "locale", "polarity", "digest", "snapshot_id")
_INPUT = ("input", "complete", "digest", "snapshot_id", "masked")
_PARTS = {"input": _INPUT, "expected": ("expectations",)}


def pack(record: CaseRecord) -> dict[str, Any]:
    """The whole case as plain values."""
    packed: dict[str, Any] = {"format": VERSION}
    for name in _TRAVELS:
        value = getattr(record, name)
        packed[name] = list(value) if isinstance(value, tuple) else value
    if record.provenance:
        packed["provenance"] = dict(record.provenance)
    return packed


def unpack(packed: Any) -> CaseRecord:
    """What :func:`pack` gave.

    Raises:
        InvalidInput: it is something else.
    """
    if not isinstance(packed, dict) or not isinstance(packed.get("input"), dict):
        raise InvalidInput("it holds no case with an input")
    if packed.get("format", VERSION) != VERSION:
        raise InvalidInput(f"it was written by a newer version (format {packed['format']!r})")
    for name in _TEXTS:
        if not isinstance(packed.get(name, ""), str):
            raise InvalidInput(f"{name} must be a text")
    if not _objects(packed.get("expectations", [])):
        raise InvalidInput("expectations must be a list of objects")
    check_messages(packed["input"])
    tags = packed.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidInput("tags must be a list of texts")
    for name in ("complete", "critical", "masked"):
        if not isinstance(packed.get(name, False), bool):
            raise InvalidInput(f"{name} must be true or false")
    if not isinstance(packed.get("provenance", {}), dict):
        raise InvalidInput("provenance must be an object")
    known: dict[str, Any] = {name: packed[name] for name in (*_TRAVELS, "provenance") if name in packed}
    known |= {
        "weight": checked_weight(packed.get("weight", 1.0)),
        "tags": tuple(tags),
        "expectations": tuple(packed.get("expectations", [])),
    }
    return CaseRecord(**known)


def check_messages(content: Mapping[str, Any]) -> None:
    """Whether an input has messages of the right form.

    Raises:
        InvalidInput: it has not.
    """
    messages = content.get("messages", [])
    if not _objects(messages):
        raise InvalidInput("messages must be a list of objects")
    for each in messages:
        if each.get("author") not in AUTHORS or not isinstance(each.get("text"), str):
            raise InvalidInput(f"each message needs a text and an author: {', '.join(AUTHORS)}")


def checked_weight(value: Any) -> float:
    """More than 0.

    Raises:
        InvalidInput: it is no such number.
    """
    try:
        weight = float(value)
    except (TypeError, ValueError):
        weight = 0.0
    if isinstance(value, bool) or not 0 < weight <= MAX_WEIGHT:
        raise InvalidInput(
            f"weight is {str(value)[:40]!r}; it must be more than 0, at most {MAX_WEIGHT:,.0f}"
        )
    return weight


def settled(
    carried: CaseRecord, seen: CaseRecord, *, shown: Mapping[str, Any], found: Mapping[str, Any]
) -> CaseRecord:
    """The carried case, with the parts that were edited as they stand in the file.

    Args:
        seen: the entry, read as if it came from elsewhere.
        shown: what the carried case looks like in this format, by part: input, expected, or a field's name.
        found: what the entry looks like.
    """
    edited = [part for part in found if found[part] != shown.get(part)]
    changes: dict[str, Any] = {}
    for part in edited:
        changes |= {name: getattr(seen, name) for name in _PARTS.get(part, (part,))}
    made = replace(carried, **changes, line=seen.line)
    if edited:
        made = made.noting(*seen.notes, f"edited since it was exported: {', '.join(edited)}")
    return made


def _objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)
