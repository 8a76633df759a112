"""A small OpenAI-compatible server with a fixed latency and, if wanted, a limit a second.

    python -m benchmarks.evals.server [--latency 0.2] [--a-second 120 --burst 60]

It prints its port, listens on the loopback only, and ends when its standard input does or after an hour.
Chat completions are answered, streamed or not. With tools it calls the first one once, then answers with a
draft that quotes the first passage; without tools it says which number stands in the question. Over the limit
it says 429 with ``retry-after`` in whole seconds and ``retry-after-ms``, as OpenAI does. ``GET /stats`` tells
what it saw and begins anew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from subprocess import PIPE, Popen
from typing import Any
from urllib.request import urlopen

LATENCY = 0.2
MOST_CONNECTIONS = 500
MOST_BYTES = 2_000_000
_LIFE_SECONDS = 3600.0
_NUMBER = re.compile(r"number (\d+)")


@dataclass
class Limit:
    """A token bucket; ``a_second`` 0: no limit."""

    a_second: float = 0.0
    burst: float = 0.0
    full: float = 0.0
    seen: float = 0.0

    def wait(self, now: float) -> float:
        """Take one; 0, or the seconds until one may be taken."""
        if not self.a_second:
            return 0.0
        self.full = min(self.burst, self.full + (now - self.seen) * self.a_second)
        self.seen = now
        if self.full >= 1:
            self.full -= 1
            return 0.0
        return (1 - self.full) / self.a_second


@dataclass
class Seen:
    """What happened. Moments are seconds since the first request."""

    requests: int = 0
    refused: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    first: float = 0.0
    answered: list[float] = field(default_factory=list)


class Server:
    """The state that all connections share."""

    def __init__(self, latency: float, limit: Limit) -> None:
        self.latency, self.limit = latency, limit
        self.seen = Seen()
        self.connections = 0

    def stats(self) -> dict[str, Any]:
        seen = self.seen
        self.seen = Seen(in_flight=seen.in_flight)
        self.limit.full = self.limit.burst
        return {
            "requests": seen.requests,
            "refused": seen.refused,
            "most_in_flight": seen.most_in_flight,
            "answered": [round(moment - seen.first, 4) for moment in seen.answered],
        }


class Connection(asyncio.Protocol):
    """One connection: requests with a length, one after the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = b""
        self._transport: Any = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._server.connections += 1
        if self._server.connections > MOST_CONNECTIONS:
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._server.connections -= 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > MOST_BYTES:
            self._transport.abort()
            return
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            if head.startswith(b"get /stats"):
                self._send(200, self._server.stats())
            elif b"/chat/completions" in head.split(b"\r\n", 1)[0]:
                self._chat(body)
            else:
                self._send(404, _error("this server only speaks chat completions"))

    def _chat(self, body: bytes) -> None:
        server, now = self._server, self._loop.time()
        seen = server.seen
        seen.first = seen.first or now
        seen.requests += 1
        wait = server.limit.wait(now)
        if wait:
            seen.refused += 1
            headers = {"retry-after": str(math.ceil(wait)), "retry-after-ms": str(math.ceil(wait * 1000))}
            self._send(429, _error("Rate limit reached", "rate_limit_exceeded"), headers)
            return
        seen.in_flight += 1
        seen.most_in_flight = max(seen.most_in_flight, seen.in_flight)
        self._loop.call_later(server.latency, self._answer, body, seen)

    def _answer(self, body: bytes, seen: Seen) -> None:
        seen.in_flight -= 1
        seen.answered.append(self._loop.time())
        if self._transport.is_closing():
            return
        try:
            asked = json.loads(body)
            message = _reply(asked)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            self._send(400, _error("this is no chat completion"))
            return
        if asked.get("stream"):
            self._write(200, _streamed(asked, message).encode(), "text/event-stream", {})
        else:
            self._send(200, _whole(asked, message))

    def _send(self, status: int, value: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._write(status, json.dumps(value).encode(), "application/json", headers or {})

    def _write(self, status: int, payload: bytes, kind: str, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} -", f"content-type: {kind}", f"content-length: {len(payload)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)


_USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


def _reply(asked: dict[str, Any]) -> dict[str, Any]:
    """The message: a number, a tool call, or a draft."""
    said = [str(each["content"]) for each in asked["messages"] if each["role"] == "user"]
    if not asked.get("tools"):
        found = _NUMBER.search(said[-1] if said else "")
        text = f"That is number {found.group(1)}." if found else "I see no number."
        return {"role": "assistant", "content": text}
    results = [str(each["content"]) for each in asked["messages"] if each["role"] == "tool"]
    if not results:
        function = {
            "name": asked["tools"][0]["function"]["name"],
            "arguments": json.dumps({"query": said[-1][:300]}),
        }
        return {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        }
    passages = json.loads(results[-1]).get("passages", [])
    sentences = [
        {"text": line, "cites": [{"passage": passages[0]["id"], "quote": line}]}
        for line in (passages[0]["text"].strip().splitlines()[:1] if passages else [])
    ]
    draft = {"decision": "answer", "reason": "", "question": "", "sentences": sentences, "confidence": 0.8}
    return {"role": "assistant", "content": json.dumps(draft)}


def _whole(asked: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked["model"],
        "choices": [choice],
        "usage": _USAGE,
    }


def _streamed(asked: dict[str, Any], message: dict[str, Any]) -> str:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": asked["model"]}
    calls = message.get("tool_calls")
    deltas: list[tuple[dict[str, Any], str | None]] = [({"role": "assistant", "content": ""}, None)]
    if calls:
        deltas.append(({"tool_calls": [{"index": 0, **calls[0]}]}, None))
    text = message["content"] or ""
    deltas += [({"content": text[at : at + 40]}, None) for at in range(0, len(text), 40)]
    deltas.append(({}, "tool_calls" if calls else "stop"))
    chunks: list[dict[str, Any]] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        for delta, reason in deltas
    ]
    chunks.append({**head, "choices": [], "usage": _USAGE})
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def _error(message: str, code: str = "bad_request") -> dict[str, Any]:
    return {"error": {"message": message, "type": "error", "param": None, "code": code}}


@dataclass(frozen=True)
class Running:
    """A server in a process of its own. ``url`` ends in ``/v1``."""

    url: str

    def stats(self) -> dict[str, Any]:
        """What it saw since the last time it was asked."""
        with urlopen(self.url.replace("/v1", "/stats"), timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@contextmanager
def running(*, latency: float = LATENCY, a_second: float = 0, burst: float = 0) -> Iterator[Running]:
    """Run the server until the block ends."""
    command = [sys.executable, "-m", "benchmarks.evals.server", "--latency", str(latency)]
    command += ["--a-second", str(a_second), "--burst", str(burst)]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Running(f"http://127.0.0.1:{int(process.stdout.readline())}/v1")
        finally:
            process.kill()


async def _serve(options: argparse.Namespace) -> None:
    server = Server(options.latency, Limit(options.a_second, options.burst, options.burst))
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Connection(server), "127.0.0.1", 0, backlog=512)
    print(listening.sockets[0].getsockname()[1], flush=True)
    over = asyncio.Event()

    def until_nobody_needs_it() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=until_nobody_needs_it, daemon=True).start()
    with suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), _LIFE_SECONDS)
    listening.close()


def main() -> int:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--latency", type=float, default=LATENCY)
    parser.add_argument("--a-second", type=float, default=0.0)
    parser.add_argument("--burst", type=float, default=0.0)
    asyncio.run(_serve(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
