"""What the calls of each answer used, and all of them in the record of model calls."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from core.database import Database
from core.llm import CallRecord, keep_usage

PURPOSE = "eval"
"""How these calls are named in usage records."""
_AT_ONCE = 100


@dataclass(slots=True)
class Bill:
    """What one answer used. ``waited``: milliseconds until its calls were let start; ``cost`` is USD."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    waited: float = 0.0

    def add(self, record: CallRecord) -> None:
        self.requests += 1
        self.input_tokens += record.input_tokens
        self.output_tokens += record.output_tokens
        self.cost += record.cost
        self.waited += record.waited


_bill: ContextVar[Bill | None] = ContextVar("bill of an eval answer", default=None)


class Ledger:
    """Takes the records of a target's calls, on its event loop. Records not stored yet die with a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._records: list[CallRecord] = []

    def add(self, record: CallRecord) -> None:
        """Is told of every call; see :data:`core.llm.UsageSink`."""
        self._records.append(record)
        bill = _bill.get()
        if bill is not None:
            bill.add(record)

    @contextmanager
    def bill(self) -> Iterator[Bill]:
        """The bill of what is called inside the block, tasks begun there included."""
        bill = Bill()
        token = _bill.set(bill)
        try:
            yield bill
        finally:
            _bill.reset(token)

    async def store(self, *, at_least: int = _AT_ONCE) -> None:
        """Store what has gathered, if that is enough to be worth a transaction."""
        if len(self._records) < max(1, at_least):
            return
        records, self._records = self._records, []
        await asyncio.to_thread(keep_usage, records, database=self._database)
