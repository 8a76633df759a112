"""Cheap counts of queue views: capped, and remembered for a few seconds in this process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Lock
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session

COUNT_CAP = 1000
"""Counting stops here. Show this value as "999+"."""

MAX_AGE_SECONDS = 10.0
_MAX_REMEMBERED = 1000

_remembered: dict[tuple[str, str], tuple[float, dict[str, int]]] = {}
_lock = Lock()


def cached_counts(owner: str, statements: Mapping[str, Select[Any]], *, session: Session) -> dict[str, int]:
    """Count the rows of each statement, up to ``COUNT_CAP``, for ``owner`` on this database.

    Statements of one owner must mean the same from call to call.
    """
    key = (str(session.get_bind().engine.url), owner)
    with _lock:
        counted_at, counts = _remembered.get(key, (float("-inf"), {}))
    if time.monotonic() - counted_at < MAX_AGE_SECONDS:
        return counts
    counts = {name: _count(statement, session) for name, statement in statements.items()}
    with _lock:
        if len(_remembered) >= _MAX_REMEMBERED:
            _remembered.clear()
        _remembered[key] = (time.monotonic(), counts)
    return counts


def forget_counts() -> None:
    """Count anew on the next call."""
    with _lock:
        _remembered.clear()


def _count(statement: Select[Any], session: Session) -> int:
    capped = statement.limit(COUNT_CAP).subquery()
    count: int = session.execute(select(func.count()).select_from(capped)).scalar_one()
    return count
