"""The pace of calls: what it learns from a server, and what it never does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as some

from core.llm import Pace
from core.llm.pacing import PATIENCE
from core.llm.repeating import MAX_ATTEMPTS, repeat
from core.llm.slots import Slots, Turn, taken
from tests.core.llm.clock import clock, run

LATENCY = 0.2


def too_many(seconds: float | None = None, *, code: str = "rate_limit_exceeded") -> openai.RateLimitError:
    headers = {} if seconds is None else {"retry-after-ms": str(seconds * 1000)}
    response = httpx2.Response(
        429, headers=headers, request=httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    )
    return openai.RateLimitError("slow down", response=response, body={"code": code})


def broken() -> openai.InternalServerError:
    response = httpx2.Response(500, request=httpx2.Request("POST", "http://127.0.0.1/v1"))
    return openai.InternalServerError("broken", response=response, body=None)


class Bucket:
    """A server that takes ``a_second`` requests, ``burst`` at once, and says when the next one is taken."""

    def __init__(self, a_second: float, *, burst: float = 20, whole_seconds: bool = False) -> None:
        self.a_second, self.burst, self.whole_seconds = a_second, burst, whole_seconds
        self.full, self.seen = burst, 0.0
        self.answered: list[float] = []
        self.refused: list[float] = []

    async def answer(self) -> None:
        self.full = min(self.burst, self.full + (clock() - self.seen) * self.a_second)
        self.seen = clock()
        if self.full < 1:
            self.refused.append(clock())
            wait = (1 - self.full) / self.a_second
            raise too_many(1.0 if self.whole_seconds else wait)
        self.full -= 1
        await asyncio.sleep(LATENCY)
        self.answered.append(clock())


async def call(pace: Pace, server: Bucket) -> None:
    async def once() -> None:
        async with taken(pace):
            await server.answer()

    await repeat(once, turns=pace)


async def work(pace: Pace, server: Bucket, calls: int) -> float:
    """Answer so many cases, as many at a time as the pace has room for; the seconds it took."""
    began = clock()
    under_way: set[asyncio.Task[None]] = set()
    for _ in range(calls):
        while len(under_way) >= pace.room:
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        under_way.add(asyncio.create_task(call(pace, server)))
    await asyncio.gather(*under_way)
    return clock() - began


def test_a_fixed_limit_is_filled() -> None:
    pace, server = Pace(start=32, most=32), Bucket(1e9, burst=1e9)
    seconds = run(work(pace, server, 640))
    assert 640 / seconds == pytest.approx(32 / LATENCY)
    assert (pace.limit, pace.in_flight) == (32, 0)


def test_it_grows_while_the_limit_is_used_and_up_to_the_most() -> None:
    pace = Pace(start=20, most=60)
    run(work(pace, Bucket(1e9, burst=1e9), 1000))
    assert pace.limit == 60


def test_it_does_not_grow_while_nobody_needs_it() -> None:
    async def one_by_one() -> int:
        pace = Pace(start=20, most=60)
        for _ in range(200):
            async with taken(pace):
                await asyncio.sleep(LATENCY)
        return pace.limit

    assert run(one_by_one()) == 20


def test_a_round_trip_of_refusals_shrinks_it_once() -> None:
    async def refused(pace: Pace, calls: int) -> None:
        turns = [await pace.take() for _ in range(calls)]
        await asyncio.sleep(LATENCY)
        for turn in turns:
            pace.give_back(turn, too_many(0.01))

    async def both() -> list[int]:
        pace, limits = Pace(start=20, most=60), []
        for _ in range(3):
            await refused(pace, pace.limit)
            limits.append(pace.limit)
        return limits

    assert run(both()) == [16, 12, 10]


def test_everybody_waits_as_long_as_the_server_says() -> None:
    async def wait() -> list[float]:
        pace, started = Pace(start=4), []
        pace.give_back(await pace.take(), too_many(7.0))
        refused_at = clock()

        async def next_one() -> None:
            async with taken(pace):
                started.append(clock() - refused_at)

        await asyncio.gather(*(next_one() for _ in range(12)))
        return started

    started = run(wait())
    assert len(started) == 12
    assert 7.0 <= min(started) <= max(started) <= 7.0 * 1.1 + 0.1


def test_without_a_word_from_the_server_pauses_grow_until_it_answers() -> None:
    async def pauses() -> list[float]:
        pace, found = Pace(start=4), []
        for error in (too_many(), too_many(), too_many(), None, too_many()):
            turn, asked = await pace.take(), clock()
            pace.give_back(turn, error)
            turn = await pace.take()
            found.append(clock() - asked)
            pace.give_back(turn, broken())
        return found

    first, second, third, none, again = run(pauses())
    assert second == pytest.approx(2 * first, rel=0.2)
    assert third == pytest.approx(4 * first, rel=0.2)
    assert none == 0
    assert again == pytest.approx(first, rel=0.2)


@pytest.mark.parametrize("whole_seconds", [False, True])
def test_a_server_with_a_limit_is_used_up_to_it(*, whole_seconds: bool) -> None:
    pace, server = Pace(start=20, most=100), Bucket(100, burst=100, whole_seconds=whole_seconds)
    seconds = run(work(pace, server, 3000))
    assert len(server.answered) == 3000
    assert 3000 / seconds > 0.95 * 100
    assert len(server.refused) < 0.03 * 3000


@pytest.mark.parametrize("a_minute", [1, 30, 600])
def test_no_minute_has_more_requests_than_were_allowed(a_minute: int) -> None:
    pace, server = Pace(start=50, requests_a_minute=a_minute), Bucket(1e9, burst=1e9)
    calls = 4 * a_minute
    seconds = run(work(pace, server, calls))
    assert _most_in_a_minute(server.answered) <= a_minute
    assert seconds < 60 * calls / a_minute * 1.02 + 1, "and hardly less"


def test_no_minute_has_many_more_tokens_than_were_allowed() -> None:
    """What a call uses is known afterwards: the mean of those before is set aside."""

    async def measure() -> list[float]:
        pace, began = Pace(start=8, most=8, tokens_a_minute=60_000), []

        async def one(number: int) -> None:
            async with taken(pace) as turn:
                began.append(clock())
                await asyncio.sleep(LATENCY)
                turn.tokens = 250 if number % 2 else 350

        await asyncio.gather(*(one(number) for number in range(800)))
        return began

    began = run(measure())
    assert _most_in_a_minute(began) * 300 <= 60_000 + 8 * 350
    assert began[-1] == pytest.approx(800 * 300 / 1000, rel=0.03), "and hardly fewer"


def test_being_told_to_slow_down_is_no_failure_where_a_pace_listens() -> None:
    async def attempts(turns: Pace | Slots, errors: Sequence[Exception]) -> int:
        left, asked = list(errors), 0

        async def once() -> None:
            nonlocal asked
            async with taken(turns):
                asked += 1
                if left:
                    raise left.pop(0)

        await repeat(once, turns=turns)
        return asked

    assert run(attempts(Pace(), [too_many(0.5)] * 20)) == 21
    with pytest.raises(openai.RateLimitError):
        run(attempts(Slots(2), [too_many(0.0)] * 20))
    with pytest.raises(openai.RateLimitError):
        run(attempts(Pace(), [too_many(PATIENCE + 1)]))
    with pytest.raises(openai.RateLimitError):
        run(attempts(Pace(), [too_many(20.0)] * 1000))
    with pytest.raises(openai.RateLimitError):
        run(attempts(Pace(), [too_many(code="insufficient_quota")]))


def test_other_failures_are_repeated_as_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.llm.repeating._backoff", lambda _: 0.0)
    asked: list[float] = []

    pace = Pace()

    async def fails() -> None:
        async with taken(pace):
            asked.append(clock())
            raise too_many(0.1) if len(asked) % 2 else broken()

    with pytest.raises(openai.InternalServerError):
        run(repeat(fails, turns=pace))
    assert len(asked) == 2 * MAX_ATTEMPTS
    assert pace.in_flight == 0


class Watched(Pace):
    """Checks at every start that the limit had room."""

    def _begin(self, now: float) -> Turn:
        assert self.in_flight < self.limit
        return super()._begin(now)


_OUTCOMES = some.one_of(
    some.just("well"),
    some.just("broken"),
    some.just("cancelled"),
    some.floats(0, 5),  # told to wait so long
    some.none(),  # told to slow down, and not how long
)


@examples(max_examples=150, deadline=None)
@given(
    start=some.integers(1, 30),
    most=some.integers(1, 40),
    requests=some.sampled_from([0, 40, 4000]),
    tokens=some.sampled_from([0, 30_000, 3_000_000]),
    calls=some.lists(some.tuples(some.floats(0, 3), some.floats(0, 1), _OUTCOMES), max_size=80),
)
def test_whatever_happens_the_limit_holds_and_nobody_is_forgotten(
    start: int,
    most: int,
    requests: float,
    tokens: float,
    calls: list[tuple[float, float, str | float | None]],
) -> None:
    async def simulate() -> None:
        pace = Watched(start=start, most=most, requests_a_minute=requests, tokens_a_minute=tokens)

        async def one(after: float, seconds: float, outcome: str | float | None) -> None:
            await asyncio.sleep(after)
            try:
                async with taken(pace) as turn:
                    assert 1 <= pace.limit <= most
                    await asyncio.sleep(seconds)
                    turn.tokens = int(seconds * 2_000)
                    if outcome == "broken":
                        raise broken()
                    if not isinstance(outcome, str):
                        raise too_many(outcome)
            except openai.APIStatusError:
                pass
            assert 1 <= pace.limit <= most

        async def cut(after: float, seconds: float) -> None:
            task = asyncio.create_task(one(0, seconds, "well"))
            await asyncio.sleep(after)
            task.cancel()
            await asyncio.wait([task])

        await asyncio.gather(*(cut(*each[:2]) if each[2] == "cancelled" else one(*each) for each in calls))
        assert pace.in_flight == 0
        assert not pace._waiting

    run(simulate())


def _most_in_a_minute(moments: list[float]) -> int:
    ordered, first, most = sorted(moments), 0, 0
    for place, moment in enumerate(ordered):
        while ordered[first] <= moment - 60 + 1e-6:
            first += 1
        most = max(most, place - first + 1)
    return most
