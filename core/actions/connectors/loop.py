"""Blocking calls over asyncio clients: one loop in a thread of its own, with a hard end to each call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from functools import cache
from typing import Any, TypeVar

_Value = TypeVar("_Value")
_GRACE = 5.0  # seconds for a cancelled call to give back its connection


class Loop:
    """A running event loop for calls to other systems."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _Value], *, seconds: float) -> _Value:
        """Wait for ``work``, at most ``seconds``, whatever the other side does to keep it busy.

        Raises:
            TimeoutError: it took longer; the work was cancelled.
        """
        future = asyncio.run_coroutine_threadsafe(_within(work, seconds), self._loop)
        try:
            return future.result(seconds + _GRACE)
        except TimeoutError:
            future.cancel()
            raise
        except CancelledError:
            raise TimeoutError from None


async def _within(work: Coroutine[Any, Any, _Value], seconds: float) -> _Value:
    async with asyncio.timeout(seconds):
        return await work


@cache
def shared_loop() -> Loop:
    """The loop of this process."""
    return Loop("ratchet-connections")
