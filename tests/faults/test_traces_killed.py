"""A process that records traces is killed: what the last flush stored is there, readable and marked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from core.database import Database
from core.identity import SYSTEM
from core.traces import LEASE, Trace, TraceView, list_traces, read_trace, recording, step, sweep
from tests.core.traces.making import generation, recorder
from tests.faults.dying import die, run_until_killed

pytestmark = pytest.mark.faults
ROOT = Path(__file__).resolve().parents[2]

# Numbers its steps, and says on its output which one had begun before each flush that is over.
CHILD = """
import time
from core.database import open_database
from core.settings import get_settings
from core.traces import Recorder, recording, step

recorder = Recorder(open_database(get_settings()), get_settings())
flush = recorder._flusher.flush
begun = 0

def counted():
    told = begun  # steps that were recorded before this flush took the buffer
    if flush():
        print(told, flush=True)

recorder._flusher.flush = counted
with recording("finished", recorder=recorder, draft_id=1):
    with step("retrieval", "knowledge base"):
        pass
with recording("draft", recorder=recorder, draft_id=2) as run:
    with step("agent", "Writer"):
        for number in range(50_000):
            with step("tool", f"step {number}") as inside:
                inside.text(output=f"text {number}")
                begun = number + 1
                time.sleep(0.002)
"""


def _child() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def _traces(database: Database) -> dict[str, TraceView]:
    with database.reading() as session:
        found = list_traces(SYSTEM, session=session)
        return {each.name: read_trace(SYSTEM, session=session, trace_id=each.id) for each in found}


@pytest.mark.timeout(60)
def test_after_kill_9_everything_up_to_the_last_flush_is_there(database: Database) -> None:
    child = _child()
    assert child.stdout is not None
    try:
        seen = 0
        for line in child.stdout:
            seen = int(line)
            if seen > 300:  # at least two seconds of steps have been stored
                break
        assert seen > 300
        # in the middle of whatever it does, somewhere before the next flush
        time.sleep(0.3)
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait(10) == -signal.SIGKILL
        seen = max([seen, *(int(line) for line in child.stdout)])
    finally:
        child.kill()
        child.wait(10)
        child.stdout.close()

    traces = _traces(database)
    assert traces["finished"].trace.status == "ok"
    cut = traces["draft"]
    assert cut.trace.status == "running"
    agent, *steps = cut.spans
    assert agent.span.status == "running"
    names = [each.span.name for each in steps]
    assert names == [f"step {number}" for number in range(len(names))]  # no hole
    assert len(names) >= seen
    for number, each in enumerate(steps[: seen - 1]):  # the last one was in progress
        assert (each.span.status, each.output, each.depth) == ("ok", f"text {number}", 1)

    died = time.monotonic()
    while sweep(database=database) == 0:
        assert time.monotonic() - died < 30
        time.sleep(0.25)
    assert timedelta(seconds=time.monotonic() - died) < LEASE + timedelta(seconds=5)
    cut = _traces(database)["draft"]
    assert cut.trace.status == "interrupted"
    assert cut.trace.ended_at is not None
    assert "running" not in {each.span.status for each in cut.spans}
    assert cut.spans[0].span.status == "interrupted"
    assert len(cut.spans) == len(names) + 1


def test_a_run_that_waits_survives_the_death_of_its_process(database: Database) -> None:
    def wait_and_die(own: Database) -> None:
        keeps = recorder(own)
        with recording("draft", recorder=keeps, draft_id=4) as run:
            generation()
            run.finish("waiting")
        keeps.flush()
        die()

    run_until_killed(wait_and_die, database)
    waiting = _traces(database)["draft"]
    assert waiting.trace.status == "waiting"
    with database.transaction() as session:
        session.get_one(Trace, waiting.trace.id).heartbeat_at -= timedelta(days=2)
    assert sweep(database=database) == 0
    keeps = recorder(database)
    with recording("draft", recorder=keeps, trace_id=waiting.trace.id), step("tool", "refund_invoice"):
        pass
    keeps.close()
    done = _traces(database)["draft"]
    assert (done.trace.status, done.trace.draft_id) == ("ok", 4)
    assert [each.span.kind for each in done.spans] == ["generation", "tool"]
