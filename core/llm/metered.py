"""Counts the calls of a model that runs in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from agents import Model, ModelResponse, ModelSettings, Tool
from agents.agent_output import AgentOutputSchemaBase
from agents.handoffs import Handoff
from agents.items import TResponseInputItem, TResponseStreamEvent
from agents.models.interface import ModelTracing
from openai.types.responses.response_prompt_param import ResponsePromptParam

from core.llm.usage import CallRecord, UsageSink, report


class MeteredModel(Model):
    """Reports every call of ``inner`` to the sink; local calls cost nothing and use no tokens."""

    def __init__(
        self, inner: Model, *, provider: str, model: str, purpose: str, sink: UsageSink | None
    ) -> None:
        self._inner = inner
        self._provider = provider
        self._model = model
        self._purpose = purpose
        self._sink = sink

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
        """See :class:`agents.Model`."""
        started = time.perf_counter()
        error: BaseException | None = None
        try:
            return await self._inner.get_response(
                system_instructions, input, model_settings, tools, output_schema, handoffs, tracing,
                previous_response_id=previous_response_id, conversation_id=conversation_id, prompt=prompt,
            )  # fmt: skip
        except BaseException as failure:
            error = failure
            raise
        finally:
            self._report(started, error)

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
        """See :class:`agents.Model`."""
        started = time.perf_counter()
        error: BaseException | None = None
        try:
            async for event in self._inner.stream_response(
                system_instructions, input, model_settings, tools, output_schema, handoffs, tracing,
                previous_response_id=previous_response_id, conversation_id=conversation_id, prompt=prompt,
            ):  # fmt: skip
                yield event
        except BaseException as failure:
            error = failure
            raise
        finally:
            self._report(started, error)

    def _report(self, started: float, error: BaseException | None) -> None:
        stopped = isinstance(error, GeneratorExit | asyncio.CancelledError)
        message = "stopped before it was finished" if stopped else type(error).__name__ if error else ""
        report(
            self._sink,
            CallRecord(
                purpose=self._purpose,
                provider=self._provider,
                model=self._model,
                milliseconds=(time.perf_counter() - started) * 1000,
                ok=error is None,
                error=message,
            ),
        )
