"""Stores what is recorded, each second, from a thread of its own, and keeps it while the database is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from core.database import Database, now
from core.traces.buffer import Batch, Buffer
from core.traces.storing import keep_alive, write

log = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0
HEARTBEAT_SECONDS = 3.0


class Flusher:
    """Empties a buffer into the database, in one transaction a turn.

    Args:
        lock: guards the buffer.
        running: the ids of the traces in progress, called under the lock.
        prices: USD per million input and output tokens.
    """

    def __init__(
        self,
        database: Database,
        buffer: Buffer,
        *,
        lock: threading.Lock,
        running: Callable[[], list[str]],
        prices: tuple[float, float],
        seconds: float = FLUSH_SECONDS,
    ) -> None:
        self.refused = 0
        self._database = database
        self._buffer = buffer
        self._lock = lock
        self._running = running
        self._prices = prices
        self._seconds = seconds
        self._flushing = threading.Lock()
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._beaten = 0.0
        self._failing = False

    def start(self) -> None:
        """Start the thread, unless it runs already."""
        if self._thread is not None or self._stopping.is_set():
            return
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ratchet-traces", daemon=True)
                self._thread.start()

    def flush(self) -> bool:
        """Store what is recorded so far.

        Returns:
            False when the database could not be used; everything is kept for the next time.
        """
        with self._flushing:
            with self._lock:
                batch = self._buffer.take()
                alive = self._running() if time.monotonic() - self._beaten >= HEARTBEAT_SECONDS else []
            if not batch and not alive:
                return True
            try:
                self._write(batch, alive)
            except Exception as error:  # whatever is wrong with the database is not the draft's business
                if _is_about_rows(error):
                    self._write_apart(batch)
                    return True
                self._keep(batch, error)
                return False
            self._failing = False
            return True

    def close(self) -> None:
        """Stop the thread and store what is left."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=10)
        self.flush()

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            self.flush()

    def _write(self, batch: Batch, alive: list[str]) -> None:
        with self._database.transaction() as session:
            connection = session.connection()
            write(batch, connection=connection, prices=self._prices)
            if alive:
                keep_alive(alive, moment=now(), connection=connection)
        if alive:
            self._beaten = time.monotonic()

    def _write_apart(self, batch: Batch) -> None:
        """A row the database refuses is given up with its trace; the others are stored."""
        for part in batch.by_trace():
            try:
                self._write(part, [])
            except SQLAlchemyError as error:
                if not _is_about_rows(error):
                    self._keep(part, error)
                    continue
                self.refused += len(part)
                log.warning("steps of a trace cannot be stored: %s", type(error).__name__)

    def _keep(self, batch: Batch, error: Exception) -> None:
        with self._lock:
            self._buffer.put_back(batch)
        if not self._failing:
            log.warning("traces cannot be stored at the moment (%s); trying again", type(error).__name__)
        self._failing = True


def _is_about_rows(error: Exception) -> bool:
    """Whether trying again is of no use: the rows are at fault, not the connection."""
    if isinstance(error, DBAPIError):
        return isinstance(error, IntegrityError | DataError)
    return isinstance(error, StatementError)
