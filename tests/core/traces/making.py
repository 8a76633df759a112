"""Small runs to record."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from agents import Agent, RunConfig, Runner, function_tool, generation_span
from agents.testing import ScriptedModel, assistant_message, function_call

from core.database import Database, now
from core.identity import SYSTEM
from core.settings import get_settings
from core.traces import Recorder, RunTrace, Span, Trace, TraceView, read_trace, recording, step


def recorder(database: Database, **settings: Any) -> Recorder:
    """One that stores only when it is told to."""
    return Recorder(database, get_settings().model_copy(update=settings), flush_seconds=3600)


def view(database: Database, trace_id: str) -> TraceView:
    with database.reading() as session:
        return read_trace(SYSTEM, session=session, trace_id=trace_id)


def steps(of: TraceView) -> list[tuple[int, str, str, str]]:
    """Depth, kind, name and status of each step in order."""
    return [(each.depth, each.span.kind, each.span.name, each.span.status) for each in of.spans]


def generation(*, input_tokens: int = 100, output_tokens: int = 20, text: str = "") -> None:
    """What a model does on the SDK's trace."""
    with generation_span(model="small-model", model_config={"temperature": 0.2, "base_url": "x"}) as span:
        span.span_data.usage = {"input_tokens": input_tokens, "output_tokens": output_tokens}
        if text:
            span.span_data.input = [{"role": "user", "content": text}]
            span.span_data.output = [{"role": "assistant", "content": f"about {text}"}]


@function_tool(failure_error_function=None)
async def look(query: str) -> str:
    """Look something up.

    Args:
        query: what.
    """

    def search() -> str:
        with step("retrieval", "knowledge base", limit=3) as seen:
            seen.note(passages=[7, 9], scores=[0.9, 0.4])
            seen.text(input=query, output="found")
        return "result"

    found = await asyncio.to_thread(search)
    if query == "broken":
        raise RuntimeError("the secret of the tool")
    if query == "slow":
        await asyncio.sleep(60)
    return found


async def run_agent(query: str, run: RunTrace) -> None:
    """An agent that looks something up and answers, streamed, on the trace of ``run``."""
    model = ScriptedModel(
        [[function_call("look", {"query": query}, call_id="call-1")], [assistant_message("done")]]
    )
    result = Runner.run_streamed(
        Agent(name="Writer", tools=[look], model=model),
        "hello",
        run_config=RunConfig(tracing_disabled=not run.recording, trace_include_sensitive_data=run.keeps_text),
    )
    try:
        async for _event in result.stream_events():
            pass
    except asyncio.CancelledError:
        result.cancel()
        raise


def record(database: Database, query: str = "refund", **columns: Any) -> str:
    """Record a small run and store it; returns its id."""
    keeps = recorder(database)

    async def go() -> str:
        async with recording("draft", recorder=keeps, **columns) as run:
            await run_agent(query, run)
            generation(text=query)
        return run.id

    # in a thread of its own: browser tests before this one leave a running loop in theirs
    with ThreadPoolExecutor(1) as thread:
        trace_id = thread.submit(asyncio.run, go()).result()
    keeps.close()
    return trace_id


def ended_long_ago(database: Database, trace_id: str, seconds: float = 60) -> None:
    """As if the run had been over for some time."""
    with database.transaction() as session:
        trace = session.get_one(Trace, trace_id)
        trace.started_at -= timedelta(seconds=seconds)
        trace.ended_at = now() - timedelta(seconds=seconds)


def spans(database: Database, trace_id: str) -> list[Span]:
    return [each.span for each in view(database, trace_id).spans]
