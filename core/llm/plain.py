"""A JSON request to a model service without the SDK's models around it: a third of the processor's time.

For many small requests at once, where the processor and not the server would be the limit. Failures are the
SDK's own errors, so that one policy reads both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

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


async def post_json(
    http: httpx2.AsyncClient, url: str, body: Mapping[str, Any], *, headers: Mapping[str, str]
) -> dict[str, Any]:
    """The reply, a JSON object.

    Raises:
        openai.APIError: it failed; the kind says how.
        json.JSONDecodeError: the reply is no JSON.
    """
    content = json.dumps(body, ensure_ascii=False).encode()
    try:
        response = await http.post(url, content=content, headers=headers)
    except httpx2.TimeoutException as error:
        raise openai.APITimeoutError(request=error.request) from error
    except httpx2.HTTPError as error:
        raise openai.APIConnectionError(request=error.request) from error
    if not response.is_success:
        raise _error_of(response)
    reply = json.loads(response.content)
    return reply if isinstance(reply, dict) else {}


def _error_of(response: httpx2.Response) -> openai.APIStatusError:
    try:
        body: Any = json.loads(response.content)
    except ValueError:
        body = None
    detail = body.get("error", body) if isinstance(body, dict) else body
    usual = openai.InternalServerError if response.status_code >= 500 else openai.APIStatusError
    kind = _BY_STATUS.get(response.status_code, usual)
    message = f"Error code: {response.status_code} - {body if body is not None else response.text[:300]}"
    return kind(message, response=response, body=detail)
