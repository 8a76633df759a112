"""The SQL that code sends, for tests that hold it to a number of statements instead of to a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements_of(engine: Engine | type[Engine]) -> Iterator[list[str]]:
    """The statements sent while this is open; of every engine with ``Engine`` itself."""
    seen: list[str] = []

    def note(*told: Any) -> None:
        seen.append(told[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
