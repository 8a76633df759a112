"""Kill and freeze the workers of an eval run: each case is answered once, and hardly a call is paid twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from core.database import Database
from core.evals.running import start_run
from core.evals.tables import EvalGrade, EvalResult, EvalRun
from core.identity import SYSTEM
from core.settings import get_settings
from tests.conftest import ON_POSTGRES
from tests.core.evals.running.making import make_suite
from tests.faults.model_server import ModelServer, model_server
from tests.faults.scripts import ended, line, start_script

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("RATCHET_TEST_ROUNDS", "3"))
CASES = 125 * ROUNDS
LATENCY = 0.2  # seconds
RESUMED_WITHIN = 5.0 if "RATCHET_TEST_ROUNDS" in os.environ else 30.0
"""Seconds from the start of a process to its first new result. Strict where somebody measures on purpose."""
UNSAVED = 32
"""Answers that may have arrived and not be stored when a worker dies: those of a tenth of a second, amply."""

WORKER = """
import os, sys, time
from sqlalchemy import func, select
from sqlmodel import col
from core.database import Database
from core.evals.running import dispatch_runs
from core.evals.tables import EvalResult, EvalRun
from core.jobs import DurableJobs
from core.settings import Settings

database = Database(sys.argv[1])
jobs = DurableJobs(database, Settings())
key = int(sys.argv[2])
state = first = None
stored = select(func.count()).where(
    col(EvalResult.run_id) == key, col(EvalResult.state).in_(("answered", "done", "error"))
)
while state != "finished":
    dispatch_runs(database=database, jobs=jobs)
    jobs.take_over()
    time.sleep(0.02)
    with database.reading() as session:
        run = session.get_one(EvalRun, key)
        count = session.scalar(stored)
    if first is None:
        first = count
    if talk is not None and count > first:
        talk.send("working")
        talk = None
    state = run.state
    assert state in ("planned", "running", "finished"), run.error
jobs.close()
database.dispose()
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, database: Database) -> Iterator[ModelServer]:
    with model_server(seconds=LATENCY) as made:
        for name, value in {
            "PROVIDER": "compatible",
            "NAME": "counted",
            "BASE_URL": made.url,
            "API": "chat_completions",
        }.items():
            monkeypatch.setenv(f"RATCHET_MODEL_{name}", value)
        get_settings.cache_clear()
        yield made


def test_killed_again_and_again_a_run_answers_each_case_once(
    database: Database, server: ModelServer, record_property: pytest.RecordProperty
) -> None:
    run = _begin(database)
    assert ended(start_script("pass"), 100) == 0  # whatever scripts are forked from has its imports now
    chance = random.Random(20261122)
    in_flight, in_hand, waited = [], [], []
    for _ in range(ROUNDS):
        ours, theirs = line()
        began = time.monotonic()
        with _worker(database, run, talk=theirs) as worker:
            assert ours.poll(60), "the worker did not begin"
            waited.append(time.monotonic() - began)
            time.sleep(chance.uniform(0, 2 * LATENCY))
            worker.kill()
            in_flight.append(server.in_flight)
            assert ended(worker, 20) == -signal.SIGKILL
        stored = _stored(database, run)
        assert stored < CASES, "it was not killed in the middle"
        in_hand.append(server.total - sum(in_hand) - stored)
    with _worker(database, run) as last:
        assert ended(last, 100) == 0
    twice = server.total - CASES
    figures = {"calls": server.total, "paid twice": twice, "in flight": in_flight, "resumed after": waited}
    print(figures)
    record_property("figures", str(figures))
    assert max(waited) < RESUMED_WITHIN
    assert twice <= sum(in_hand)
    assert all(held <= sent + UNSAVED for held, sent in zip(in_hand, in_flight, strict=True))
    _check(database, run, server)


