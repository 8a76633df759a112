"""Builds output items and the stream of events that a served model would send for them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from agents import ModelResponse, Usage
from agents.items import TResponseOutputItem, TResponseStreamEvent
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
    ResponseUsage,
)
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails


@dataclass(frozen=True, slots=True)
class Reply:
    """What the offline model says in one turn: a tool call, or a text in the parts it streams as."""

    tool: str = ""
    arguments: str = ""
    parts: Sequence[str] = field(default_factory=tuple)

    @property
    def text(self) -> str:
        return "".join(self.parts)


def identifier(prefix: str, *facts: object) -> str:
    """A stable identifier: the same turn of the same run gets the same one."""
    return f"{prefix}_{sha256(repr(facts).encode()).hexdigest()[:24]}"


def output_item(reply: Reply, *, key: str) -> TResponseOutputItem:
    """The finished output item of a reply. ``key`` tells this call from others in the run."""
    if reply.tool:
        call_id = identifier("call", key, reply.tool, reply.arguments)
        return ResponseFunctionToolCall(
            id=identifier("fc", key), call_id=call_id, name=reply.tool, arguments=reply.arguments,
            type="function_call", status="completed",
        )  # fmt: skip
    return ResponseOutputMessage(
        id=identifier("msg", key, reply.text),
        role="assistant",
        status="completed",
        type="message",
        content=[ResponseOutputText(text=reply.text, type="output_text", annotations=[], logprobs=[])],
    )


def model_response(reply: Reply, *, key: str, usage: Usage) -> ModelResponse:
    return ModelResponse(output=[output_item(reply, key=key)], usage=usage, response_id=None)


async def stream(reply: Reply, *, key: str, usage: Usage, model: str) -> AsyncIterator[TResponseStreamEvent]:
    """The events of a reply in the order and with the numbering of the Responses API."""
    item = output_item(reply, key=key)
    response = Response(
        id=identifier("resp", key), created_at=time.time(), model=model, object="response", output=[],
        tool_choice="auto", tools=[], parallel_tool_calls=False, status="in_progress",
    )  # fmt: skip
    number = 0
    yield ResponseCreatedEvent(type="response.created", response=response, sequence_number=number)
    for event in _item_events(item, reply):
        number += 1
        event.sequence_number = number
        yield event
    finished = response.model_copy(update={"output": [item], "status": "completed", "usage": _usage(usage)})
    yield ResponseCompletedEvent(type="response.completed", response=finished, sequence_number=number + 1)


def _item_events(item: TResponseOutputItem, reply: Reply) -> Iterator[TResponseStreamEvent]:
    if isinstance(item, ResponseFunctionToolCall):
        item_id = item.id or ""
        started = item.model_copy(update={"arguments": "", "status": "in_progress"})
        yield ResponseOutputItemAddedEvent(
            type="response.output_item.added", item=started, output_index=0, sequence_number=0
        )
        yield ResponseFunctionCallArgumentsDeltaEvent(
            type="response.function_call_arguments.delta", item_id=item_id, output_index=0,
            delta=item.arguments, sequence_number=0,
        )  # fmt: skip
        yield ResponseFunctionCallArgumentsDoneEvent(
            type="response.function_call_arguments.done", item_id=item_id, output_index=0, name=item.name,
            arguments=item.arguments, sequence_number=0,
        )  # fmt: skip
    elif isinstance(item, ResponseOutputMessage):
        empty = ResponseOutputText(text="", type="output_text", annotations=[], logprobs=[])
        yield ResponseOutputItemAddedEvent(
            type="response.output_item.added", output_index=0, sequence_number=0,
            item=item.model_copy(update={"content": [], "status": "in_progress"}),
        )  # fmt: skip
        yield ResponseContentPartAddedEvent(
            type="response.content_part.added", item_id=item.id, output_index=0, content_index=0, part=empty,
            sequence_number=0,
        )  # fmt: skip
        for part in reply.parts:
            yield ResponseTextDeltaEvent(
                type="response.output_text.delta", item_id=item.id, output_index=0, content_index=0,
                delta=part, logprobs=[], sequence_number=0,
            )  # fmt: skip
        yield ResponseTextDoneEvent(
            type="response.output_text.done", item_id=item.id, output_index=0, content_index=0,
            text=reply.text, logprobs=[], sequence_number=0,
        )  # fmt: skip
        yield ResponseContentPartDoneEvent(
            type="response.content_part.done", item_id=item.id, output_index=0, content_index=0,
            sequence_number=0, part=empty.model_copy(update={"text": reply.text}),
        )  # fmt: skip
    yield ResponseOutputItemDoneEvent(
        type="response.output_item.done", item=item, output_index=0, sequence_number=0
    )


def _usage(usage: Usage) -> ResponseUsage:
    return ResponseUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.total_tokens,
        input_tokens_details=InputTokensDetails.model_validate({"cached_tokens": 0, "cache_write_tokens": 0}),
        output_tokens_details=OutputTokensDetails(reasoning_tokens=0),
    )
