"""Makes structured output work with servers that know no JSON schema, or follow it loosely."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from agents import AgentOutputSchema, Model, ModelResponse, ModelSettings, Tool, Usage
from agents.agent_output import AgentOutputSchemaBase
from agents.exceptions import ModelBehaviorError
from agents.handoffs import Handoff
from agents.items import TResponseInputItem, TResponseOutputItem, TResponseStreamEvent
from agents.models.interface import ModelTracing
from openai.types.responses import ResponseCompletedEvent, ResponseOutputMessage, ResponseOutputText
from openai.types.responses.response_prompt_param import ResponsePromptParam
from pydantic import BaseModel, TypeAdapter, ValidationError

from core.errors import ProviderError
from core.llm.failures import SchemaUnsupported

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
        except SchemaUnsupported:
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
            except SchemaUnsupported:
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
        order = f"When you give the final answer, write only one JSON object that follows this JSON schema:\n{schema}"
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
        assert output_schema is not None
        text = _text_of(items)
        read = read_json(text, output_schema)
        if read is not None:
            return _with_text(items, read), None
        response = await self._inner.get_response(
            self._instructions(system_instructions, output_schema),
            [*_as_items(input), *_second_question(text, output_schema)],
            model_settings.resolve(ModelSettings(tool_choice=None)), [], self._schema(output_schema), [], tracing,
            previous_response_id=None, conversation_id=None, prompt=None,
        )  # fmt: skip
        read = read_json(_text_of(response.output), output_schema)
        if read is None:
            raise ProviderError(
                f"The model {self._name!r} did not write the answer in the form Ratchet asked for, twice. "
                "Try again, or choose a model that follows JSON schemas (RATCHET_MODEL_NAME)."
            )
        return _with_text(items, read), response.usage


def read_json(text: str, output_schema: AgentOutputSchemaBase) -> str | None:
    """The JSON in ``text`` that fits the schema, as a canonical string; None when there is none."""
    for candidate in _candidates(text):
        try:
            output_schema.validate_json(candidate)
        except ModelBehaviorError:
            loose = _loosely(candidate, output_schema)
            if loose is not None:
                return loose
        else:
            return candidate
    return None


def _candidates(text: str) -> list[str]:
    """The text itself, then every JSON object that starts in it, longest first."""
    found = [text.strip()]
    decoder = json.JSONDecoder(strict=False)  # models put raw line breaks into strings
    objects: list[str] = []
    at = text.find("{")
    while at >= 0 and len(objects) < 5:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            at = text.find("{", at + 1)
            continue
        objects.append(json.dumps(value, ensure_ascii=False))
        at = text.find("{", end)
    return [*found, *sorted(objects, key=len, reverse=True)]


def _loosely(candidate: str, output_schema: AgentOutputSchemaBase) -> str | None:
    """The candidate with types coerced, defaults filled in and fields nobody asked for left out."""
    if not isinstance(output_schema, AgentOutputSchema):
        return None
    kind = output_schema.output_type
    try:
        value = json.loads(candidate, strict=False)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            value = _known_fields(value, output_schema.json_schema())
            return kind.model_validate(value).model_dump_json()
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        return adapter.dump_json(adapter.validate_python(value)).decode()
    except (ValueError, ValidationError, RecursionError):
        return None


def _known_fields(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    root = schema if root is None else root
    reference = schema.get("$ref")
    if isinstance(reference, str):
        schema = root.get("$defs", {}).get(reference.rpartition("/")[2], {})
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        return {name: _known_fields(item, known[name], root) for name, item in value.items() if name in known}
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_known_fields(item, schema["items"], root) for item in value]
    return value


def _structured(output_schema: AgentOutputSchemaBase | None) -> bool:
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
