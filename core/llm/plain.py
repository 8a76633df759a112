"""A JSON request to a model service without the SDK's models and client around it: a fifth of the work.

For many small requests at once, where the processor and not the server would be the limit. Failures are the
SDK's own errors, so that one policy reads both.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from typing import Any

import aiohttp
import httpx2
import openai

_BY_STATUS: dict[int, type[openai.APIStatusError]] = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
}


def open_plainly(*, seconds: float, certificates: ssl.SSLContext | None = None) -> aiohttp.ClientSession:
    """A session for :func:`post_json`; close it. Belongs to the running event loop.

    Args:
        seconds: that one request may take.
        certificates: whom to trust; None: as the library does.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=certificates or True),  # the pace is the limit
        timeout=aiohttp.ClientTimeout(total=seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=True,  # proxies, as for the SDK's client
    )


async def post_json(
    http: aiohttp.ClientSession, url: str, body: Mapping[str, Any], *, headers: Mapping[str, str]
) -> dict[str, Any]:
    """The reply, a JSON object.

    Raises:
        openai.APIError: it failed; the kind says how.
        json.JSONDecodeError: the reply is no JSON.
    """
    content = json.dumps(body, ensure_ascii=False).encode()
    try:
        async with http.post(url, data=content, headers=headers) as response:
            said = await response.read()
    except TimeoutError as error:
        raise openai.APITimeoutError(request=httpx2.Request("POST", url)) from error
    except aiohttp.ClientError as error:
        raise openai.APIConnectionError(request=httpx2.Request("POST", url)) from error
    if not 200 <= response.status < 300:
        raise _error_of(response, said)
    reply = json.loads(said)
    return reply if isinstance(reply, dict) else {}


def _error_of(response: aiohttp.ClientResponse, said: bytes) -> openai.APIStatusError:
    try:
        body: Any = json.loads(said)
    except ValueError:
        body = None
    detail = body.get("error", body) if isinstance(body, dict) else body
    usual = openai.InternalServerError if response.status >= 500 else openai.APIStatusError
    kind = _BY_STATUS.get(response.status, usual)
    words = body if body is not None else said.decode(errors="replace")[:300]
    return kind(
        f"Error code: {response.status} - {words}",
        response=httpx2.Response(
            response.status,
            headers=list(response.headers.items()),
            request=httpx2.Request("POST", str(response.url)),
        ),
        body=detail,
    )
