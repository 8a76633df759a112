"""The way to the database: bounded, patient, and never in the way."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from core.database import Database
from core.identity import SYSTEM
from core.settings import get_settings
from core.traces import Recorder, Span, SpanText, Trace, list_traces, purge_texts, recording, step, sweep
from core.traces import flushing as flushing_module
from core.traces.buffer import Buffer
from tests.core.traces.making import generation, record, recorder, spans, view


def _fails(*_args: object, **_kwargs: object) -> None:
    raise OperationalError("INSERT", {}, Exception("the database is away"))


def test_what_the_database_does_not_take_is_kept_and_stored_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeps = recorder(database)
    with monkeypatch.context() as away:
        away.setattr(flushing_module, "write", _fails)
        with recording("draft", recorder=keeps) as run:
            with step("retrieval", "first"):
                assert not keeps.flush()
            with step("verification", "second"):
                assert not keeps.flush()
    assert keeps.flush()
    assert [(each.name, each.status) for each in spans(database, run.id)] == [
        ("first", "ok"),
        ("second", "ok"),
    ]
    assert view(database, run.id).trace.status == "ok"
    assert keeps.dropped == {"texts": 0, "spans": 0, "refused": 0}


def test_a_full_buffer_forgets_text_first_and_counts(database: Database) -> None:
    small = Buffer(most_rows=5, most_text=100)
    keeps = Recorder(database, get_settings(), flush_seconds=3600, buffer=small)
    with recording("draft", recorder=keeps) as run:
        for number in range(8):
            with step("other", f"step {number}") as inside:
                inside.text(output="x" * 60)
    assert keeps.flush()
    assert [each.name for each in spans(database, run.id)] == [f"step {number}" for number in range(5)]
    kept = [each.output for each in view(database, run.id).spans if each.output]
    assert kept == ["x" * 60]
    dropped = keeps.dropped
    assert dropped["texts"] == 7
    assert dropped["spans"] == 6  # three steps: their start and their end
    with recording("draft", recorder=keeps) as again, step("other", "room again"):
        pass
    keeps.close()
    assert len(spans(database, again.id)) == 1


def test_a_row_that_cannot_be_stored_takes_no_other_trace_with_it(database: Database) -> None:
    keeps = recorder(database)
    with recording("draft", recorder=keeps) as good, step("other", "kept"):
        pass
    with recording("draft", recorder=keeps) as bad, step("other", "lost") as inside:
        inside.kind = None  # type: ignore[assignment] - what the column does not take
    keeps.close()
    assert len(spans(database, good.id)) == 1
    with database.reading() as session:
        assert session.get(Trace, bad.id) is None
    assert keeps.dropped["refused"] == 2


def test_the_thread_stores_by_itself(database: Database) -> None:
    before = set(threading.enumerate())
    keeps = Recorder(database, get_settings(), flush_seconds=0.05)
    with recording("draft", recorder=keeps) as run, step("other", "inside"):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with database.reading() as session:
                if session.exec(select(Span).where(Span.trace_id == run.id)).first() is not None:
                    break
            time.sleep(0.02)
        assert steps_running(database, run.id) == ["running"]
    keeps.close()
    keeps.close()
    assert set(threading.enumerate()) <= before


def steps_running(database: Database, trace_id: str) -> list[str]:
    return [each.status for each in spans(database, trace_id)]


def test_sweep_takes_the_dead_and_leaves_the_living(database: Database) -> None:
    keeps = recorder(database)
    dead = recording("draft", recorder=keeps)
    with dead, step("tool", "look"):
        keeps.flush()
        with database.transaction() as session:
            session.get_one(Trace, dead.id).heartbeat_at = datetime.now(UTC) - timedelta(minutes=1)
        assert sweep(database=database) == 1
        assert sweep(database=database) == 0
        found = view(database, dead.id)
        assert found.trace.status == "interrupted"
        assert found.trace.ended_at is not None
        assert [each.span.status for each in found.spans] == ["interrupted"]
    keeps.flush()  # the process was not dead, only asleep: what it says counts
    assert view(database, dead.id).trace.status == "ok"

    with recording("draft", recorder=keeps) as alive:
        keeps.flush()
        with database.transaction() as session:
            session.get_one(Trace, alive.id).heartbeat_at = datetime.now(UTC) - timedelta(minutes=1)
        keeps._flusher._beaten = 0.0  # the next heartbeat is due
        keeps.flush()
        assert sweep(database=database) == 0
        alive.finish("waiting")
    keeps.close()
    with database.transaction() as session:
        session.get_one(Trace, alive.id).heartbeat_at = datetime.now(UTC) - timedelta(days=3)
    assert sweep(database=database) == 0  # people may take their time


def test_purge_removes_text_and_nothing_else(database: Database) -> None:
    old, new = record(database), record(database)
    with database.transaction() as session:
        for text in session.exec(select(SpanText).join(Span).where(Span.trace_id == old)):
            text.created_at -= timedelta(days=31)
    before = len(view(database, old).spans)
    removed = purge_texts(database=database, older_than_days=30)
    assert removed > 0
    assert purge_texts(database=database, older_than_days=30) == 0
    assert view(database, old).text == "removed"
    assert len(view(database, old).spans) == before
    assert view(database, new).text == "kept"


def test_lists_go_newest_first_and_by_page(database: Database) -> None:
    keeps = recorder(database)
    ids = []
    for number in range(5):
        with recording("draft", recorder=keeps, conversation_id=number % 2) as run:
            ids.append(run.id)
            if number == 3:
                run.finish("error", error="ProviderError")
    keeps.close()
    with database.reading() as session:
        first = list_traces(SYSTEM, session=session, limit=2)
        last = first[-1]
        rest = list_traces(SYSTEM, session=session, cursor=(last.started_at, last.id))
        assert [each.id for each in [*first, *rest]] == ids[::-1]
        assert [each.id for each in list_traces(SYSTEM, session=session, status="error")] == [ids[3]]
        assert len(list_traces(SYSTEM, session=session, conversation_id=1)) == 2


def test_an_explicit_cost_counts_for_more_than_the_prices(database: Database) -> None:
    keeps = recorder(database, model_price_input=5)
    with recording("draft", recorder=keeps) as run:
        generation()
        run.finish(cost=0.25)
    keeps.close()
    assert view(database, run.id).trace.cost == 0.25
