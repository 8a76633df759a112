"""What is recorded of runs, however they end."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest
from agents import custom_span, get_current_trace

from core.database import Database
from core.errors import NotFound
from core.traces import Step, Trace, recording, step
from tests.core.traces.making import generation, recorder, run_agent, spans, steps, view


def _run(query: str, database: Database, **settings: object) -> str:
    keeps = recorder(database, **settings)

    async def go() -> str:
        async with recording("draft", recorder=keeps, draft_id=3, conversation_id=5) as run:
            await run_agent(query, run)
            generation(text="masked question")
        return run.id

    name = asyncio.run(go())
    keeps.close()
    return name


def _run_that_breaks(database: Database, **settings: object) -> str:
    keeps = recorder(database, **settings)
    run = recording("draft", recorder=keeps)

    async def go() -> None:
        async with run:
            await run_agent("broken", run)

    with pytest.raises(Exception, match="secret of the tool"):
        asyncio.run(go())
    keeps.close()
    return run.id


def test_a_run_is_a_tree_of_steps_with_times_and_tokens(database: Database) -> None:
    found = view(database, _run("refund", database, model_price_input=10, model_price_output=100))
    assert steps(found) == [
        (0, "agent", "Writer", "ok"),
        (1, "tool", "look", "ok"),
        (2, "retrieval", "knowledge base", "ok"),
        (0, "generation", "small-model", "ok"),
    ]
    trace = found.trace
    assert (trace.status, trace.draft_id, trace.conversation_id) == ("ok", 3, 5)
    assert (trace.input_tokens, trace.output_tokens) == (100, 20)
    assert trace.cost == pytest.approx((100 * 10 + 20 * 100) / 1e6)
    offsets = [each.offset for each in found.spans]
    assert offsets == sorted(offsets)
    tool, search = found.spans[1], found.spans[2]
    assert tool.duration is not None
    assert search.duration is not None
    assert tool.offset <= search.offset <= search.offset + search.duration <= tool.offset + tool.duration
    assert found.duration >= tool.offset + tool.duration


def test_attributes_hold_names_and_numbers_and_texts_hold_text(database: Database) -> None:
    agent, tool, search, model = view(database, _run("refund", database)).spans
    assert agent.span.attributes["tools"] == ["look"]
    assert search.span.attributes == {"limit": 3, "passages": [7, 9], "scores": [0.9, 0.4]}
    assert (search.input, search.output) == ("refund", "found")
    assert tool.input == '{"query":"refund"}'
    assert tool.output == "result"
    assert model.span.attributes == {"model": "small-model", "temperature": 0.2}
    assert "masked question" in model.input
    assert "about masked question" in model.output


def test_no_text_is_kept_when_the_settings_say_so(database: Database) -> None:
    found = view(database, _run("refund", database, trace_text=False))
    assert found.text == "off"
    assert all(each.input == each.output == "" for each in found.spans)
    assert "refund" not in str([each.span for each in found.spans])


def test_a_failed_run_says_which_step_failed_without_its_text(database: Database) -> None:
    found = view(database, _run_that_breaks(database))
    assert found.trace.status == "error"
    assert found.trace.error == "UserError"
    assert [status for _, kind, _, status in steps(found)] == ["error", "error", "ok"]
    assert all("secret" not in each.span.error for each in found.spans)
    assert found.spans[1].output == "the secret of the tool"


def test_the_details_of_a_failure_are_raw_text_too(database: Database) -> None:
    found = view(database, _run_that_breaks(database, trace_text=False))
    assert "secret" not in str([(each.span, each.input, each.output) for each in found.spans])


def test_a_cancelled_run_leaves_no_step_open(database: Database) -> None:
    keeps = recorder(database)
    run = recording("draft", recorder=keeps)

    async def go() -> None:
        async with run:
            await run_agent("slow", run)

    async def cancelled() -> None:
        task = asyncio.create_task(go())
        while len(running_steps()) < 3:  # agent, tool, search
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.05)  # a cancelled run of the SDK unwinds after its caller

    def running_steps() -> list[str]:
        keeps.flush()
        try:
            return [name for _, _, name, _ in steps(view(database, run.id))]
        except NotFound:
            return []

    asyncio.run(cancelled())
    keeps.close()
    found = view(database, run.id)
    assert found.trace.status == "cancelled"
    assert found.trace.error == ""
    assert steps(found) == [
        (0, "agent", "Writer", "cancelled"),
        (1, "tool", "look", "cancelled"),
        (2, "retrieval", "knowledge base", "ok"),
    ]
    assert all(each.duration is not None for each in found.spans)
    assert found.spans[1].input == '{"query":"slow"}'


def test_a_step_that_is_open_when_its_run_ends_ends_with_it(database: Database) -> None:
    keeps = recorder(database)
    with recording("draft", recorder=keeps) as run:
        custom_span("left open").start()
        run.finish("cancelled")
    keeps.close()
    assert steps(view(database, run.id)) == [(0, "other", "left open", "cancelled")]


def test_a_step_in_progress_is_stored_as_running(database: Database) -> None:
    keeps = recorder(database)
    with recording("draft", recorder=keeps) as run, step("verification", "check"):
        assert keeps.flush()
        found = view(database, run.id)
        assert found.trace.status == "running"
        assert found.trace.ended_at is None
        assert steps(found) == [(0, "verification", "check", "running")]
        assert found.spans[0].duration is None
    keeps.close()
    assert steps(view(database, run.id)) == [(0, "verification", "check", "ok")]


def test_a_run_that_waits_goes_on_in_the_same_trace_in_another_process(database: Database) -> None:
    first = recorder(database, model_price_input=1_000_000)
    with recording("draft", recorder=first, draft_id=8, build_id="build-1") as run:
        generation(input_tokens=10)
        run.describe(model="openai/small", attempt=1)
        run.finish("waiting")
    first.close()
    waiting = view(database, run.id).trace
    assert (waiting.status, waiting.ended_at, waiting.input_tokens) == ("waiting", None, 10)

    second = recorder(database, model_price_input=1_000_000)
    with recording("draft", recorder=second, trace_id=run.id) as again:
        assert second.flush()
        assert view(database, run.id).trace.status == "running"
        generation(input_tokens=5)
    second.close()
    found = view(database, run.id)
    assert again.id == run.id
    assert len(found.spans) == 2
    trace = found.trace
    assert (trace.status, trace.draft_id, trace.build_id) == ("ok", 8, "build-1")
    assert (trace.model, trace.attributes["attempt"]) == ("openai/small", 1)
    assert (trace.input_tokens, trace.cost) == (15, pytest.approx(15.0))
    assert trace.started_at == waiting.started_at
    assert trace.ended_at is not None


def test_an_error_after_the_end_was_announced_counts(database: Database) -> None:
    keeps = recorder(database)
    with pytest.raises(KeyError), recording("draft", recorder=keeps) as run:
        run.finish("ok")
        raise KeyError("gone")
    keeps.close()
    assert (view(database, run.id).trace.status, view(database, run.id).trace.error) == ("error", "KeyError")


def test_a_step_inside_an_except_block_is_not_to_blame(database: Database) -> None:
    keeps = recorder(database)
    with recording("draft", recorder=keeps) as run:
        try:
            raise ValueError("first try")
        except ValueError:
            with step("retrieval", "by words"):
                pass
            generation()
        with pytest.raises(LookupError), step("guardrail", "reply"):
            raise LookupError("text")
        with step("tool", "refund_invoice") as refused:
            refused.fail("rejected")
    keeps.close()
    assert [(each.name, each.status, each.error) for each in spans(database, run.id)] == [
        ("by words", "ok", ""),
        ("small-model", "ok", ""),
        ("reply", "error", "LookupError"),
        ("refund_invoice", "error", "rejected"),
    ]


def test_two_runs_at_once_keep_their_steps_apart(database: Database) -> None:
    keeps = recorder(database)
    both = threading.Barrier(2)
    ids = {}

    def go(name: str) -> None:
        with recording(name, recorder=keeps) as run:
            ids[name] = run.id
            for turn in range(20):
                with step("retrieval", f"{name}-{turn}"):
                    both.wait(10)

    threads = [threading.Thread(target=contextvars.Context().run, args=(go, name)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    keeps.close()
    for name, trace_id in ids.items():
        assert [each.name for each in spans(database, trace_id)] == [f"{name}-{turn}" for turn in range(20)]


def test_without_a_recorder_nothing_happens(database: Database) -> None:
    with recording("draft", recorder=None) as run, step("retrieval", "search") as seen:
        seen.note(found=3)
        seen.text(input="x")
        run.describe(build_id="b")
        run.finish("waiting")
        assert get_current_trace() is None
    assert (run.id, run.recording, run.keeps_text) == ("", False, False)
    with database.reading() as session:
        assert session.get(Trace, run.id) is None


def test_long_and_nested_attributes_are_cut() -> None:
    inside = Step(
        "other", "x", {"text": "word " * 100, "deep": {"a": {"b": {"c": {"d": 1}}}}, "nan": float("nan")}
    )
    facts = inside.facts(with_text=False).attributes
    assert len(facts["text"]) == 120
    assert facts["deep"] == {"a": {"b": "dict"}}
    assert facts["nan"] is None
    with pytest.raises(ValueError, match="not a kind of step"):
        Step("thinking", "x", {})
