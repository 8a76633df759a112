"""How fast a server may be asked: as many calls in flight as it takes, found out by asking.

The limit grows by a few calls after each round of successes and falls to four fifths when the server says
"too many" (AIMD: Chiu and Jain, 1989). Hard limits a minute are token buckets, kept as the moment from which
the next call may start (GCRA: ITU-T I.371).
"""

from __future__ import annotations

import asyncio
import random
from collections import deque

from core.llm.failures import is_rate_limit, retry_after
from core.llm.slots import Turn

SHRINK = 0.8
PATIENCE = 300.0
"""Seconds. A call that is only told to slow down is tried again for so long."""
UNKNOWN_TOKENS = 1_000.0
"""Set aside for a call before any reply has said what one uses."""
_FIRST_STEPS = 4
"""Rounds of growth in which the limit doubles, until the server first says "too many"."""
_JITTER = 0.1
_BACKOFF, _LONGEST_BACKOFF = 0.25, 8.0
"""Seconds to pause where the server names none; doubled each time it happens again in a row."""
_MEMORY = 0.1
"""Weight of the newest reply in the mean number of tokens."""


class Pace:
    """Lets calls to one server start. Belongs to the event loop it is first used on.

    Args:
        start: calls in flight at first.
        most: calls in flight at the very most.
        requests_a_minute: never more in any minute; 0: no such limit.
        tokens_a_minute: likewise, input and output together. What a call uses is known when it is over, so
            a minute may go over by what the calls in flight use beyond the mean of those before.
    """

    def __init__(
        self, *, start: int = 20, most: int = 100, requests_a_minute: float = 0, tokens_a_minute: float = 0
    ) -> None:
        self._most = max(1, most)
        self._limit = float(min(max(1, start), self._most))
        self._step = max(1.0, self._limit / _FIRST_STEPS)
        self._requests = _Meter(requests_a_minute) if requests_a_minute > 0 else None
        self._tokens = _Meter(tokens_a_minute) if tokens_a_minute > 0 else None
        self._tokens_a_call = UNKNOWN_TOKENS
        self._in_flight = 0
        self._successes = 0
        self._used = False
        self._shrunk_at = float("-inf")
        self._refusals = 0
        self._closed_until = float("-inf")
        self._waiting: deque[asyncio.Future[Turn]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return int(self._limit)

    @property
    def in_flight(self) -> int:
        """Calls that are."""
        return self._in_flight

    @property
    def room(self) -> int:
        """Callers it is worth to have: a few more than calls in flight, so that the next one is at hand."""
        return self.limit + max(2, self.limit // 4)

    async def take(self) -> Turn:
        """Wait until one more call may start, first come first served."""
        asked = _now()
        waiting: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._admit()
        try:
            turn = await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():  # it was our turn, and nothing was asked
                self._end(waiting.result())
                if self._requests is not None:
                    self._requests.take_back(1)
                self._admit()
            else:
                self._waiting.remove(waiting)
            raise
        turn.waited = turn.began - asked
        return turn

    def give_back(self, turn: Turn, error: BaseException | None = None) -> None:
        """The call is over. Learns from how it went; ``turn.tokens`` is what it used."""
        self._end(turn)
        if error is None:
            self._went_well(turn)
        elif is_rate_limit(error):
            self._slow_down(turn, retry_after(error))
        self._admit()

    def _went_well(self, turn: Turn) -> None:
        if turn.tokens:
            self._tokens_a_call += _MEMORY * (turn.tokens - self._tokens_a_call)
        self._refusals = 0
        self._successes += 1
        if self._successes < self._limit:
            return
        if self._used:  # else nobody knows whether the server would take more
            self._limit = min(float(self._most), self._limit + self._step)
        self._successes, self._used = 0, False

    def _slow_down(self, turn: Turn, asked: float | None) -> None:
        now = _now()
        if turn.began >= self._shrunk_at:  # else it was on its way when the limit fell: one round trip
            self._limit = max(1.0, self._limit * SHRINK)
            self._step = 1.0
            self._successes, self._used = 0, False
            self._shrunk_at = now
            self._refusals += 1
        if asked is None:
            asked = min(_LONGEST_BACKOFF, _BACKOFF * 2.0 ** min(self._refusals - 1, 10))
        if asked <= PATIENCE:  # else callers give up, and hear it from the server
            pause = asked * (1 + random.uniform(0, _JITTER))  # noqa: S311 - not a secret
            self._closed_until = max(self._closed_until, now + pause)

    def _admit(self) -> None:
        """Let those start who may, and come back when the next one may."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting and self._in_flight < self.limit:
            now = _now()
            opens = self._opens_at()
            if opens > now:
                self._timer = asyncio.get_running_loop().call_at(opens, self._admit)
                return
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(self._begin(now))

    def _opens_at(self) -> float:
        meters = [meter.opens_at for meter in (self._requests, self._tokens) if meter is not None]
        return max(self._closed_until, *meters) if meters else self._closed_until

    def _begin(self, now: float) -> Turn:
        turn = Turn(began=now, expected=self._tokens_a_call)
        if self._requests is not None:
            self._requests.take(1, now)
        if self._tokens is not None:
            self._tokens.take(turn.expected, now)
        self._in_flight += 1
        self._used = self._used or self._in_flight >= self.limit
        return turn

    def _end(self, turn: Turn) -> None:
        self._in_flight -= 1
        if self._tokens is not None:
            self._tokens.take_back(turn.expected - turn.tokens)


class _Meter:
    """A hard limit a minute.

    It may be ahead of an even pace by :data:`LEEWAY` seconds, as no timer is exact; the even pace is that
    much slower, so that the limit holds in every minute.
    """

    LEEWAY = 0.25

    def __init__(self, a_minute: float) -> None:
        self._seconds = (60 + self.LEEWAY) / a_minute
        self._due = float("-inf")

    @property
    def opens_at(self) -> float:
        return self._due - self.LEEWAY

    def take(self, amount: float, now: float) -> None:
        self._due = max(self._due, now) + amount * self._seconds

    def take_back(self, amount: float) -> None:
        self._due -= amount * self._seconds


def _now() -> float:
    return asyncio.get_running_loop().time()
