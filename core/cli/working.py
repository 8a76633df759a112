"""``worker``."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from core.cli.context import opened
from core.cli.output import say

if TYPE_CHECKING:
    from core.assist import DraftRunner
    from core.database import Database
    from core.jobs import Worker
    from core.settings import Settings


def worker() -> None:
    """Do the background work without the pages: deliver replies, make vectors, sweep drafts.

    Runs until it is interrupted or told to terminate, and then finishes the piece in hand.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    with opened() as (database, settings):
        from core.assist import DraftRunner

        drafts = DraftRunner(database, settings)
        running = make_worker(database, settings, drafts=drafts)
        running.start()
        duties = ", ".join(status.name for status in running.status())
        say(f"working: {duties}")
        stop.wait()
        say("stopping")
        running.stop(timeout=30)
        drafts.close()


def make_worker(database: Database, settings: Settings, *, drafts: DraftRunner) -> Worker:
    """A worker with every duty this installation has. Not started yet."""
    from core.jobs import Duty, Worker
    from core.knowledge import embed_missing
    from core.llm import get_embedder
    from core.surfaces import deliver_due

    batches = 0

    def embed() -> int:
        # A few batches a turn: deliveries must not wait for a large import.
        nonlocal batches
        batches = 0
        return embed_missing(database=database, embedder=get_embedder(settings), should_stop=enough)

    def enough() -> bool:
        nonlocal batches
        batches += 1
        return batches > 5 or made.should_stop()

    def deliver() -> int:
        return deliver_due(database=database, settings=settings, runner="worker")

    made = Worker(
        [
            Duty("deliver replies", deliver, interval=2),
            Duty("make search vectors", embed, interval=15),
            Duty("sweep drafts", drafts.sweep, interval=15),
        ]
    )
    return made
