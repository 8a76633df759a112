"""What this process has exactly one of: the database, the embedder, the draft runner, the worker.

Lives in a module of its own, outside Streamlit's caches, because two sides share it: the server's
lifespan, which starts and closes it, and the pages, which use it.
"""

from __future__ import annotations

import threading
import time

from core.actions import Catalogue, Executor, open_catalogue, open_executor
from core.assist import DraftRunner
from core.classifiers import Judges, Services, dispatch_backtests, open_services
from core.criteria import ensure_criteria
from core.database import migrate, open_database
from core.evals import ScoreKeeper, dispatch_calibrations, dispatch_runs
from core.identity import check_production
from core.insights import find_suggestions
from core.jobs import DurableJobs, Duty, Worker
from core.knowledge import embed_missing, start_due
from core.llm import Embedder, get_embedder
from core.releases import dispatch_replays, watch_releases
from core.settings import Settings, get_settings
from core.surfaces import deliver_due, export_due, export_evaluations_due
from core.traces import purge_texts, sweep

EVAL_RUNS = "work on eval runs"
"""Name of the duty to wake when a run was started."""
REPLAYS = "replay proposals"
"""The same for a replay."""
_AT_MOST = 50  # deliveries a turn
_EMBED_SECONDS = 2.0  # a turn; deliveries wait for it, because they share the worker's thread
_SUGGEST_SECONDS = 1.0  # likewise


class Process:
    """The things of one server process. Pages get theirs from :func:`get_process`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = open_database(settings)
        self.jobs = DurableJobs(self.database, settings)
        self.worker = Worker(
            [
                Duty("deliver replies", self._deliver, interval=5),
                Duty(EVAL_RUNS, self._take_part, interval=1),
                Duty(REPLAYS, self._replay, interval=2),
                Duty("watch releases", self._watch_releases, interval=600),
                Duty("start dated articles", self._start_dated, interval=30),
                Duty("find suggestions", self._find_suggestions, interval=15),
                Duty("make search vectors", self._embed, interval=30),
                Duty("sweep drafts", self._sweep, interval=15),
                Duty("carry out actions", self._carry_out, interval=2),
                Duty("sweep traces", self._sweep_traces, interval=15),
                Duty("remove old trace texts", self._purge_traces, interval=3600),
                Duty("send telemetry", self._send_telemetry, interval=10),
                Duty("send evaluations", self._send_evaluations, interval=10),
                Duty("hand out backtests", self._hand_out, interval=2),
                Duty("compare judges with people", self._compare_judges, interval=2),
                Duty("take over jobs", self.jobs.take_over, interval=15),
            ]
        )
        self.judges = Judges(self.database, settings)
        self.scores = ScoreKeeper(self.database, settings)
        self._runner: DraftRunner | None = None
        self._executor: Executor | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Bring the database up to date, refuse an unsafe production start, and begin background work.

        Raises:
            ConfigurationError: the database is newer than this code, or production is not safe.
        """
        migrate(self.database)
        with self.database.reading() as session:
            check_production(self.settings, session)
        with self.database.transaction() as session:
            ensure_criteria(session=session)
        self.worker.start()
        self.judges.start()
        self.scores.start()

    @property
    def runner(self) -> DraftRunner:
        """Makes drafts, outside the script threads. Its thread starts with the first use."""
        with self._lock:
            if self._runner is None:
                self._runner = DraftRunner(self.database, self.settings)
            return self._runner

    @property
    def executor(self) -> Executor:
        """Carries out approved actions. Its threads start with the first use."""
        with self._lock:
            if self._executor is None:
                self._executor = open_executor(self.database, self.settings)
            return self._executor

    def catalogue(self) -> Catalogue:
        """The actions of this moment."""
        return open_catalogue(self.database, self.settings)

    @property
    def embedder(self) -> Embedder:
        """Makes vectors. Loaded with the first use: it takes a moment and some memory.

        Raises:
            ConfigurationError: the settings name one that cannot be used.
        """
        return get_embedder(self.settings)

    @property
    def services(self) -> Services:
        """What classifiers may use of this process."""
        return open_services(self.database, self.settings)

    def close(self) -> None:
        """Stop background work and close every connection."""
        self.worker.stop()
        self.judges.stop()
        self.scores.stop()
        self.jobs.close()
        if self._executor is not None:
            self._executor.close()
        if self._runner is not None:
            self._runner.close()
        self.database.dispose()

    def _deliver(self) -> int:
        return deliver_due(
            database=self.database, settings=self.settings, runner=self.runner.id, at_most=_AT_MOST
        )

    def _embed(self) -> int:
        deadline = time.monotonic() + _EMBED_SECONDS
        return embed_missing(
            database=self.database,
            embedder=self.embedder,
            should_stop=lambda: self.worker.should_stop() or time.monotonic() > deadline,
        )

    def _hand_out(self) -> int:
        return dispatch_backtests(database=self.database, jobs=self.jobs)

    def _compare_judges(self) -> int:
        return dispatch_calibrations(database=self.database, jobs=self.jobs)

    def _take_part(self) -> int:
        return dispatch_runs(database=self.database, jobs=self.jobs)

    def _replay(self) -> int:
        return dispatch_replays(database=self.database, jobs=self.jobs)

    def _watch_releases(self) -> int:
        return watch_releases(database=self.database)

    def _find_suggestions(self) -> int:
        return find_suggestions(self.database, self.embedder, seconds=_SUGGEST_SECONDS)

    def _start_dated(self) -> int:
        return start_due(self.database)

    def _sweep(self) -> int:
        return self.runner.sweep()

    def _carry_out(self) -> int:
        return self.executor.carry_out_due()

    def _sweep_traces(self) -> int:
        return sweep(database=self.database)

    def _purge_traces(self) -> int:
        return purge_texts(database=self.database, older_than_days=self.settings.trace_text_days)

    def _send_telemetry(self) -> int:
        return export_due(database=self.database, settings=self.settings)

    def _send_evaluations(self) -> int:
        return export_evaluations_due(database=self.database, settings=self.settings)


_lock = threading.Lock()
_process: Process | None = None


def get_process() -> Process:
    """The process-wide :class:`Process`, made with the first use from the settings of that moment."""
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
