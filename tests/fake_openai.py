"""A small server that speaks OpenAI's chat completions and responses, and fails on request.

Without a script it behaves like a sensible drafting model: it calls the first tool it is given with
the customer's last words as ``query``, then answers with a draft that quotes the first passage.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.serving import running


@dataclass(frozen=True)
class Answer:
    """One answer of the script. Give exactly one of ``text``, ``tool``, ``status`` or ``raw``.

    ``delay`` seconds pass before anything is sent; ``cut`` ends a stream after that many deltas
    without saying goodbye.
    """

    text: str | None = None
    tool: tuple[str, dict[str, Any]] | None = None
    status: int | None = None
    code: str = ""
    message: str = "scripted failure"
    headers: dict[str, str] = field(default_factory=dict)
    raw: str | None = None
    delay: float = 0.0
    cut: int | None = None


@dataclass
class FakeOpenAI:
    """The running server. ``script`` is used up in order; ``requests`` holds what was asked."""

    url: str
    key: str = ""
    refuses_schema: bool = False
    script: deque[Answer] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    def answer_with(self, *answers: Answer) -> None:
        self.script.extend(answers)


@contextmanager
def fake_openai(*, key: str = "") -> Iterator[FakeOpenAI]:
    """Run the server on a free port until the block ends."""
    fake = FakeOpenAI(url="", key=key)
    app = Starlette(
        routes=[
            Route("/v1/chat/completions", _endpoint(fake, _chat), methods=["POST"]),
            Route("/v1/responses", _endpoint(fake, _responses), methods=["POST"]),
        ]
    )
    with running(app) as address:
        fake.url = f"{address}/v1"
        yield fake


def draft_json(text: str, *, passage: str = "", quote: str = "") -> str:
    """A DraftOutput as JSON, with one sentence; cited when a passage is given."""
    cites = [{"passage": passage, "quote": quote}] if passage else []
    return json.dumps(
        {
            "decision": "answer",
            "reason": "",
            "question": "",
            "sentences": [{"text": text, "cites": cites}],
            "confidence": 0.8,
        }
    )


def _endpoint(fake: FakeOpenAI, speak: Any) -> Any:
    async def handle(request: Request) -> Response:
        body = await request.json()
        fake.requests.append({"path": request.url.path, "headers": dict(request.headers), "body": body})
        fake.in_flight += 1
        fake.most_in_flight = max(fake.most_in_flight, fake.in_flight)
        try:
            return await _respond(fake, request, body, speak)
        finally:
            fake.in_flight -= 1

    return handle


async def _respond(fake: FakeOpenAI, request: Request, body: dict[str, Any], speak: Any) -> Response:
    if fake.key and request.headers.get("authorization") != f"Bearer {fake.key}":
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return _error(401, "invalid_api_key", f"Incorrect API key provided: {given}.", {})
    if fake.refuses_schema and ("response_format" in body or "format" in body.get("text", {})):
        return _error(400, "", "'response_format' of type 'json_schema' is not supported", {})
    answer = fake.script.popleft() if fake.script else _sensible(body)
    if answer.delay:
        await asyncio.sleep(answer.delay)
    if answer.status is not None:
        return _error(answer.status, answer.code, answer.message, answer.headers)
    if answer.raw is not None:
        return Response(answer.raw, media_type="application/json")
    return speak(body, answer)


def _error(status: int, code: str, message: str, headers: dict[str, str]) -> Response:
    payload = {"error": {"message": message, "type": "error", "param": None, "code": code or None}}
    return JSONResponse(payload, status_code=status, headers=headers)


def _sensible(body: dict[str, Any]) -> Answer:
    items = body.get("messages") or body.get("input") or []
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    results = [
        item.get("content") or item.get("output")
        for item in items
        if item.get("role") == "tool" or item.get("type") == "function_call_output"
    ]
    tools = body.get("tools") or []
    if tools and not results:
        name = tools[0].get("name") or tools[0]["function"]["name"]
        asked = [item["content"] for item in items if item.get("role") == "user"]
        return Answer(tool=(name, {"query": str(asked[-1]) if asked else ""}))
    try:
        passage = json.loads(results[-1])["passages"][0]
    except (IndexError, KeyError, TypeError, ValueError):
        return Answer(text=draft_json("Hello."))
    quote = passage["text"].splitlines()[0]
    return Answer(text=draft_json(quote, passage=passage["id"], quote=quote))


def _pieces(text: str, size: int = 16) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def _chat(body: dict[str, Any], answer: Answer) -> Response:
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    head = {"id": "chatcmpl-1", "created": 1, "model": body["model"]}
    call = None
    if answer.tool:
        function = {"name": answer.tool[0], "arguments": json.dumps(answer.tool[1])}
        call = {"id": f"call_{len(body['messages'])}", "type": "function", "function": function}
    finish = "tool_calls" if call else "stop"
    if not body.get("stream"):
        message = {"role": "assistant", "content": answer.text, **({"tool_calls": [call]} if call else {})}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return JSONResponse({**head, "object": "chat.completion", "choices": [choice], "usage": usage})

    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {**head, "object": "chat.completion.chunk", "choices": [choice]}

    chunks = [chunk({"role": "assistant", "content": ""})]
    if call:
        chunks.append(chunk({"tool_calls": [{"index": 0, **call}]}))
    chunks += [chunk({"content": piece}) for piece in _pieces(answer.text or "")]
    if answer.cut is not None:
        return StreamingResponse(_sse(chunks[: answer.cut + 1], broken=True), media_type="text/event-stream")
    chunks.append(chunk({}, finish))
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks.append({**head, "object": "chat.completion.chunk", "choices": [], "usage": usage})
    return StreamingResponse(_sse(chunks, done=True), media_type="text/event-stream")


def _responses(body: dict[str, Any], answer: Answer) -> Response:
    usage = {
        "input_tokens": 100,
        "output_tokens": 20,
        "total_tokens": 120,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    item: dict[str, Any]
    if answer.tool:
        item = {
            "id": "fc_1",
            "type": "function_call",
            "call_id": f"call_{len(body['input'])}",
            "name": answer.tool[0],
            "arguments": json.dumps(answer.tool[1]),
            "status": "completed",
        }
    else:
        content = [{"type": "output_text", "text": answer.text, "annotations": []}]
        item = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": content,
        }
    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": body["model"],
        "status": "completed",
        "output": [item],
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "usage": usage,
    }
    if not body.get("stream"):
        return JSONResponse(response)
    started = {**response, "status": "in_progress", "output": [], "usage": None}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": started}]
    if answer.tool:
        events.append(
            {"type": "response.output_item.added", "output_index": 0, "item": {**item, "arguments": ""}}
        )
        events.append(
            {
                "type": "response.function_call_arguments.delta",
                "item_id": "fc_1",
                "output_index": 0,
                "delta": item["arguments"],
            }
        )
    else:
        events.append(
            {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}}
        )
        deltas = [
            {
                "type": "response.output_text.delta",
                "item_id": "msg_1",
                "output_index": 0,
                "content_index": 0,
                "delta": piece,
                "logprobs": [],
            }
            for piece in _pieces(answer.text or "")
        ]
        if answer.cut is not None:
            events += deltas[: answer.cut]
            return StreamingResponse(_sse(_numbered(events), broken=True), media_type="text/event-stream")
        events += deltas
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    events.append({"type": "response.completed", "response": response})
    return StreamingResponse(_sse(_numbered(events)), media_type="text/event-stream")


def _numbered(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


async def _sse(
    events: list[dict[str, Any]], *, done: bool = False, broken: bool = False
) -> AsyncIterator[str]:
    for event in events:
        name = f"event: {event['type']}\n" if "type" in event else ""
        yield f"{name}data: {json.dumps(event)}\n\n"
    if broken:
        raise ConnectionResetError("scripted: the server goes away in the middle of a stream")
    if done:
        yield "data: [DONE]\n\n"
