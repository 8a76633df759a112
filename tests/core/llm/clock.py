"""An event loop whose clock jumps to what is due next, so that minutes of pacing take no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

_Value = TypeVar("_Value")


class JumpingLoop(asyncio.SelectorEventLoop):
    """Its clock starts at 0 and stands still while code runs."""

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self.seconds


class _Jumping(selectors.SelectSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or timeout == 0:
            return found
        assert timeout is not None, "everybody waits, and nothing will ever wake them"
        self._loop.seconds += timeout
        return []


def run(work: Coroutine[Any, Any, _Value]) -> _Value:
    """Run it to its end on a jumping clock."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(work)


def clock() -> float:
    """Seconds on the running loop's clock."""
    return asyncio.get_running_loop().time()
