"""What comes back from the target, on its way to the tables: kept first, then graded, in batches."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable

from core.classifiers import Services
from core.database import Database
from core.evals.running.work.claiming import Ungraded, claim_ungraded, claiming
from core.evals.running.work.grades import grade
from core.evals.running.work.patience import in_thread
from core.evals.running.work.storing import Answer, store_answers, store_grades
from core.evals.tables import EvalRun

log = logging.getLogger(__name__)

_GATHER_SECONDS = 0.02  # what a crash pays twice, beyond the calls in flight
_GRADE_SECONDS = 0.2
_GRADED_AT_ONCE = 50


class Keeper:
    """Keeps and grades answers of one run. Belongs to one event loop.

    Args:
        owner: who claimed the results.
        moved: called after each batch, for instance because nothing may be left to do.
    """

    def __init__(
        self, run: EvalRun, *, owner: str, database: Database, services: Services, moved: Callable[[], None]
    ) -> None:
        self._run = run
        self._owner = owner
        self._database = database
        self._services = services
        self._moved = moved
        self._unsaved: list[Answer] = []
        self._ungraded: deque[Ungraded] = deque()
        self._grading = False
        self._arrived, self._to_grade = asyncio.Event(), asyncio.Event()
        self._saving = asyncio.Lock()

    @property
    def backlog(self) -> int:
        """Outputs in memory that wait for their grades."""
        return len(self._ungraded)

    @property
    def busy(self) -> bool:
        """Whether something is left to be kept or graded."""
        return bool(self._unsaved or self._saving.locked() or self._ungraded or self._grading)

    def add(self, answer: Answer) -> None:
        """Take an answer over."""
        self._unsaved.append(answer)
        self._arrived.set()

    async def keep(self) -> None:
        """Keep what arrives, for ever."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Keep what has arrived until now."""
        async with self._saving:
            self._arrived.clear()
            answers, self._unsaved = self._unsaved, []
            if not answers:
                return
            kept = await in_thread(store_answers, answers, owner=self._owner, database=self._database)
        if len(kept) < len(answers):
            log.warning(
                "%d late answers of eval run %d were thrown away: others have taken the cases over",
                len(answers) - len(kept),
                self._run.key,
            )
        self._grade_soon(
            Ungraded(each.task.result_id, each.task.case, each.output)
            for each in answers
            if each.output is not None and each.task.result_id in kept
        )
        self._moved()

    async def grade(self) -> None:
        """Grade what is kept, for ever."""
        began = 0.0
        while True:
            await self._to_grade.wait()
            if len(self._ungraded) < _GRADED_AT_ONCE:
                await asyncio.sleep(max(0.0, began + _GRADE_SECONDS - time.monotonic()))
            began = time.monotonic()
            batch = [self._ungraded.popleft() for _ in range(min(_GRADED_AT_ONCE, len(self._ungraded)))]
            if not self._ungraded:
                self._to_grade.clear()
            self._grading = True
            try:
                graded = await asyncio.to_thread(
                    grade, self._run, batch, database=self._database, services=self._services
                )
                await in_thread(
                    store_grades, self._run.key, graded, owner=self._owner, database=self._database
                )
            finally:
                self._grading = False
            self._moved()

    async def claim_ungraded(self) -> bool:
        """Take over outputs that nobody grades: copies, and what the dead left.

        Returns:
            Whether there may be more of them.
        """
        if len(self._ungraded) >= _GRADED_AT_ONCE:
            return True
        found = await in_thread(self._claim_ungraded)
        self._grade_soon(found)
        return len(found) == _GRADED_AT_ONCE

    async def graded(self, unless: Callable[[], bool]) -> None:
        """Wait until everything in memory is graded, or ``unless`` says that there is no time for it."""
        while self.busy and not unless():
            await asyncio.sleep(_GATHER_SECONDS)

    def _grade_soon(self, outputs: Iterable[Ungraded]) -> None:
        self._ungraded.extend(outputs)
        if self._ungraded:
            self._to_grade.set()

    def _claim_ungraded(self) -> list[Ungraded]:
        with claiming(self._database) as session:
            return claim_ungraded(self._run.key, owner=self._owner, limit=_GRADED_AT_ONCE, session=session)
