"""Database work in a thread, again when the database is locked or away for a moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

log = logging.getLogger(__name__)

_TRIES, _PAUSE = 6, 0.5  # each try waits for the database's own time limit first

_T = TypeVar("_T")


async def in_thread(function: Callable[..., _T], *arguments: Any, **named: Any) -> _T:
    """What the function returns. It is repeated, so it must be a whole transaction, or only read."""
    tried = 0
    while True:
        tried += 1
        try:
            return await asyncio.to_thread(function, *arguments, **named)
        except DBAPIError as problem:
            passes = problem.connection_invalidated or isinstance(problem, OperationalError | InternalError)
            if tried == _TRIES or not passes:
                raise
            log.warning("the database could not be used, trying again: %s", problem.orig)
            await asyncio.sleep(_PAUSE * tried)
