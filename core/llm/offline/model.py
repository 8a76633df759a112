"""A model without a model service: rules decide, the words are the knowledge base's own."""
# ruff: noqa: ARG002 - the interface passes much that only matters to a model service

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from agents import FunctionTool, Model, ModelResponse, ModelSettings, Tool, Usage, generation_span
from agents.agent_output import AgentOutputSchemaBase
from agents.handoffs import Handoff
from agents.items import TResponseInputItem, TResponseStreamEvent
from agents.models.interface import ModelTracing
from openai.types.responses.response_prompt_param import ResponsePromptParam

from core.llm.embeddings import Embedder
from core.llm.offline.caching import CachingEmbedder
from core.llm.offline.case import Case, read_case
from core.llm.offline.events import Reply, identifier, model_response, stream
from core.llm.offline.tools.plan import Offered
from core.llm.offline.turn import Call, take_turn
from core.llm.output import DraftOutput, join_sentences

MODEL_NAME = "offline"


class OfflineModel(Model):
    """Answers by selecting and joining sentences of the passages its searches returned.

    It goes through the agent loop like any other model: it calls ``search_knowledge(query)`` up to
    three times, looks at the customer's account where the question is about it, asks for at most one
    effect where the customer clearly does, then returns a :class:`~core.llm.output.DraftOutput` as
    JSON. Every factual sentence stands in a passage, a tool's statements or an answer of the rep; the
    rest are fixed phrases. The same input gives the same output.

    Args:
        organisation: signs the reply when the briefing names none.
        embedder: compares meanings where words alone do not decide; None leaves that out.
    """

    def __init__(self, *, organisation: str = "", embedder: Embedder | None = None) -> None:
        self._organisation = organisation
        self._embedder = CachingEmbedder(embedder) if embedder is not None else None

    async def get_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> ModelResponse:
        """See :class:`agents.Model`. Settings, handoffs and stored prompts have no effect here."""
        reply, key = await self._reply(input, tools, output_schema, tracing)
        return model_response(reply, key=key, usage=_no_tokens())

    async def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> AsyncIterator[TResponseStreamEvent]:
        """See :class:`agents.Model`. The draft's sentences arrive one a delta."""
        reply, key = await self._reply(input, tools, output_schema, tracing)
        async for event in stream(reply, key=key, usage=_no_tokens(), model=MODEL_NAME):
            yield event

    async def _reply(
        self,
        items: str | Sequence[Any],
        tools: Sequence[Tool],
        output_schema: AgentOutputSchemaBase | None,
        tracing: ModelTracing,
    ) -> tuple[Reply, str]:
        case = read_case(items)
        key = identifier("turn", case)
        with generation_span(model=MODEL_NAME, disabled=tracing.is_disabled()) as span:
            # Tens of milliseconds of work: other drafts on this event loop must not wait for it.
            reply = await asyncio.to_thread(
                self._think,
                case,
                offered={
                    tool.name: tool.params_json_schema for tool in tools if isinstance(tool, FunctionTool)
                },
                plain=output_schema is None or output_schema.is_plain_text(),
            )
            if tracing.include_data():
                asked: list[Any] = (
                    [{"role": "user", "content": items}] if isinstance(items, str) else [*items]
                )
                span.span_data.input = asked
                span.span_data.output = [
                    {"tool": reply.tool, "arguments": reply.arguments, "text": reply.text}
                ]
        return reply, key

    def _think(self, case: Case, *, offered: Offered, plain: bool) -> Reply:
        draft = take_turn(case, offered=offered, organisation=self._organisation, embedder=self._embedder)
        if isinstance(draft, Call):
            return Reply(tool=draft.tool, arguments=json.dumps(draft.arguments, ensure_ascii=False))
        if plain:
            text, _ = join_sentences([sentence.text for sentence in draft.sentences])
            return Reply(parts=[text or draft.question])
        return Reply(parts=tuple(_json_parts(draft)))


def _json_parts(draft: DraftOutput) -> Iterator[str]:
    """The JSON of a draft cut after each sentence, so that a reader sees the reply grow."""
    head = draft.model_dump(mode="json", exclude={"sentences"})
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "sentences": ['
    for position, sentence in enumerate(draft.sentences):
        yield ("" if position == 0 else ", ") + sentence.model_dump_json()
    yield "]}"


def _no_tokens() -> Usage:
    return Usage(requests=1)
