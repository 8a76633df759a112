"""One thread that does small, repeatable pieces of work for as long as there are any.

Durable work is state in tables ("this reply is not delivered yet"), never something a thread
remembers. A duty looks for such state, does a bounded piece of work and says how much it did.
Because the state decides, a duty is safe to repeat, safe to run in two processes, and loses
nothing when the process is killed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.database import now

log = logging.getLogger(__name__)

FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 60.0


@dataclass(frozen=True)
class Duty:
    """A piece of background work.

    Attributes:
        name: shown to operators; unique within a worker.
        work: does a bounded piece (seconds, not minutes, so that other duties get their turn and
            stopping is prompt) and returns how many items it did; 0 means nothing was left.
        interval: seconds until the next look when nothing was left.
    """

    name: str
    work: Callable[[], int]
    interval: float = 5.0


@dataclass(frozen=True)
class DutyStatus:
    """How a duty is doing. ``error`` is the last failure, empty after the next success."""

    name: str
    running: bool
    runs: int
    done: int
    failures_in_a_row: int
    error: str
    last_run_at: datetime | None
    last_success_at: datetime | None


@dataclass
class _Shift:
    duty: Duty
    due: float = 0.0
    running: bool = False
    runs: int = 0
    done: int = 0
    failures: int = 0
    error: str = ""
    last_run_at: datetime | None = None
    last_success_at: datetime | None = None
    woken: bool = field(default=False)


class Worker:
    """Runs duties in one thread, fairly: whichever has been due longest goes next.

    A duty that did something is due again at once; one that found nothing, after its interval;
    one that raised, after a pause that doubles up to a minute, while the others carry on.
    Between duties the thread sleeps on a condition, so an idle worker uses no CPU.
    """

    def __init__(
        self,
        duties: Sequence[Duty],
        *,
        name: str = "worker",
        first_backoff: float = FIRST_BACKOFF,
        longest_backoff: float = LONGEST_BACKOFF,
    ) -> None:
        names = [duty.name for duty in duties]
        if len(set(names)) != len(names):
            raise ValueError(f"two duties share a name: {sorted(names)}")
        self._name = name
        self._first_backoff = first_backoff
        self._longest_backoff = longest_backoff
        self._shifts = {duty.name: _Shift(duty) for duty in duties}
        self._condition = threading.Condition()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def should_stop(self) -> bool:
        """True once :meth:`stop` was called. A longer duty asks between its steps."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Start the thread. Does nothing when it runs already."""
        with self._condition:
            if self.running:
                return
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 10.0) -> bool:
        """Ask the thread to stop after the piece in hand and wait for it, at most ``timeout`` seconds.

        Returns:
            Whether the thread has ended.
        """
        with self._condition:
            self._stopping.set()
            self._condition.notify_all()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
        return not self.running

    def wake(self, name: str | None = None) -> None:
        """Make one duty (or all) due now, for instance because work has just been written.

        Raises:
            KeyError: no duty has that name.
        """
        with self._condition:
            for shift in self._shifts.values() if name is None else [self._shifts[name]]:
                shift.due = 0.0
                shift.woken = True  # a wake during the run must not be forgotten by it
            self._condition.notify_all()

    def status(self) -> list[DutyStatus]:
        """How each duty is doing, in the order they were registered."""
        with self._condition:
            return [
                DutyStatus(
                    name=shift.duty.name,
                    running=shift.running,
                    runs=shift.runs,
                    done=shift.done,
                    failures_in_a_row=shift.failures,
                    error=shift.error,
                    last_run_at=shift.last_run_at,
                    last_success_at=shift.last_success_at,
                )
                for shift in self._shifts.values()
            ]

    def _run(self) -> None:
        while (shift := self._next()) is not None:
            done, error = 0, ""
            try:
                done = shift.duty.work()
            except BaseException as problem:
                # Nothing above this frame could handle it, and one bad duty must not take the
                # others down: it is logged, shown in the status and tried again later.
                log.exception("duty %s failed", shift.duty.name)
                error = f"{type(problem).__name__}: {problem}"
            self._finish(shift, done, error)

    def _next(self) -> _Shift | None:
        with self._condition:
            while not self._stopping.is_set():
                if not self._shifts:
                    self._condition.wait()
                    continue
                shift = min(self._shifts.values(), key=lambda each: each.due)
                wait = shift.due - time.monotonic()
                if wait <= 0:
                    shift.running, shift.woken, shift.last_run_at = True, False, now()
                    return shift
                self._condition.wait(wait)
            return None

    def _finish(self, shift: _Shift, done: int, error: str) -> None:
        with self._condition:
            moment = time.monotonic()
            shift.running = False
            shift.runs += 1
            shift.error = error
            if error:
                shift.failures += 1
                pause = min(self._first_backoff * 2 ** min(shift.failures - 1, 16), self._longest_backoff)
                shift.due = moment + pause
                return
            shift.failures = 0
            shift.done += done
            shift.last_success_at = now()
            shift.due = moment if done > 0 or shift.woken else moment + shift.duty.interval
