"""Trying again after a failure that may pass, as long as the server asks for, but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    wait_random_exponential,
)

from core.llm.failures import is_rate_limit, may_help_again, retry_after
from core.llm.pacing import PATIENCE, Pace
from core.llm.slots import Turns

MAX_ATTEMPTS = 3
LONGEST_WAIT = 20.0
"""Seconds. A server that asks for more is not waited for: the call fails with its message."""

MOST_REFUSALS = 60
"""Times one call may be told to slow down where a pace slows it down."""

_backoff = wait_random_exponential(multiplier=0.5, max=8)
_T = TypeVar("_T")


async def repeat(request: Callable[[], Awaitable[_T]], *, turns: Turns | None = None) -> _T:
    """What ``request`` gives, tried up to :data:`MAX_ATTEMPTS` times; its last error passes.

    Args:
        turns: who lets the request start. A :class:`~core.llm.pacing.Pace` waits as the server asks, so
            being told to slow down is no failed attempt there, for :data:`~core.llm.pacing.PATIENCE` seconds.
    """
    try:
        return await request()
    except Exception as error:
        first = [error]

    async def attempt() -> _T:
        if first:
            raise first.pop()
        return await request()

    # made after a failure only: most calls succeed, and this is a tenth of what one costs
    attempts = _Attempts(paced=isinstance(turns, Pace))
    retrying = AsyncRetrying(
        stop=attempts.are_over,
        wait=attempts.wait,
        retry=retry_if_exception(attempts.worth_another),
        reraise=True,
    )
    return await retrying(attempt)


class _Attempts:
    """Counts the failures of one call; being told to slow down is counted apart."""

    def __init__(self, *, paced: bool) -> None:
        self._paced = paced
        self._refusals = 0
        self._waited_since: float | None = None

    def worth_another(self, error: BaseException) -> bool:
        if self._is_refusal(error):
            now = asyncio.get_running_loop().time()
            self._waited_since = now if self._waited_since is None else self._waited_since
            self._refusals += 1
            left = PATIENCE - (now - self._waited_since)
            return self._refusals <= MOST_REFUSALS and (retry_after(error) or 0.0) <= left
        return may_help_again(error) and (retry_after(error) or 0.0) <= LONGEST_WAIT

    def are_over(self, state: RetryCallState) -> bool:
        return state.attempt_number - self._refusals >= MAX_ATTEMPTS

    def wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if error is not None and self._is_refusal(error):
            return 0.0  # the pace lets nobody start before it is time
        asked = retry_after(error) if error is not None else None
        return asked if asked is not None else float(_backoff(state))

    def _is_refusal(self, error: BaseException) -> bool:
        return self._paced and is_rate_limit(error)
