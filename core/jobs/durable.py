"""Long work that survives the process: a small face over DBOS, the only module that knows it.

A job is submitted under an id of its own, and carried out at least once, whatever dies: what it writes
itself decides what is left to do (see :func:`core.jobs.job`). DBOS keeps which jobs there are in tables of
its own, beside ours; who is alive is decided by slots (see :mod:`core.jobs.slots`).
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from sqlalchemy import Engine, create_engine, event

from core.database import Database
from core.errors import Conflict, InvalidInput
from core.jobs.declared import Interrupted, Job, JobFunction, jobs
from core.jobs.slots import PREFIX, Slot, database_file, lives, take, take_slot, worker_name
from core.settings import Settings

if TYPE_CHECKING:
    from dbos import DBOSConfig

JobState = Literal["waiting", "running", "finished", "failed"]

_STATES: dict[str, JobState] = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "finished",
}
_QUEUE = "jobs"
_AT_ONCE = 2  # jobs a process: a short one need not wait for a long one, and the screens stay quick
_POLL_SECONDS = 0.5
_SCHEMA = "ratchet_jobs"
_APPLICATION_VERSION = "1"  # by hand: jobs started before an update are carried on after it
_HERE = "@"  # in the id of a workflow: what follows names the process that it belongs to

_lock = threading.Lock()
_in_use: DurableJobs | None = None


class DurableJobs:
    """The durable jobs of this process. DBOS is one a process, so one of these can run at a time.

    Nothing is imported, opened or started before :meth:`start` or the first :meth:`submit`.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._slot: Slot | None = None
        self._worker = ""
        self._here: set[str] = set()
        self._engine: Engine | None = None
        self._workflows: dict[str, JobFunction] = {}
        self._stopping = threading.Event()
        self._idle = threading.Condition()
        self._running = 0
        self._changing = threading.RLock()

    @property
    def started(self) -> bool:
        return self._slot is not None

    def start(self) -> None:
        """Begin to carry out jobs, first those that a dead process left behind. Safe to repeat.

        Raises:
            Conflict: others run in this process, or too many processes do.
            ConfigurationError: the database is in memory.
        """
        global _in_use
        with self._changing:
            if self.started:
                return
            with _lock:
                if _in_use is not None:
                    raise Conflict("This process carries out jobs already.")
                _in_use = self
            try:
                slot = take_slot(self._database)
                self._worker = worker_name(slot)  # before the launch: it carries on with what was left
                try:
                    self._launch(f"{PREFIX}{slot.number}")
                except BaseException:
                    slot.release()
                    raise
            except BaseException:
                with _lock:
                    _in_use = None
                raise
            self._slot = slot
        self.take_over()

    def close(self, timeout: float = 10.0) -> None:
        """Stop. Jobs in hand are interrupted between two pieces of work and go on elsewhere, or later.

        Args:
            timeout: seconds to wait for the pieces in hand.
        """
        global _in_use
        with self._changing:
            if self._slot is None:
                return
            self._stopping.set()
            with self._idle:
                self._idle.wait_for(lambda: self._running == 0, timeout)
            self._shut_down()
            self._slot.release()
            self._slot = None
            with _lock:
                _in_use = None

    def submit(self, name: str, job_id: str, *arguments: Any) -> None:
        """Have a job carried out, by this process or another. Starts if need be.

        Repeating it with the same id changes nothing, also when the job has ended.

        Args:
            name: as given to :func:`core.jobs.job`.
            job_id: unique for ever, at most 100 characters.
            arguments: plain JSON values.

        Raises:
            InvalidInput: there is no such job.
        """
        from dbos import DBOS, SetWorkflowID

        workflow = self._workflow(name)
        with SetWorkflowID(job_id):
            DBOS.enqueue_workflow(_QUEUE, workflow, *arguments)

    def run_here(self, name: str, job_id: str, *arguments: Any) -> bool:
        """Take part in a job that several processes work on at the same time. Starts if need be.

        The job itself shares out what there is to do. This process works on it once at a time; when it is
        killed, whoever gets its slot carries on, and other processes only do their own part.

        Args:
            name: as given to :func:`core.jobs.job`.
            job_id: the same in every process, at most 80 characters.
            arguments: plain JSON values.

        Returns:
            Whether it was started; not when this process works on it already.

        Raises:
            InvalidInput: there is no such job.
        """
        from dbos import DBOS, SetWorkflowID

        workflow = self._workflow(name)
        with self._idle:
            if job_id in self._here:
                return False
        with SetWorkflowID(f"{job_id}{_HERE}{uuid4().hex[:12]}"):
            DBOS.start_workflow(workflow, *arguments)
        return True

    def state(self, job_id: str) -> JobState | None:
        """How a job is doing; None when nobody submitted it. Starts if need be."""
        from dbos import DBOS

        self.start()
        status = DBOS.get_workflow_status(job_id)
        return None if status is None else _STATES.get(status.status, "failed")

    def take_over(self) -> int:
        """Carry on with the jobs of processes that are gone: a duty. Does nothing before the start.

        Returns:
            How many jobs are taken over.
        """
        if self._slot is None:
            return 0
        if not self._slot.held():  # the connection broke: others may take us for dead, and are right
            self.close()
            self.start()
            return 0
        return self._adopt_orphans(self._slot)

    def _workflow(self, name: str) -> JobFunction:
        self.start()
        if name not in self._workflows:
            raise InvalidInput(f"There is no job {name!r}.")
        return self._workflows[name]

    def _adopt_orphans(self, own: Slot) -> int:
        from dbos import DBOS

        orphans: dict[str, list[str]] = defaultdict(list)
        for status in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False):
            orphans[status.executor_id or ""].append(status.workflow_id)
        taken = 0
        for executor, workflow_ids in orphans.items():
            number = executor.removeprefix(PREFIX)
            if number == str(own.number) or not number.isdigit():
                continue
            free = take(self._database, int(number))
            if free is None:
                continue  # it lives
            try:
                own_parts = [each for each in workflow_ids if _HERE in each]
                others = [each for each in workflow_ids if _HERE not in each]
                if own_parts:  # what a dead process did of a job that everybody works on: nothing is left
                    DBOS.cancel_workflows(own_parts)
                if others:
                    DBOS.resume_workflows(others, queue_name=_QUEUE)
            finally:
                free.release()
            taken += len(others)
        return taken

    def _launch(self, executor_id: str) -> None:
        from dbos import DBOS, WorkflowSerializationFormat

        _quiet()
        self._stopping.clear()
        for name, function in jobs().items():
            workflow = DBOS.workflow(name=name, serialization_type=WorkflowSerializationFormat.PORTABLE)
            self._workflows[name] = workflow(self._carried_out(name, function))
        try:
            DBOS(config=self._configuration(executor_id))
            DBOS.launch()
            DBOS.register_queue(_QUEUE, worker_concurrency=_AT_ONCE, polling_interval_sec=_POLL_SECONDS)
        except BaseException:
            self._shut_down()
            raise

    def _shut_down(self) -> None:
        from dbos import DBOS

        DBOS.destroy(destroy_registry=True)
        self._workflows.clear()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _configuration(self, executor_id: str) -> DBOSConfig:
        from dbos import DBOSConfig, DBOSPortableJSONSerializer

        made = DBOSConfig(
            name="ratchet",
            application_version=_APPLICATION_VERSION,
            executor_id=executor_id,
            serializer=DBOSPortableJSONSerializer(),  # the default one is pickle
            log_level="WARNING",
            enable_otlp=False,
            use_listen_notify=False,
            max_executor_threads=8,
        )
        if self._database.is_sqlite:
            path = database_file(self._database)
            url = f"sqlite:///{path.with_name(f'{path.name}.jobs')}"
            self._engine = _sqlite_engine(url)
            made["system_database_engine"] = self._engine
        else:
            url = self._database.url.render_as_string(hide_password=False)
            made["dbos_system_schema"] = _SCHEMA
            made["sys_db_pool_size"] = 5
        made["system_database_url"] = url
        return made

    def _carried_out(self, name: str, function: JobFunction) -> JobFunction:
        def carry_out(*arguments: Any) -> Any:
            from dbos import DBOS

            workflow_id = str(DBOS.workflow_id)
            job_id, here, _ = workflow_id.partition(_HERE)
            with self._idle:
                if here and job_id in self._here:
                    return None  # one of this process's was carried on with, and another one was started
                if here:
                    self._here.add(job_id)
                self._running += 1
            try:
                if self._stopping.is_set():
                    raise Interrupted
                made = Job(
                    id=workflow_id,
                    database=self._database,
                    settings=self._settings,
                    should_stop=self._stopping.is_set,
                    worker=self._worker,
                    lives=partial(lives, own=self._worker, database=self._database),
                    once=_once,
                )
                return function(made, *arguments)
            finally:
                with self._idle:
                    self._running -= 1
                    if here:
                        self._here.discard(job_id)
                    self._idle.notify_all()

        carry_out.__qualname__ = name
        return carry_out


def _once(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
    from dbos import DBOS

    return DBOS.run_step({"name": name}, function, *arguments)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"  # as DBOS sets it where the engine is its own
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _quiet() -> None:
    """Let its warnings reach our log instead of a handler of its own."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = True
