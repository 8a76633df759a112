"""Makes structured output work with servers that know no JSON schema, or follow it loosely."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeGuard

from agents import Model, ModelResponse, ModelSettings, Tool, Usage
from agents.agent_output import AgentOutputSchemaBase
from agents.handoffs import Handoff
from agents.items import TResponseInputItem, TResponseOutputItem, TResponseStreamEvent
from agents.models.interface import ModelTracing
from openai.types.responses import ResponseCompletedEvent, ResponseOutputMessage, ResponseOutputText
from openai.types.responses.response_prompt_param import ResponsePromptParam

from core.llm.failures import MalformedAnswerError, SchemaRefusedError
from core.llm.structured import read_json

_QUOTED_BACK = 4000


class LenientModel(Model):
    """Reads a final answer leniently and asks once more when it cannot be read.

    JSON in a code fence, with text around it, or with a field left out is accepted. A server that
    refuses the schema gets it as an instruction instead, from then on.

    Args:
        inner: the model that is asked.
        name: the model's name, for messages.
    """

    def __init__(self, inner: Model, *, name: str) -> None:
        self._inner = inner
        self._name = name
        self._takes_schema = True

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
        """See :class:`agents.Model`.

        Raises:
            ProviderError: the call failed, or two answers in a row were not what was asked for.
        """

        async def ask() -> ModelResponse:
            return await self._inner.get_response(
                self._instructions(system_instructions, output_schema), input, model_settings, tools,
                self._schema(output_schema), handoffs, tracing, previous_response_id=previous_response_id,
                conversation_id=conversation_id, prompt=prompt,
            )  # fmt: skip

        try:
            response = await ask()
        except SchemaRefusedError:
            if not self._takes_schema or not _structured(output_schema):
                raise
            self._takes_schema = False
            response = await ask()
        output, more = await self._readable(
            response.output, system_instructions, input, model_settings, output_schema, tracing
        )
        usage = response.usage
        if more is not None:
            usage.add(more)
        return ModelResponse(
            output=output, usage=usage, response_id=response.response_id, request_id=response.request_id
        )

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
        """See :class:`agents.Model`. Deltas pass as they come; the completed response is readable.

        Raises:
            ProviderError: the call failed, or two answers in a row were not what was asked for.
        """

        def ask() -> AsyncIterator[TResponseStreamEvent]:
            return self._inner.stream_response(
                self._instructions(system_instructions, output_schema), input, model_settings, tools,
                self._schema(output_schema), handoffs, tracing, previous_response_id=previous_response_id,
                conversation_id=conversation_id, prompt=prompt,
            )  # fmt: skip

        stream = ask()
        try:
            try:
                event = await anext(stream, None)
            except SchemaRefusedError:
                if not self._takes_schema or not _structured(output_schema):
                    raise
                self._takes_schema = False
                stream = ask()
                event = await anext(stream, None)
            while event is not None:
                if isinstance(event, ResponseCompletedEvent):
                    output, more = await self._readable(
                        event.response.output,
                        system_instructions,
                        input,
                        model_settings,
                        output_schema,
                        tracing,
                    )
                    event = _completed(event, output, more)
                yield event
                event = await anext(stream, None)
        finally:
            closing: Any = getattr(stream, "aclose", None)
            if closing is not None:
                await closing()

    def _schema(self, output_schema: AgentOutputSchemaBase | None) -> AgentOutputSchemaBase | None:
        return output_schema if self._takes_schema else None

    def _instructions(
        self, instructions: str | None, output_schema: AgentOutputSchemaBase | None
    ) -> str | None:
        if self._takes_schema or output_schema is None or output_schema.is_plain_text():
            return instructions
        schema = json.dumps(output_schema.json_schema(), ensure_ascii=False)
        order = (
            "When you give the final answer, write only one JSON object that follows this JSON schema:\n"
            f"{schema}"
        )
        return f"{instructions}\n\n{order}" if instructions else order

    async def _readable(
        self,
        output: Sequence[TResponseOutputItem],
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        output_schema: AgentOutputSchemaBase | None,
        tracing: ModelTracing,
    ) -> tuple[list[TResponseOutputItem], Usage | None]:
        """The output with its text as valid JSON, and what a second question used, if one was needed."""
        items = list(output)
        if not _structured(output_schema) or any(not _is_final(item) for item in items):
            return items, None
        text = _text_of(items)
        read = read_json(text, output_schema)
        if read is not None:
            return _with_text(items, read), None
        response = await self._inner.get_response(
            self._instructions(system_instructions, output_schema),
            [*_as_items(input), *_second_question(text, output_schema)],
            model_settings, [], self._schema(output_schema), [], tracing,
            previous_response_id=None, conversation_id=None, prompt=None,
        )  # fmt: skip
        read = read_json(_text_of(response.output), output_schema)
        if read is None:
            raise MalformedAnswerError(
                f"The model {self._name!r} did not write the answer in the form Ratchet asked for, twice. "
                "Try again, or choose a model that follows JSON schemas (RATCHET_MODEL_NAME)."
            )
        return _with_text(items, read), response.usage


def _structured(output_schema: AgentOutputSchemaBase | None) -> TypeGuard[AgentOutputSchemaBase]:
    return output_schema is not None and not output_schema.is_plain_text()


def _is_final(item: TResponseOutputItem) -> bool:
    """Whether an item can belong to a final answer; a tool call or a refusal cannot."""
    if isinstance(item, ResponseOutputMessage):
        return all(isinstance(part, ResponseOutputText) for part in item.content)
    return getattr(item, "type", "") == "reasoning"


def _text_of(items: Sequence[TResponseOutputItem]) -> str:
    return "".join(
        part.text
        for item in items
        if isinstance(item, ResponseOutputMessage)
        for part in item.content
        if isinstance(part, ResponseOutputText)
    )


def _with_text(items: Sequence[TResponseOutputItem], text: str) -> list[TResponseOutputItem]:
    """The items with ``text`` as the only text of the last message."""
    kept: list[TResponseOutputItem] = [item for item in items if not isinstance(item, ResponseOutputMessage)]
    message = next((item for item in reversed(items) if isinstance(item, ResponseOutputMessage)), None)
    part = ResponseOutputText(text=text, type="output_text", annotations=[], logprobs=[])
    if message is None:
        message = ResponseOutputMessage(
            id="msg_read", role="assistant", status="completed", type="message", content=[]
        )
    return [*kept, message.model_copy(update={"content": [part]})]


def _completed(
    event: ResponseCompletedEvent, output: list[TResponseOutputItem], more: Usage | None
) -> ResponseCompletedEvent:
    update: dict[str, Any] = {"output": output}
    if more is not None and event.response.usage is not None:
        usage = event.response.usage
        update["usage"] = usage.model_copy(
            update={
                "input_tokens": usage.input_tokens + more.input_tokens,
                "output_tokens": usage.output_tokens + more.output_tokens,
                "total_tokens": usage.total_tokens + more.total_tokens,
            }
        )
    return event.model_copy(update={"response": event.response.model_copy(update=update)})


def _as_items(input: str | list[TResponseInputItem]) -> list[TResponseInputItem]:
    return [{"role": "user", "content": input}] if isinstance(input, str) else input


def _second_question(text: str, output_schema: AgentOutputSchemaBase) -> list[TResponseInputItem]:
    schema = json.dumps(output_schema.json_schema(), ensure_ascii=False)
    return [
        {"role": "assistant", "content": text[:_QUOTED_BACK] or "(empty)"},
        {
            "role": "user",
            "content": "That was not one JSON object that follows the schema. Write the same answer again as "
            f"only that JSON object, nothing before or after it. The schema:\n{schema}",
        },
    ]
