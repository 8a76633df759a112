"""One conversation with an MCP server over streamable HTTP: list its tools, and perhaps call one.

A session a call: nothing is shared between customers, and a lost connection belongs to one call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2

from core.actions.connectors.loop import shared_loop
from core.actions.connectors.secrets import Secret
from core.errors import RatchetError

if TYPE_CHECKING:
    from agents.mcp import MCPServerStreamableHttp

_LARGEST = 2_000_000  # bytes of one HTTP answer
_MOST_PAGES = 10
_REFUSED = {-32600, -32601, -32602}  # JSON-RPC: invalid request, no such method, invalid parameters
_Value = TypeVar("_Value")


class Unreachable(Exception):
    """No tool was called."""


class Broken(Exception):
    """A tool was called and no answer came."""


class Refused(Exception):
    """The server says that the call itself is not valid; the tool did not run."""


@dataclass
class ToolAnswer:
    """``failed``: the tool says it did not work, which may be after it changed something."""

    failed: bool
    structured: dict[str, Any] | None
    texts: list[str]


@dataclass
class _Progress:
    called: bool = False
    values: list[Any] = field(default_factory=list)


def fetch_tools(url: str, secret: Secret, *, seconds: float) -> list[dict[str, Any]]:
    """The tools the server lists, as it writes them.

    Raises:
        Unreachable: no list came.
    """

    async def ask(server: MCPServerStreamableHttp, _progress: _Progress) -> list[dict[str, Any]]:
        return await _tools(server, secret)

    return _converse(url, secret, ask, seconds=seconds)


def call_tool(
    url: str,
    secret: Secret,
    name: str,
    arguments: dict[str, Any],
    *,
    check: Callable[[list[dict[str, Any]]], None],
    key: str,
    seconds: float,
) -> ToolAnswer:
    """Call a tool once, after ``check`` has seen the server's list of this moment and not raised.

    Args:
        key: sent in the call's metadata as ``idempotencyKey``; empty for look-ups.

    Raises:
        Unreachable: the tool was not called.
        Refused: the server did not accept the call.
        Broken: it was called and no answer came.
    """

    async def ask(server: MCPServerStreamableHttp, progress: _Progress) -> ToolAnswer:
        check(await _tools(server, secret))
        progress.called = True
        result = await server.call_tool(name, arguments, meta={"idempotencyKey": key} if key else None)
        said = result.model_dump(mode="json", by_alias=True)
        structured = said.get("structuredContent")
        return ToolAnswer(
            failed=said.get("isError") is True,
            structured=structured if isinstance(structured, dict) else None,
            texts=[str(part["text"]) for part in said.get("content") or [] if part.get("type") == "text"],
        )

    return _converse(url, secret, ask, seconds=seconds)


def _converse(
    url: str,
    secret: Secret,
    ask: Callable[[MCPServerStreamableHttp, _Progress], Awaitable[_Value]],
    *,
    seconds: float,
) -> _Value:
    from agents.mcp import MCPServerStreamableHttp  # takes seconds, and most installations have no MCP

    progress = _Progress()

    async def run() -> None:
        server = MCPServerStreamableHttp(
            params={
                "url": url,
                "headers": {"Authorization": f"Bearer {secret.value}"} if secret.value else {},
                "timeout": seconds,
                "sse_read_timeout": seconds,
                "httpx_client_factory": _client,
            },
            name="connection",
            cache_tools_list=True,
            client_session_timeout_seconds=seconds,
            max_list_pages=_MOST_PAGES,
        )
        try:
            await server.connect()  # type: ignore[no-untyped-call]
            progress.values.append(await ask(server, progress))
        finally:
            await server.cleanup()  # type: ignore[no-untyped-call]

    try:
        shared_loop().run(run(), seconds=seconds)
    except Exception as error:
        if not progress.values:  # else the answer was there; only saying goodbye went wrong
            raise _judged(error, progress, seconds) from None
    value: _Value = progress.values[0]
    return value


def _judged(error: Exception, progress: _Progress, seconds: float) -> Exception:
    from mcp import MCPError

    if isinstance(error, RatchetError):
        return error
    late = isinstance(error, TimeoutError) or (isinstance(error, MCPError) and error.code == -32001)
    words = f"no answer within {seconds:g} seconds" if late else "the connection failed"
    if progress.called:
        if isinstance(error, MCPError) and error.code in _REFUSED:
            return Refused(error.message)
        return Broken(words)
    return Unreachable(words)


async def _tools(server: MCPServerStreamableHttp, secret: Secret) -> list[dict[str, Any]]:
    tools = await server.list_tools()
    return [
        secret.scrub_json(tool.model_dump(mode="json", by_alias=True, exclude_none=True)) for tool in tools
    ]


def _client(
    headers: dict[str, str] | None = None, timeout: Any = None, auth: Any = None
) -> httpx2.AsyncClient:
    """No redirects, no proxies from the environment, and answers that end."""
    return httpx2.AsyncClient(
        headers=headers,
        timeout=timeout,
        auth=auth,
        follow_redirects=False,
        transport=_Bounded(trust_env=False),
    )


class _Bounded(httpx2.AsyncHTTPTransport):
    """A transport whose answers break off when they are longer than anybody needs."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _BoundedStream(response.stream)
        return response


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._stream:
            read += len(chunk)
            if read > _LARGEST:
                raise httpx2.ReadError("The answer is too large.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
