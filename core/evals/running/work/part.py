"""One process's part in a run: claim cases, ask as many at a time as the target takes, until nothing is left.

Everything that touches the database goes through threads and in batches, so that a case costs a fraction of a
transaction, and calls in flight never wait for one.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from core.classifiers import Services
from core.database import Database
from core.evals.running.states import ACTIVE, STOPPING
from core.evals.running.work import claiming, ending
from core.evals.running.work.asking import Row, ask
from core.evals.running.work.budget import allowance
from core.evals.running.work.claiming import Task
from core.evals.running.work.keeping import Keeper
from core.evals.running.work.patience import in_thread
from core.evals.running.work.storing import Answer
from core.evals.tables import EvalRun
from core.evals.targets import Target
from core.jobs import Interrupted

_TICK = 0.1
_LOOK_SECONDS = 0.3  # between two looks where nothing was left to claim
_FREE_SECONDS = 2.0  # between two looks for claims of the dead
_RENEW_SECONDS = 5.0
_AHEAD_SECONDS = 0.5  # of work that is claimed before there is room for it
_RATE_SECONDS = 0.5
_MOST_BACKLOG = 1_000  # outputs in memory; where grading is slower than answering, answering waits
_GRACE_SECONDS = 10.0  # in which calls in flight may end when a run is stopped: they are paid for
_GRACE_WHEN_CLOSING = 3.0


class Part:
    """See the module. Belongs to the event loop that makes it.

    Args:
        owner: the name of its claims; nobody else's.
        should_stop: whether this process wants to end.
        lives: whether another owner may be alive.
    """

    def __init__(
        self,
        run: EvalRun,
        target: Target,
        *,
        owner: str,
        database: Database,
        services: Services,
        should_stop: Callable[[], bool],
        lives: Callable[[str], bool],
    ) -> None:
        self._run = run
        self._target = target
        self._owner = owner
        self._database = database
        self._should_stop = should_stop
        self._lives = lives
        self._wake = asyncio.Event()
        self._keeper = Keeper(run, owner=owner, database=database, services=services, moved=self._wake.set)
        self._queue: deque[Task] = deque()
        self._calls: set[asyncio.Task[None]] = set()
        self._row = Row()
        self._stop_because = ""
        self._pace = _Rate()
        self._renewed = time.monotonic()

    async def work(self) -> None:
        """Work until the run ends, is stopped, or this process does.

        Raises:
            Interrupted: this process ends; the run goes on elsewhere, or later.
        """
        await in_thread(self._give_back)  # what an earlier part of this process left behind
        await in_thread(self._free_lost)
        helpers = [
            asyncio.create_task(each()) for each in (self._keeper.keep, self._keeper.grade, self._hold)
        ]
        try:
            await self._hand_out(helpers)
            await self._put_down()
        finally:
            for each in (*helpers, *self._calls):
                each.cancel()
            await asyncio.gather(*helpers, *self._calls, return_exceptions=True)
            with suppress(DBAPIError):  # then the claims are void after their lease
                await asyncio.to_thread(self._give_back)
        if self._run.state in ACTIVE and self._should_stop():
            raise Interrupted

    async def _hand_out(self, helpers: list[asyncio.Task[None]]) -> None:
        """Claim and ask, until the run is over or to be put down."""
        look_at, claim_at, more_ungraded = 0.0, 0.0, True
        while not self._should_stop():
            for each in helpers:
                if each.done():
                    each.result()  # none ends by itself, so this raises
            if self._lapsed():  # it was frozen, or cut off: others may have taken over what was to be asked
                await self._drop_queue()
            wanted, moment = self._wanted(), time.monotonic()
            if (wanted and moment >= claim_at) or moment >= look_at:
                if not await self._is_on():
                    return
                look_at = moment + _LOOK_SECONDS
                claimed = await in_thread(self._claim, wanted) if wanted else 0
                self._start_calls()
                if claimed < wanted:
                    claim_at = look_at  # nothing is left, but others may give some back
                if more_ungraded or claimed < wanted:
                    more_ungraded = await self._keeper.claim_ungraded()
                idle = not (self._queue or self._calls or self._keeper.busy)
                if idle and await in_thread(ending.finish, self._run.key, database=self._database):
                    return
            self._wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _TICK)

    async def _is_on(self) -> bool:
        """Whether the run is to go on, by its row; a reason of ours to stop is written there first."""
        if self._stop_because:
            await in_thread(ending.request_stop, self._run.key, self._stop_because, database=self._database)
        self._run = await in_thread(ending.read_run, self._run.key, database=self._database)
        return self._run.state in ACTIVE and self._run.state != STOPPING

    def _wanted(self) -> int:
        """How many cases to claim now: enough for the room there is, and for the next moment."""
        if self._stop_because or self._keeper.backlog > _MOST_BACKLOG:
            return 0
        room = self._target.room
        ahead = room if self._pace.a_second is None else int(self._pace.a_second * _AHEAD_SECONDS)
        held = len(self._calls) + len(self._queue)
        if len(self._queue) >= max(1, ahead // 2) or held >= room + ahead:
            return 0
        return room + ahead - held

    def _claim(self, wanted: int) -> int:
        with claiming.claiming(self._database) as session:
            allowed = allowance(self._run, session=session)
            limit = wanted if allowed.more is None else min(wanted, allowed.more)
            tasks = (
                claiming.claim(self._run.key, owner=self._owner, limit=limit, session=session)
                if limit
                else []
            )
        self._queue.extend(tasks)
        if allowed.used_up:
            ending.stop_for_budget(self._run, database=self._database)
        return len(tasks)

    def _start_calls(self) -> None:
        if self._stop_because or self._lapsed():
            return
        while self._queue and len(self._calls) < self._target.room:
            call = asyncio.create_task(self._call(self._queue.popleft()))
            self._calls.add(call)
            call.add_done_callback(self._ended)

    async def _call(self, task: Task) -> None:
        """Ask one case after the other, as long as there is room. The next one goes out before other answers
        are looked at: answers that come together would else become questions that go out together, late."""
        while True:
            self._take(await ask(self._target, task))
            if self._wanted():
                self._wake.set()
            if (
                not self._queue
                or len(self._calls) > self._target.room
                or self._stop_because
                or self._lapsed()
                or self._should_stop()
            ):
                return
            task = self._queue.popleft()

    def _ended(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        self._start_calls()
        if self._wanted():
            self._wake.set()

    def _take(self, answer: Answer) -> None:
        self._pace.count()
        said, build = answer.output, self._run.build_id
        if said is not None and said.build_id and build and said.build_id != build:
            # Not an answer of the build this run is about: its case is given back with the others.
            self._stop_because = self._stop_because or (
                "The build changed while this was under way: knowledge, classifiers or instructions are not "
                "what they were. What was answered until then is kept. Start a new run for the new build."
            )
            return
        self._stop_because = self._stop_because or self._row.add(answer)
        self._keeper.add(answer)

    async def _hold(self) -> None:
        """Renew the claims, and void those of the dead, for ever."""
        while True:
            await asyncio.sleep(_FREE_SECONDS)
            if time.monotonic() - self._renewed > _RENEW_SECONDS - _FREE_SECONDS and not self._lapsed():
                began = time.monotonic()
                await in_thread(self._renew)
                self._renewed = began
            await in_thread(self._free_lost)

    def _lapsed(self) -> bool:
        """Whether the claims were not renewed for so long that they are void."""
        return time.monotonic() - self._renewed > claiming.LEASE.total_seconds()

    async def _drop_queue(self) -> None:
        unasked = [task.result_id for task in self._queue]
        self._queue.clear()
        await in_thread(self._give_back, unasked)
        await in_thread(self._renew)  # of what is in flight, as far as it is still ours
        self._renewed = time.monotonic()

    async def _put_down(self) -> None:
        """Let the calls in flight end, for a while, keep what they said, and give everything back."""
        await self._drop_queue()
        closing = self._should_stop()
        if self._calls:
            await asyncio.wait(self._calls, timeout=_GRACE_WHEN_CLOSING if closing else _GRACE_SECONDS)
            for each in self._calls:
                each.cancel()
        await self._keeper.flush()
        if closing or self._run.state != STOPPING:
            return
        await self._keeper.graded(unless=self._should_stop)
        await in_thread(self._give_back)
        while not await in_thread(ending.close_stopped, self._run.key, database=self._database):
            if self._should_stop():
                return
            await asyncio.sleep(_TICK)  # others still put theirs down; the dead are found out meanwhile

    def _renew(self) -> None:
        with self._database.transaction() as session:
            claiming.renew(self._run.key, owner=self._owner, session=session)

    def _free_lost(self) -> None:
        claiming.free_lost(self._run.key, owner=self._owner, lives=self._lives, database=self._database)

    def _give_back(self, unasked: list[int] | None = None) -> None:
        if unasked == []:
            return
        with self._database.transaction() as session:
            claiming.give_back(
                self._run.key, owner=self._owner, only=unasked, asked=unasked is None, session=session
            )


class _Rate:
    """Answers a second, of the last half second or so; None until it has been seen for so long."""

    def __init__(self) -> None:
        self.a_second: float | None = None
        self._counted, self._since = 0, 0.0

    def count(self) -> None:
        moment = time.monotonic()
        if not self._since:  # from the first answer on: before, there could be none
            self._since = moment
            return
        self._counted += 1
        if moment - self._since >= _RATE_SECONDS:
            self.a_second = self._counted / (moment - self._since)
            self._counted, self._since = 0, moment
