"""An asyncio loop in a thread of its own, for code that must outlive whoever asked for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

_Value = TypeVar("_Value")


class LoopThread:
    """A running event loop. Model clients stay bound to the loop they were first used in, so keep it."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, _Value]) -> Future[_Value]:
        """Run a coroutine on the loop; the future is that of the calling thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def close(self, timeout: float = 10.0) -> None:
        """Cancel what still runs, wait for it to end, and end the thread. Safe to call twice."""
        if self.loop.is_closed():
            return
        self.submit(_cancel_everything()).result(timeout)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout)
        if not self._thread.is_alive():
            self.loop.close()


async def _cancel_everything() -> None:
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
    await asyncio.get_running_loop().shutdown_default_executor()


@cache
def shared_loop() -> LoopThread:
    """The loop that answers synchronous callers such as the command line."""
    return LoopThread("ratchet-drafting")
