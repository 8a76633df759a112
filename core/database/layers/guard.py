"""Refuse writes past a layer: they would land in the base, for everybody to see."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, event

_STRINGS = re.compile(r"'(?:[^']|'')*'")
_WRITES = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|MERGE\s+INTO"
    r'|(?<!FOR )(?<!NO KEY )(?<!DO )UPDATE(?:\s+ONLY)?)\s+([\w."]+)',
    re.IGNORECASE,
)


class WritesPastLayer(RuntimeError):
    """Somebody tried to change a table of the base through a layer: a defect."""


def guard_writes(engine: Engine, tables: Collection[str]) -> None:
    """Let statements of this engine write to ``tables`` only, by their plain names."""
    allowed = frozenset(tables)

    @event.listens_for(engine, "before_cursor_execute")
    def check(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        for name in _WRITES.findall(_STRINGS.sub("''", statement)):
            if name.strip('"') not in allowed:
                raise WritesPastLayer(f"{name} is not part of the layer, so nothing may write to it there")
