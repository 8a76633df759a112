"""What this process has exactly one of: the database, the embedder, the draft runner, the worker.

Lives in a module of its own, outside Streamlit's caches, because two sides share it: the server's
lifespan, which starts and closes it, and the pages, which use it.
"""

from __future__ import annotations

import threading
import time
from functools import cached_property

from core.database import Database, migrate, open_database
from core.identity import check_production
from core.jobs import Duty, Worker
from core.llm import Embedder, get_embedder
from core.settings import Settings, get_settings

try:
    from core.assist import DraftRunner
except ImportError:
    DraftRunner = None
try:
    from core.knowledge import embed_missing
except ImportError:
    embed_missing = None
try:
    from core.surfaces import deliver_due
except ImportError:
    deliver_due = None

_EMBED_SECONDS = 2.0  # one turn: deliveries wait for it, because they share the worker's thread


class Process:
    """The things of one server process. Pages get theirs from :func:`get_process`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database: Database = open_database(settings)
        self._lock = threading.RLock()

    def start(self) -> None:
        """Bring the database up to date, refuse an unsafe production start, and begin background work.

        Raises:
            ConfigurationError: the database is newer than this code, or production is not safe.
        """
        migrate(self.database)
        with self.database.reading() as session:
            check_production(self.settings, session)
        if DraftRunner:
            self.runner.sweep()
        self.worker.start()

    @cached_property
    def runner(self) -> "DraftRunner":
        """Makes drafts, outside the script threads."""
        with self._lock:
            return DraftRunner(self.database, self.settings)

    @cached_property
    def embedder(self) -> Embedder:
        """Makes vectors. Loaded on first use: it takes a moment and some memory."""
        with self._lock:
            return get_embedder(self.settings)

    @cached_property
    def worker(self) -> Worker:
        """Delivers replies, embeds new passages and sweeps drafts whose process died."""
        return Worker(
            ([Duty("deliver replies", self._deliver, interval=5)] if deliver_due else [])
            + ([Duty("embed passages", self._embed, interval=30)] if embed_missing else [])
            + ([Duty("sweep drafts", self.runner.sweep, interval=15)] if DraftRunner else [])
        )

    def close(self) -> None:
        """Stop background work and close every connection."""
        if "worker" in self.__dict__:
            self.worker.stop()
        if "runner" in self.__dict__:
            self.runner.close()
        self.database.dispose()

    def _deliver(self) -> int:
        return deliver_due(database=self.database, settings=self.settings, runner="worker")

    def _embed(self) -> int:
        deadline = time.monotonic() + _EMBED_SECONDS
        return embed_missing(
            database=self.database,
            embedder=self.embedder,
            should_stop=lambda: self.worker.should_stop() or time.monotonic() > deadline,
        )


_lock = threading.Lock()
_process: Process | None = None


def get_process() -> Process:
    """The process-wide :class:`Process`, made on first use from the settings of that moment."""
    global _process
    with _lock:
        if _process is None:
            _process = Process(get_settings())
        return _process


def close_process() -> None:
    """Close the process-wide things; the next :func:`get_process` makes new ones."""
    global _process
    with _lock:
        process, _process = _process, None
    if process is not None:
        process.close()
