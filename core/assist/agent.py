"""The agent: instructions, a search, the catalogue's actions, one structured output."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents import (
    Agent,
    ModelProvider,
    ModelSettings,
    RunConfig,
    RunContextWrapper,
    Runner,
    RunResultStreaming,
    RunState,
    TResponseInputItem,
    Usage,
    function_tool,
)
from agents.exceptions import ModelBehaviorError
from agents.items import ToolApprovalItem
from openai.types.responses import ResponseCreatedEvent, ResponseTextDeltaEvent

from core.actions import Catalogue
from core.assist.acting import Desk, Work, action_tools
from core.assist.context import Context, delimited
from core.assist.grounding.evidence import Evidence, Retrieved
from core.assist.instructions import INSTRUCTIONS
from core.assist.partial import PartialReply
from core.llm import DraftOutput
from core.settings import Settings
from core.traces import RunTrace, step

MOST_TURNS = 10
PASSAGES_A_SEARCH = 8
MOST_CALLS = 20
"""Proposed actions in one turn. The SDK's book-keeping for them grows with the square of their number."""
PASSAGES_AN_ARTICLE = 3  # two could hide the section that answers

Item = TResponseInputItem


@dataclass(frozen=True)
class AgentAnswer:
    """What a run gave: the structured output and what it cost, or the state in which it waits.

    Exactly one of ``output`` and ``state`` is there.
    """

    output: DraftOutput | None
    state: dict[str, Any] | None
    usage: Usage


@function_tool(failure_error_function=None)  # a broken search fails the draft; the model is not to improvise
async def search_knowledge(wrapper: RunContextWrapper[Work], query: str) -> str:
    """Search the knowledge base for passages that answer a question.

    Args:
        query: what to look for, in a few words of the customer's language.
    """
    evidence = wrapper.context.evidence
    with step("retrieval", "knowledge base") as seen:
        found = await asyncio.to_thread(evidence.look_up, query)
        seen.text(input=query)
        seen.note(
            passages=[entry.hit.passage_id for entry in found],
            titles=[entry.hit.title for entry in found],
            scores=[round(entry.hit.score, 3) for entry in found],
        )
    return json.dumps({"passages": [_shown(entry, wrapper.context) for entry in found]}, ensure_ascii=False)


def draft_agent(catalogue: Catalogue | None = None, *, instructions: str = INSTRUCTIONS) -> Agent[Work]:
    """The agent that writes drafts.

    Args:
        catalogue: actions it may use; None gives it the search alone.
    """
    return Agent[Work](
        name="Draft writer",
        instructions=instructions,
        tools=[search_knowledge, *action_tools(catalogue)],
        output_type=DraftOutput,
    )


async def run_agent(
    context: Context,
    *,
    evidence: Evidence,
    provider: ModelProvider,
    settings: Settings,
    desk: Desk | None = None,
    resume: dict[str, Any] | None = None,
    partial: PartialReply | None = None,
    trace: RunTrace | None = None,
    instructions: str = INSTRUCTIONS,
) -> AgentAnswer:
    """Run the agent on a case until it has an answer or waits for people.

    Args:
        evidence: the run's ledger; holds every source afterwards.
        desk: carries out look-ups and files proposals; None: there are no actions.
        resume: the state of a run that waited; its proposals are decided by now.
        partial: is fed with the output as it streams.
        trace: the recording this run is part of.

    Raises:
        AgentsException, openai.OpenAIError, ProviderError: the model failed; see
            :func:`core.assist.failures.explain`.
    """
    agent = draft_agent(desk.catalogue if desk is not None else None, instructions=instructions)
    work = Work(evidence, desk)
    config = RunConfig(
        model_provider=provider,
        model=settings.model_name or None,
        # OpenAI keeps responses unless told not to; other servers may refuse the parameter
        model_settings=ModelSettings(store=False if settings.model_provider == "openai" else None),
        tracing_disabled=trace is None or not trace.recording,
        trace_include_sensitive_data=trace is not None and trace.keeps_text,
    )
    # the offline model takes no instructions from anybody, and would read the tags as words
    items = context.items if settings.model_provider == "offline" else delimited(context.items)
    start: list[Item] | RunState[Work, Agent[Work]] = items
    if resume is not None:
        start = await RunState.from_json(agent, resume, context_override=RunContextWrapper(work))
        _let_report(start)
    while True:
        result = Runner.run_streamed(
            agent,
            start,
            context=None if isinstance(start, RunState) else work,
            max_turns=MOST_TURNS,
            run_config=config,
        )
        await _follow(result, partial)
        usage = result.context_wrapper.usage
        if desk is None or not result.interruptions:
            return AgentAnswer(result.final_output_as(DraftOutput), None, usage)
        if len(result.interruptions) > MOST_CALLS:
            raise ModelBehaviorError(f"{len(result.interruptions)} actions were proposed in one turn")
        state = result.to_state()
        if await _file(result.interruptions, desk):
            return AgentAnswer(None, state.to_json(context_serializer=_nothing), usage)
        _let_report(state)
        start = state


async def _follow(result: RunResultStreaming, partial: PartialReply | None) -> None:
    """Wait for the end of a run, showing what it writes."""
    try:
        async for event in result.stream_events():
            if partial is None or event.type != "raw_response_event":
                continue
            if isinstance(event.data, ResponseCreatedEvent):
                partial.restart()  # another turn begins; what came before was not the reply
            elif isinstance(event.data, ResponseTextDeltaEvent):
                partial.add(event.data.delta)
    except asyncio.CancelledError:
        result.cancel()
        raise


async def _file(calls: Sequence[ToolApprovalItem], desk: Desk) -> bool:
    """File proposed calls. True when at least one waits for a person."""
    waits = False
    for call in calls:
        opened = await asyncio.to_thread(
            desk.file, call.name or "", call.arguments or "{}", call_id=call.call_id or ""
        )
        waits = waits or opened
    return waits


def _let_report(state: RunState[Work, Agent[Work]]) -> None:
    """Let the proposed calls run, whatever was decided: their tools report, they never act."""
    for item in state.get_interruptions():
        state.approve(item)


def _nothing(_context: Any) -> dict[str, Any]:
    """What is stored of the run's context: it is put together again when the run goes on."""
    return {}


def _shown(entry: Retrieved, work: Work) -> dict[str, Any]:
    hit = entry.hit
    return {
        "id": entry.label,
        "title": hit.title,
        "heading": hit.heading_path,
        "text": work.evidence.masker.shield(hit.text),
        "locale": hit.locale,
        "audience": hit.audience,
        "score": round(hit.score, 4),
    }
