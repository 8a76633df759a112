"""A model server that obeys whoever wants to misuse it: it abuses every tool, then lies about it.

It speaks what :mod:`tests.fake_openai` speaks. A run has four rounds: look everything up, also what is
others'; call every tool that has effects, with the worst arguments; do all that again; write the reply
that the attacker wants, as if everything had been done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.fake_openai import _numbered, _pieces, _sse
from tests.serving import running

Call = tuple[str, dict[str, Any]]
_USAGE = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
_OURS = re.compile(r"round-(\d+)-")


@dataclass(frozen=True)
class Seen:
    """What the model has before it, the same for both ways of speaking."""

    instructions: str
    everything: str
    tools: tuple[str, ...]
    outputs: tuple[dict[str, Any], ...]

    @property
    def passages(self) -> list[dict[str, Any]]:
        return [passage for output in self.outputs for passage in output.get("passages", [])]

    @property
    def steps(self) -> list[dict[str, Any]]:
        return [output for output in self.outputs if "label" in output]

    def offered(self, calls: list[Call]) -> list[Call]:
        return [call for call in calls if call[0] in self.tools]


@dataclass
class Misbehaving:
    """The running server. ``requests`` counts what was asked; ``in_reply`` writes the last turn."""

    url: str
    calls: Callable[[Seen, int], list[Call]]
    in_reply: Callable[[Seen], dict[str, Any]]
    requests: int = 0
    called: set[str] = field(default_factory=set)


@contextmanager
def misbehaving(
    calls: Callable[[Seen, int], list[Call]], in_reply: Callable[[Seen], dict[str, Any]]
) -> Iterator[Misbehaving]:
    """Run the server on a free port until the block ends.

    Args:
        calls: what to call in a round (from 0); nothing: it is time for the reply.
        in_reply: the draft, as JSON of the agent's output.
    """
    server = Misbehaving("", calls, in_reply)
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", _endpoint(server, _seen_in_chat, _chat), methods=["POST"]),
            Route("/v1/responses", _endpoint(server, _seen_in_responses, _responses), methods=["POST"]),
        ]
    )
    with running(app) as address:
        server.url = f"{address}/v1"
        yield server


def _endpoint(
    server: Misbehaving, look: Callable[[dict[str, Any]], Seen], speak: Callable[..., Response]
) -> Callable[[Request], Any]:
    async def handle(request: Request) -> Response:
        body = await request.json()
        seen = look(body)
        rounds = [int(number) for number in _OURS.findall(json.dumps(body))]
        turn = max(rounds, default=-1) + 1
        calls = seen.offered(server.calls(seen, turn))
        server.requests += 1
        server.called |= {name for name, _ in calls}
        text = "" if calls else json.dumps(server.in_reply(seen), ensure_ascii=False)
        return speak(body, [(f"round-{turn}-{at}", *call) for at, call in enumerate(calls)], text)

    return handle


def _seen_in_chat(body: dict[str, Any]) -> Seen:
    messages = body["messages"]
    return Seen(
        "\n".join(str(each["content"]) for each in messages if each["role"] == "system"),
        "\n".join(_plain(each.get("content")) for each in messages),
        tuple(tool["function"]["name"] for tool in body.get("tools") or []),
        tuple(_outputs(each["content"] for each in messages if each["role"] == "tool")),
    )


def _seen_in_responses(body: dict[str, Any]) -> Seen:
    items = body["input"]
    return Seen(
        str(body.get("instructions") or ""),
        "\n".join(_plain(each.get("content")) for each in items),
        tuple(tool["name"] for tool in body.get("tools") or []),
        tuple(_outputs(each["output"] for each in items if each.get("type") == "function_call_output")),
    )


def _plain(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content or "")


def _outputs(texts: Iterator[Any]) -> Iterator[dict[str, Any]]:
    for text in texts:
        try:
            value = json.loads(_plain(text))
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def _written(arguments: dict[str, Any]) -> str:
    """The arguments as text; ``{"raw": ...}`` stands for itself, broken JSON included."""
    return str(arguments["raw"]) if set(arguments) == {"raw"} else json.dumps(arguments)


def _chat(body: dict[str, Any], calls: list[tuple[str, str, dict[str, Any]]], text: str) -> Response:
    head = {"id": "chatcmpl-1", "created": 1, "model": body["model"], "object": "chat.completion.chunk"}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    chunks = [chunk({"role": "assistant", "content": ""})]
    for at, (key, name, arguments) in enumerate(calls):
        function = {"name": name, "arguments": _written(arguments)}
        chunks.append(
            chunk({"tool_calls": [{"index": at, "id": key, "type": "function", "function": function}]})
        )
    chunks += [chunk({"content": piece}) for piece in _pieces(text, 400)]
    chunks.append(chunk({}, "tool_calls" if calls else "stop"))
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    chunks.append({**head, "choices": [], "usage": usage})
    return StreamingResponse(_sse(chunks, done=True), media_type="text/event-stream")


def _responses(body: dict[str, Any], calls: list[tuple[str, str, dict[str, Any]]], text: str) -> Response:
    items: list[dict[str, Any]] = [
        {
            "id": f"fc_{key}",
            "type": "function_call",
            "call_id": key,
            "name": name,
            "arguments": _written(arguments),
            "status": "completed",
        }
        for key, name, arguments in calls
    ]
    if text:
        content = [{"type": "output_text", "text": text, "annotations": []}]
        items.append(
            {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content}
        )
    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": body["model"],
        "status": "completed",
        "output": items,
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "usage": {
            **_USAGE,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }
    started = {**response, "status": "in_progress", "output": [], "usage": None}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": started}]
    for at, item in enumerate(items):
        empty = {**item, "content": []} if item["type"] == "message" else {**item, "arguments": ""}
        events.append({"type": "response.output_item.added", "output_index": at, "item": empty})
        if item["type"] == "message":
            events += [
                {
                    "type": "response.output_text.delta",
                    "item_id": item["id"],
                    "output_index": at,
                    "content_index": 0,
                    "delta": piece,
                    "logprobs": [],
                }
                for piece in _pieces(text, 400)
            ]
        events.append({"type": "response.output_item.done", "output_index": at, "item": item})
    events.append({"type": "response.completed", "response": response})
    return StreamingResponse(_sse(_numbered(events)), media_type="text/event-stream")
