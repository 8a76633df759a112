"""Trying again after a failure that may pass, as long as the server asks for, but not for ever."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from core.llm.failures import may_help_again, retry_after

MAX_ATTEMPTS = 3
LONGEST_WAIT = 20.0
"""Seconds. A server that asks for more is not waited for: the call fails with its message."""

_backoff = wait_random_exponential(multiplier=0.5, max=8)
_T = TypeVar("_T")


async def repeat(request: Callable[[], Awaitable[_T]]) -> _T:
    """What ``request`` gives, tried up to :data:`MAX_ATTEMPTS` times; its last error passes."""
    retrying = AsyncRetrying(
        stop=stop_after_attempt(MAX_ATTEMPTS),
        wait=_wait,
        retry=retry_if_exception(_worth_waiting),
        reraise=True,
    )
    return await retrying(request)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = retry_after(error) if error is not None else None
    return asked if asked is not None else float(_backoff(state))


def _worth_waiting(error: BaseException) -> bool:
    return may_help_again(error) and (retry_after(error) or 0.0) <= LONGEST_WAIT
