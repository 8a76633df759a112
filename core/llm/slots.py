"""A cap on calls in flight that holds for the whole process, whichever event loop they run on."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache


class Slots:
    """Like :class:`asyncio.Semaphore`, but shared by event loops in several threads.

    Args:
        limit: calls that may be in flight at once, at least 1.
    """

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._lock = threading.Lock()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        """Wait for a slot, first come first served."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            with self._lock:
                waiting = turn in self._waiting
                if waiting:
                    self._waiting.remove(turn)
            if not waiting:  # the slot was already ours, or on its way
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back, from any thread."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._free += 1
                    return
                turn = self._waiting.popleft()
            try:
                turn.get_loop().call_soon_threadsafe(_hand_over, turn)
            except RuntimeError:
                continue  # that loop is closed: nobody waits there any more
            return

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Hold a slot inside the block."""
        await self.acquire()
        try:
            yield
        finally:
            self.release()


def _hand_over(turn: asyncio.Future[None]) -> None:
    # A waiter cancelled in between gives the slot back itself (see acquire).
    if not turn.done():
        turn.set_result(None)


@cache
def process_slots(limit: int) -> Slots:
    """The slots of this process for a limit."""
    return Slots(limit)
