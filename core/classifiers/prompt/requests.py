"""Many requests at once, and what their failing means for the rows they carry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from core.classifiers.prompt.outcomes import Outcome
from core.errors import ProviderError
from core.llm import AccessRefusedError, RequestRefusedError

_GIVE_UP = 5
"""Failed requests in a row, with none answered between them, after which no more are sent."""

Ask = Callable[[Sequence[int]], Awaitable[list[Outcome]]]
"""One request about some rows; an outcome for each of them."""


class Requests:
    """Sends batches of rows, at most ``limit`` at once, and stops when the service is not there.

    A request that is refused is an error of its rows alone. So is one that the service fails, as long as
    it answers others.
    """

    def __init__(self, ask: Ask, *, limit: int) -> None:
        self._ask = ask
        self._limit = limit
        self._found: dict[int, Outcome] = {}
        self._reached = False
        self._failed_in_a_row = 0
        self._failure: ProviderError | None = None

    async def run(self, batches: Sequence[Sequence[int]]) -> list[Outcome]:
        """An outcome for each row of the batches, in the order of row numbers.

        A row without a usable answer is asked about once more, by itself: so one odd text does not spoil
        the others of its request.

        Raises:
            ProviderError: the service was not there for a single request.
        """
        await self._send(batches)
        if self._failure is not None and not self._reached:
            raise self._failure
        await self._send([[row] for row in sorted(self._found) if self._found[row].again])
        return [self._found[row] for row in sorted(self._found)]

    async def _send(self, batches: Sequence[Sequence[int]]) -> None:
        waiting = iter(batches)

        async def work() -> None:
            for rows in waiting:
                self._found.update(zip(rows, await self._outcomes(rows), strict=True))

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._limit, len(batches))):
                group.create_task(work())

    async def _outcomes(self, rows: Sequence[int]) -> list[Outcome]:
        if self._failure is not None and self._failed_in_a_row >= _GIVE_UP:
            return [Outcome(error=str(self._failure))] * len(rows)
        try:
            outcomes = await self._ask(rows)
        except RequestRefusedError as error:
            outcomes = [Outcome(error=str(error), again=len(rows) > 1)] * len(rows)
        except ProviderError as error:
            self._failure = error
            self._failed_in_a_row += _GIVE_UP if isinstance(error, AccessRefusedError) else 1
            return [Outcome(error=str(error))] * len(rows)
        self._reached = True
        self._failed_in_a_row = 0
        return outcomes
