"""The agent: instructions, one tool, one structured output. The model behind it is configuration."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from agents import (
    Agent,
    ModelProvider,
    ModelSettings,
    RunConfig,
    RunContextWrapper,
    Runner,
    Usage,
    function_tool,
)
from openai.types.responses import ResponseCreatedEvent, ResponseTextDeltaEvent

from core.assist.context import Context, delimited
from core.assist.grounding.evidence import Evidence, Retrieved
from core.assist.instructions import INSTRUCTIONS
from core.assist.partial import PartialReply
from core.llm import DraftOutput
from core.settings import Settings

MOST_TURNS = 6
PASSAGES_A_SEARCH = 8
PASSAGES_AN_ARTICLE = 3  # two could hide the section that answers


@dataclass(frozen=True)
class AgentAnswer:
    """What a run gave: the structured output, what it cost, and the model that wrote it."""

    output: DraftOutput
    usage: Usage


@function_tool(failure_error_function=None)  # a broken search fails the draft; the model is not to improvise
async def search_knowledge(wrapper: RunContextWrapper[Evidence], query: str) -> str:
    """Search the knowledge base for passages that answer a question.

    Args:
        query: what to look for, in a few words of the customer's language.
    """
    found = await asyncio.to_thread(wrapper.context.look_up, query)
    return json.dumps({"passages": [_shown(entry, wrapper.context) for entry in found]}, ensure_ascii=False)


def draft_agent() -> Agent[Evidence]:
    """The agent that writes drafts."""
    return Agent[Evidence](
        name="Draft writer",
        instructions=INSTRUCTIONS,
        tools=[search_knowledge],
        output_type=DraftOutput,
    )


async def run_agent(
    context: Context,
    *,
    evidence: Evidence,
    provider: ModelProvider,
    settings: Settings,
    partial: PartialReply | None = None,
) -> AgentAnswer:
    """Run the agent on a case.

    Args:
        evidence: the run's ledger; holds every retrieved passage afterwards.
        partial: is fed with the output as it streams.

    Raises:
        AgentsException, openai.OpenAIError, ProviderError: the model failed; see
            :func:`core.assist.failures.explain`.
    """
    result = Runner.run_streamed(
        draft_agent(),
        # the offline model takes no instructions from anybody, and would read the tags as words
        context.items if settings.model_provider == "offline" else delimited(context.items),
        context=evidence,
        max_turns=MOST_TURNS,
        run_config=RunConfig(
            model_provider=provider,
            model=settings.model_name or None,
            # OpenAI keeps responses unless told not to; other servers may refuse the parameter
            model_settings=ModelSettings(store=False if settings.model_provider == "openai" else None),
            tracing_disabled=True,
            trace_include_sensitive_data=False,
        ),
    )
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
    return AgentAnswer(result.final_output_as(DraftOutput), result.context_wrapper.usage)


def _shown(entry: Retrieved, evidence: Evidence) -> dict[str, Any]:
    hit = entry.hit
    return {
        "id": entry.label,
        "title": hit.title,
        "heading": hit.heading_path,
        "text": evidence.masker.shield(hit.text),
        "locale": hit.locale,
        "audience": hit.audience,
        "score": round(hit.score, 4),
    }
