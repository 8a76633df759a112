"""A model service with a fixed latency that counts what it is asked, by the words of the customer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.serving import running


@dataclass
class ModelServer:
    """The running server. ``asked`` counts requests that have arrived, by the last message."""

    seconds: float
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0

    @property
    def total(self) -> int:
        return sum(self.asked.values())


@contextmanager
def model_server(*, seconds: float) -> Iterator[ModelServer]:
    """Run the server on a free port until the block ends; each answer takes ``seconds``."""
    server = ModelServer(seconds)

    async def complete(request: Request) -> Response:
        try:
            said = (await request.json())["messages"][-1]["content"]
        except ClientDisconnect:  # killed while it asked
            return Response(status_code=400)
        server.asked[said] += 1
        server.in_flight += 1
        try:
            await asyncio.sleep(server.seconds)
        finally:
            server.in_flight -= 1
        message = {"role": "assistant", "content": f"Answer: {said}"}
        return JSONResponse(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "counted",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
            }
        )

    with running(Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])) as address:
        server.url = f"{address}/v1"
        yield server
