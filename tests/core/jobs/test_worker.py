"""The background worker: runs while there is work, backs off, stays up, stops promptly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from core.jobs import Duty, Worker


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)


@contextmanager
def at_work(*duties: Duty, **options: float) -> Iterator[Worker]:
    worker = Worker(duties, **options)  # type: ignore[arg-type]
    worker.start()
    try:
        yield worker
    finally:
        assert worker.stop()


def test_runs_again_at_once_while_there_is_work() -> None:
    left = [1] * 50
    empty = threading.Event()

    def work() -> int:
        if not left:
            empty.set()
            return 0
        left.pop()
        return 1

    with at_work(Duty("deliver", work, interval=3600)) as worker:
        assert empty.wait(10)
        eventually(lambda: worker.status()[0].runs == 51)
        status = worker.status()[0]
    assert (status.done, status.failures_in_a_row, status.error) == (50, 0, "")
    assert status.last_success_at is not None


def test_an_idle_worker_does_not_loop() -> None:
    with at_work(Duty("look", lambda: 0, interval=3600)) as worker:
        eventually(lambda: worker.status()[0].runs == 1)
        before = time.process_time()
        time.sleep(0.3)
        assert worker.status()[0].runs == 1
        assert time.process_time() - before < 0.2


def test_a_busy_duty_leaves_the_others_their_turn() -> None:
    quiet = threading.Event()

    def look() -> int:
        quiet.set()
        return 0

    with at_work(Duty("busy", lambda: 1), Duty("quiet", look, interval=0.01)):
        assert quiet.wait(10)
        quiet.clear()
        assert quiet.wait(10)


def test_failures_are_shown_and_retried_after_a_growing_pause(caplog: pytest.LogCaptureFixture) -> None:
    moments: list[float] = []
    healthy = threading.Event()

    def work() -> int:
        moments.append(time.monotonic())
        if len(moments) < 4:
            raise RuntimeError("the server is away")
        healthy.set()
        return 0

    other = threading.Event()

    def fine() -> int:
        other.set()
        return 0

    with at_work(
        Duty("deliver", work, interval=3600),
        Duty("other", fine, interval=3600),
        first_backoff=0.05,
        longest_backoff=0.1,
    ) as worker:
        eventually(lambda: worker.status()[0].failures_in_a_row > 0)
        assert worker.status()[0].error == "RuntimeError: the server is away"
        assert other.wait(10)
        assert healthy.wait(10)
        eventually(lambda: worker.status()[0].error == "")
        assert worker.status()[0].failures_in_a_row == 0
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps[0] >= 0.05
    assert all(gap >= 0.1 for gap in gaps[1:])
    assert "duty deliver failed" in caplog.text


def test_even_an_exit_in_a_duty_does_not_end_the_worker() -> None:
    calls = []

    def work() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise SystemExit(1)
        return 0

    with at_work(Duty("odd", work, interval=0.01), first_backoff=0.01) as worker:
        eventually(lambda: len(calls) > 1)
        assert worker.running


def test_wake_brings_a_duty_forward_even_while_it_runs() -> None:
    runs = []
    inside, go_on = threading.Event(), threading.Event()

    def work() -> int:
        runs.append(1)
        if len(runs) == 1:
            inside.set()
            assert go_on.wait(10)
        return 0

    with at_work(Duty("look", work, interval=3600)) as worker:
        assert inside.wait(10)
        worker.wake("look")
        go_on.set()
        eventually(lambda: len(runs) == 2)
        worker.wake()
        eventually(lambda: len(runs) == 3)
        with pytest.raises(KeyError):
            worker.wake("nobody")


def test_stop_is_prompt_and_start_works_again() -> None:
    worker = Worker([Duty("look", lambda: 0, interval=3600)])
    assert not worker.running
    for _ in range(2):
        worker.start()
        worker.start()
        eventually(lambda: worker.status()[0].runs > 0)
        assert not worker.should_stop()
        before = time.monotonic()
        assert worker.stop()
        assert time.monotonic() - before < 2
        assert worker.should_stop()


def test_stop_says_when_a_duty_does_not_let_go() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def work() -> int:
        inside.set()
        go_on.wait(10)
        return 0

    worker = Worker([Duty("slow", work)])
    worker.start()
    assert inside.wait(10)
    assert not worker.stop(timeout=0.05)
    go_on.set()
    assert worker.stop()


def test_names_are_unique() -> None:
    with pytest.raises(ValueError, match="share a name"):
        Worker([Duty("a", lambda: 0), Duty("a", lambda: 0)])