@pytest.mark.skipif(not ON_POSTGRES, reason="several machines at one database are a matter of Postgres")
def test_three_workers_of_which_one_is_killed_and_one_frozen(
    database: Database, server: ModelServer, record_property: pytest.RecordProperty
) -> None:
    run = _begin(database)
    with ExitStack() as stack:
        killed, frozen, survivor = (stack.enter_context(_worker(database, run)) for _ in range(3))
        assert frozen.pid is not None
        _until(lambda: len(_held(database, run)) == 3)
        begun = _stored(database, run)
        _until(lambda: _stored(database, run) > begun + CASES // 10)  # each has calls in flight
        os.kill(frozen.pid, signal.SIGSTOP)
        killed.kill()
        killed.join()
        in_hand = sum(_held(database, run).values())
        assert _stored(database, run) < CASES, "they were not met in the middle"
        assert ended(survivor, 100) == 0
        assert _state(database, run) == "finished"
        before, calls = _outputs(database, run), server.total
        os.kill(frozen.pid, signal.SIGCONT)
        assert ended(frozen, 60) == 0
    assert _outputs(database, run) == before, "what the frozen one still answered was thrown away"
    figures = {"calls": calls, "paid twice": calls - CASES, "in hand when it happened": in_hand}
    print(figures)
    record_property("figures", str(figures))
    assert server.total - CASES <= in_hand
    _check(database, run, server)


@contextmanager
def _worker(database: Database, run: EvalRun, **given: Any) -> Iterator[ForkServerProcess]:
    """A worker that is gone in the end, whatever happens."""
    child = start_script(WORKER, _url(database), run.key, **given)
    try:
        yield child
    finally:
        child.kill()
        child.join()


def _begin(database: Database) -> EvalRun:
    make_suite(database, CASES, expectations=[{"kind": "contains", "texts": ["Answer"]}])
    return start_run(SYSTEM, "core", database=database, settings=get_settings(), target="model")


def _check(database: Database, run: EvalRun, server: ModelServer) -> None:
    """Everything was answered, graded and counted once."""
    with database.reading() as session:
        found = session.get_one(EvalRun, run.key)
        assert (found.state, found.error, found.attempt) == ("finished", "", 1)
        of_run = select(func.count(), func.count(func.distinct(col(EvalResult.case_id)))).where(
            col(EvalResult.run_id) == run.key,
            col(EvalResult.state) == "done",
            col(EvalResult.passed),
            col(EvalResult.owner) == "",
        )
        assert tuple(session.execute(of_run).one()) == (CASES, CASES)
        grades = select(func.count(), func.count(func.distinct(col(EvalGrade.result_id)))).where(
            col(EvalGrade.run_id) == run.key
        )
        assert tuple(session.execute(grades).one()) == (CASES, CASES)
    assert len(server.asked) == CASES


def _url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def _state(database: Database, run: EvalRun) -> str:
    with database.reading() as session:
        return session.get_one(EvalRun, run.key).state


def _stored(database: Database, run: EvalRun) -> int:
    """Results that have their answer."""
    with database.reading() as session:
        count = select(func.count()).where(
            col(EvalResult.run_id) == run.key, col(EvalResult.state).in_(("answered", "done", "error"))
        )
        return session.scalar(count) or 0


def _held(database: Database, run: EvalRun) -> dict[str, int]:
    """How many results each worker is having answered, or is about to."""
    with database.reading() as session:
        count = (
            select(col(EvalResult.owner), func.count())
            .where(col(EvalResult.run_id) == run.key, col(EvalResult.state) == "running")
            .group_by(col(EvalResult.owner))
        )
        return {row[0]: row[1] for row in session.execute(count)}


def _outputs(database: Database, run: EvalRun) -> list[object]:
    with database.reading() as session:
        rows = select(
            col(EvalResult.id), col(EvalResult.finished_at), col(EvalResult.tries), col(EvalResult.output)
        )
        return [tuple(row) for row in session.execute(rows.order_by(col(EvalResult.id)))]


def _until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
