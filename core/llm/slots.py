"""A cap on calls in flight that holds for the whole process, whichever event loop they run on."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Protocol


@dataclass(slots=True, eq=False)
class Turn:
    """One call that may be in flight.

    Attributes:
        tokens: what the call used, input and output, once it is known.
        began: when it was allowed, in seconds of the event loop's clock.
        expected: tokens that were set aside for it.
        waited: seconds until then, where it had to keep to a pace.
    """

    tokens: int = 0
    began: float = 0.0
    expected: float = 0.0
    waited: float = 0.0


class Turns(Protocol):
    """What keeps calls in flight within a limit: :class:`Slots`, or :class:`core.llm.Pace`."""

    async def take(self) -> Turn:
        """Wait until one more call may start."""

    def give_back(self, turn: Turn, error: BaseException | None = None) -> None:
        """The call is over. ``error``: why it failed."""


@asynccontextmanager
async def taken(turns: Turns) -> AsyncIterator[Turn]:
    """Hold a turn inside the block."""
    turn = await turns.take()
    try:
        yield turn
    except BaseException as error:
        turns.give_back(turn, error)
        raise
    turns.give_back(turn)


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

    async def take(self) -> Turn:
        """See :class:`Turns`."""
        await self.acquire()
        return Turn()

    def give_back(self, turn: Turn, error: BaseException | None = None) -> None:  # noqa: ARG002 - a fixed limit
        """See :class:`Turns`."""
        self.release()


def _hand_over(turn: asyncio.Future[None]) -> None:
    # A waiter cancelled in between gives the slot back itself (see acquire).
    if not turn.done():
        turn.set_result(None)


@cache
def process_slots(limit: int) -> Slots:
    """The slots of this process for a limit."""
    return Slots(limit)
