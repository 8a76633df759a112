"""``worker``."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from core.cli.context import opened
from core.cli.output import say

if TYPE_CHECKING:
    from core.actions import Executor
    from core.assist import DraftRunner
    from core.database import Database
    from core.jobs import DurableJobs, Worker
    from core.settings import Settings


def worker() -> None:
    """Do the background work without the pages: replies, actions, vectors, classifiers, telemetry.

    Runs until it is interrupted or told to terminate, and then finishes the piece in hand.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    with opened() as (database, settings):
        from core.actions import open_executor
        from core.assist import DraftRunner
        from core.classifiers import Judges
        from core.evals import ScoreKeeper
        from core.jobs import DurableJobs

        drafts = DraftRunner(database, settings)
        executor = open_executor(database, settings)
        jobs = DurableJobs(database, settings)
        running = make_worker(database, settings, drafts=drafts, executor=executor, jobs=jobs)
        judges = Judges(database, settings)
        scores = ScoreKeeper(database, settings)
        running.start()
        judges.start()
        scores.start()
        duties = ", ".join(status.name for status in (*running.status(), *judges.status(), *scores.status()))
        say(f"working: {duties}")
        stop.wait()
        say("stopping")
        running.stop(timeout=30)
        judges.stop(timeout=30)
        scores.stop(timeout=30)
        jobs.close(timeout=30)
        executor.close()
        drafts.close()


def make_worker(
    database: Database,
    settings: Settings,
    *,
    drafts: DraftRunner,
    executor: Executor,
    jobs: DurableJobs,
) -> Worker:
    """A worker with every duty this installation has. Not started yet."""
    from core.classifiers import dispatch_backtests
    from core.evals import dispatch_calibrations, dispatch_runs
    from core.insights import find_suggestions
    from core.jobs import Duty, Worker
    from core.knowledge import embed_missing, start_due
    from core.llm import get_embedder
    from core.releases import dispatch_replays
    from core.surfaces import deliver_due, export_due, export_evaluations_due
    from core.traces import purge_texts, sweep

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

    def send_evaluations() -> int:
        return export_evaluations_due(database=database, settings=settings)

    def suggest() -> int:
        return find_suggestions(database, get_embedder(settings), seconds=2)

    def purge() -> int:
        return purge_texts(database=database, older_than_days=settings.trace_text_days)

    def compare_judges() -> int:
        return dispatch_calibrations(database=database, jobs=jobs)

    made = Worker(
        [
            Duty("deliver replies", deliver, interval=2),
            Duty("work on eval runs", lambda: dispatch_runs(database=database, jobs=jobs), interval=1),
            Duty("replay proposals", lambda: dispatch_replays(database=database, jobs=jobs), interval=2),
            Duty("start dated articles", lambda: start_due(database), interval=15),
            Duty("find suggestions", suggest, interval=15),
            Duty("make search vectors", embed, interval=15),
            Duty("sweep drafts", drafts.sweep, interval=15),
            Duty("carry out actions", executor.carry_out_due, interval=2),
            Duty("sweep traces", lambda: sweep(database=database), interval=15),
            Duty("remove old trace texts", purge, interval=3600),
            Duty("send telemetry", lambda: export_due(database=database, settings=settings), interval=10),
            Duty("send evaluations", send_evaluations, interval=10),
            Duty("hand out backtests", lambda: dispatch_backtests(database=database, jobs=jobs), interval=2),
            Duty("compare judges with people", compare_judges, interval=2),
            Duty("take over jobs", jobs.take_over, interval=15),
        ]
    )
    return made
