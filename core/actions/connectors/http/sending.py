"""One HTTP request, sent once: what left this machine, and what came back, is never in doubt.

Nothing is repeated and no redirect is followed here. Connections are not kept: a kept one that the
other side has just closed would leave open whether a request was received.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

from core.actions.connectors.answers import LARGEST_ANSWER
from core.actions.connectors.loop import shared_loop

_SENT = "send_request_headers.started"  # httpcore's own event, of HTTP/1.1 connections


@dataclass(frozen=True, slots=True)
class Response:
    """``complete`` is False when the body was longer than what is read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool


class NotSent(Exception):
    """No byte of the request has left."""


class Lost(Exception):
    """The request was sent, at least in part, and no whole answer came back."""


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None = None,
    seconds: float,
    largest: int = LARGEST_ANSWER,
) -> Response:
    """Send one request and wait for the answer, at most ``seconds`` in all.

    Raises:
        NotSent: it could not be connected in time, or the request is not valid.
        Lost: it was sent; the connection broke, the time ran out or the answer was no HTTP.
    """
    sent = False

    async def note(event: str, _details: Any) -> None:
        nonlocal sent
        sent = sent or event.endswith(_SENT)

    async def run() -> Response:
        limits = httpx2.Limits(max_keepalive_connections=0)
        async with (
            httpx2.AsyncClient(
                verify=_trusted(), timeout=seconds, limits=limits, trust_env=False, http2=False
            ) as client,
            client.stream(
                method, url, headers=dict(headers), content=content, extensions={"trace": note}
            ) as response,
        ):
            body = bytearray()
            complete = True
            async for chunk in response.aiter_bytes(65_536):
                body += chunk
                if len(body) > largest:
                    complete = False
                    break
            return Response(response.status_code, response.headers, bytes(body[:largest]), complete)

    started = time.monotonic()
    try:
        return shared_loop().run(run(), seconds=seconds)
    except (TimeoutError, httpx2.TimeoutException):
        took = f"no answer within {max(time.monotonic() - started, 0.1):.1f} seconds"
        raise (Lost if sent else NotSent)(took) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        raise (Lost if sent else NotSent)(_in_words(error, sent=sent)) from None


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates we trust, read once: a client of its own for each request reads them each time."""
    return httpx2.create_ssl_context(trust_env=False)


def _in_words(error: Exception, *, sent: bool) -> str:
    """Never the library's own text: it may quote the address, and with it a secret."""
    if isinstance(error, httpx2.InvalidURL | httpx2.LocalProtocolError | httpx2.UnsupportedProtocol):
        return "the request could not be built"
    if isinstance(error, httpx2.DecodingError):
        return "the answer could not be read"
    return "the connection broke before an answer came" if sent else "no connection could be made"
