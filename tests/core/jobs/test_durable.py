"""Durable jobs: carried out once they are submitted, in whichever process lives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from core.database import Database
from core.errors import ConfigurationError, Conflict, InvalidInput
from core.jobs import DurableJobs, Job, declared, job
from core.jobs.slots import take, take_slot
from core.settings import get_settings
from tests.faults.dying import die, run_until_killed


@pytest.fixture
def jobs(database: Database) -> Iterator[DurableJobs]:
    made = DurableJobs(database, get_settings())
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _own_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "_JOBS", {})


def _until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_a_job_is_carried_out_once_and_its_paid_steps_are_not_repeated(jobs: DurableJobs) -> None:
    called: list[object] = []
    bought: list[int] = []

    @job("test.buy")
    def buy(running: Job, price: int, names: list[str]) -> str:
        paid = running.once("pay", lambda: bought.append(price) or {"paid": price})
        called.append((running.id, paid, names))
        return "done"

    assert not jobs.started
    jobs.submit("test.buy", "buy-1", 5, ["ä"])
    assert jobs.started
    _until(lambda: jobs.state("buy-1") == "finished")
    jobs.submit("test.buy", "buy-1", 5, ["ä"])  # a repetition, also after the end
    jobs.submit("test.buy", "buy-2", 7, [])
    _until(lambda: jobs.state("buy-2") == "finished")
    assert called == [("buy-1", {"paid": 5}, ["ä"]), ("buy-2", {"paid": 7}, [])]
    assert bought == [5, 7]
    assert jobs.state("buy-3") is None
    with pytest.raises(InvalidInput, match="no job"):
        jobs.submit("test.sell", "sell-1")


def test_closing_interrupts_a_job_and_the_next_start_carries_on(jobs: DurableJobs) -> None:
    begun, may_end = threading.Event(), threading.Event()
    runs: list[int] = []
    paid: list[int] = []

    @job("test.long")
    def long(running: Job) -> None:
        runs.append(running.once("pay", lambda: paid.append(1) or len(paid)))
        begun.set()
        while not may_end.wait(0.01):
            running.check()

    jobs.submit("test.long", "long-1")
    assert begun.wait(20)
    assert jobs.state("long-1") == "running"
    jobs.close()
    assert not jobs.started
    may_end.set()
    _until(lambda: jobs.state("long-1") == "finished")
    assert runs == [1, 1], "it ran twice, and paid once"


def test_a_job_that_fails_says_so_and_others_go_on(jobs: DurableJobs) -> None:
    @job("test.bad")
    def bad(running: Job) -> None:
        raise ValueError("no")

    @job("test.good")
    def good(running: Job) -> None:
        return

    jobs.submit("test.bad", "bad-1")
    jobs.submit("test.good", "good-1")
    _until(lambda: jobs.state("bad-1") == "failed" and jobs.state("good-1") == "finished")


@pytest.mark.faults
def test_jobs_of_a_killed_process_are_taken_over_by_one_that_lives(
    database: Database, jobs: DurableJobs
) -> None:
    def first(other: Database) -> None:
        @job("test.dies")
        def dies(running: Job) -> None:
            die()

        theirs = DurableJobs(other, get_settings())
        theirs.submit("test.dies", "dies-1")
        time.sleep(30)

    survived: list[str] = []

    @job("test.dies")
    def lives(running: Job) -> None:
        survived.append(running.id)

    lowest = take_slot(database)  # so that the child is not where we will be
    assert lowest.number == 0
    declared._JOBS.clear()
    run_until_killed(first, database)
    job("test.dies")(lives)
    lowest.release()
    jobs.start()
    _until(lambda: jobs.state("dies-1") == "finished")
    assert survived == ["dies-1"]
    assert jobs.take_over() == 0


def test_a_shared_job_runs_once_a_process_and_again_after_its_end(
    database: Database, jobs: DurableJobs
) -> None:
    workers: list[str] = []
    may_end = threading.Event()

    @job("test.shared")
    def shared(running: Job, number: int) -> None:
        assert running.id.startswith("shared-1@")
        assert number == 7
        assert running.lives(running.worker)
        assert running.lives("bench")
        assert not running.lives("slot-0:before")
        assert not running.lives("slot-9:gone")
        workers.append(running.worker)
        while not may_end.wait(0.01):
            running.check()

    assert jobs.run_here("test.shared", "shared-1", 7)
    _until(lambda: len(workers) == 1)
    assert not jobs.run_here("test.shared", "shared-1", 7)
    jobs.close()  # in the middle: the next start carries on, under another name
    jobs.start()
    jobs.run_here("test.shared", "shared-1", 7)
    _until(lambda: len(workers) == 2)
    assert workers[0].partition(":")[0] == workers[1].partition(":")[0] == "slot-0"
    assert workers[0] != workers[1]
    may_end.set()
    _until(lambda: jobs.run_here("test.shared", "shared-1", 7))
    _until(lambda: len(workers) == 3)
    with pytest.raises(InvalidInput, match="no job"):
        jobs.run_here("test.nothing", "nothing-1")


@pytest.mark.faults
def test_the_part_of_a_killed_process_in_a_shared_job_is_nobody_elses(
    database: Database, jobs: DurableJobs
) -> None:
    def first(other: Database) -> None:
        @job("test.shared")
        def dies(running: Job) -> None:
            die()

        theirs = DurableJobs(other, get_settings())
        theirs.run_here("test.shared", "shared-1")
        time.sleep(30)

    took_part: list[str] = []

    @job("test.shared")
    def lives(running: Job) -> None:
        took_part.append(running.id)

    lowest = take_slot(database)  # so that the child is not where we will be
    declared._JOBS.clear()
    run_until_killed(first, database)
    job("test.shared")(lives)
    lowest.release()
    jobs.start()
    assert jobs.take_over() == 0
    assert jobs.run_here("test.shared", "shared-1")
    _until(lambda: len(took_part) == 1)


def test_one_process_carries_out_jobs_once(database: Database, jobs: DurableJobs) -> None:
    jobs.start()
    jobs.start()
    with pytest.raises(Conflict, match="already"):
        DurableJobs(database, get_settings()).start()


def test_a_slot_is_held_by_one_and_free_again_after_it(database: Database) -> None:
    one, two = take_slot(database), take_slot(database)
    assert [one.number, two.number] == [0, 1]
    assert one.held()
    assert take(database, 0) is None
    one.release()
    again = take(database, 0)
    assert again is not None
    for slot in (two, again):
        slot.release()


def test_a_database_in_memory_has_no_jobs() -> None:
    memory = Database("sqlite:///:memory:")
    jobs = DurableJobs(memory, get_settings())
    with pytest.raises(ConfigurationError, match="outlives"):
        jobs.start()
    assert not jobs.started
    memory.dispose()


def test_two_jobs_of_one_name_are_refused() -> None:
    @job("test.one")
    def one(running: Job) -> None: ...

    assert job("test.one")(one) is one
    with pytest.raises(ValueError, match=r"test\.one"):

        @job("test.one")
        def two(running: Job) -> None: ...
