"""What a failed call means for the person who sees it, and whether trying again can help."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from urllib.parse import urlsplit

import openai
from agents.exceptions import ModelBehaviorError, ModelRefusalError, ModelTimeoutError

from core.database import now
from core.errors import ProviderError
from core.settings import Settings

_LONGEST = 300
_SCHEMA_WORDS = (
    "response_format",
    "json_schema",
    "text.format",
    "structured output",
    "guided",
    "grammar",
    "schema",
)


class RequestRefusedError(ProviderError):
    """The server is there, and does not take this one request."""


class SchemaRefusedError(RequestRefusedError):
    """The server does not take a JSON schema for its output."""


class MalformedAnswerError(ProviderError):
    """The model answered, and not in a form that can be used."""


class AccessRefusedError(ProviderError):
    """No request will be taken: the key, its rights, the model's name or the account's credit is wrong."""


def may_help_again(error: BaseException) -> bool:
    """Whether another try may succeed: after 429 (unless out of credit), 5xx, no connection, a time-out."""
    if isinstance(error, openai.RateLimitError):
        return is_rate_limit(error)
    if isinstance(error, openai.APIStatusError):
        return error.status_code >= 500 or error.status_code in (408, 409)
    return isinstance(
        error, openai.APIConnectionError | TimeoutError | asyncio.TimeoutError | ModelTimeoutError
    )


def is_rate_limit(error: BaseException) -> bool:
    """Whether the server says that it is asked too often, rather than that the credit is used up."""
    return isinstance(error, openai.RateLimitError) and error.code != "insufficient_quota"


def retry_after(error: BaseException) -> float | None:
    """Seconds the server asks to wait, if it does."""
    if not isinstance(error, openai.APIStatusError):
        return None
    headers = error.response.headers
    milliseconds = headers.get("retry-after-ms", "")
    value = headers.get("retry-after", "")
    try:
        if milliseconds:
            return max(0.0, float(milliseconds) / 1000)
        return max(0.0, float(value)) if value else None
    except ValueError:
        try:
            return max(0.0, (parsedate_to_datetime(value) - now()).total_seconds())
        except (TypeError, ValueError):
            return None


def explain(error: BaseException, *, settings: Settings, model: str, key: str) -> ProviderError:
    """The error as a :class:`ProviderError` that says what to do. Never holds the key."""
    server = _server(settings)
    kind: type[ProviderError] = ProviderError
    if isinstance(error, openai.AuthenticationError):
        kind = AccessRefusedError
        message = f"{server} refused the API key. Check RATCHET_MODEL_API_KEY (or OPENAI_API_KEY)."
    elif isinstance(error, openai.PermissionDeniedError):
        kind = AccessRefusedError
        message = (
            f"{server} does not allow this key to use the model {model!r}. Check the key's rights, "
            "or RATCHET_MODEL_NAME."
        )
    elif isinstance(error, openai.NotFoundError):
        kind = AccessRefusedError
        message = (
            f"{server} does not know the model {model!r} or the address. Check RATCHET_MODEL_NAME, "
            "RATCHET_MODEL_BASE_URL (it usually ends in /v1) and RATCHET_MODEL_API."
        )
    elif isinstance(error, openai.RateLimitError):
        kind = AccessRefusedError if error.code == "insufficient_quota" else ProviderError
        message = _rate_limit(error, server)
    elif isinstance(error, openai.APIStatusError) and error.status_code in (400, 413, 422):
        detail = _detail(error)
        about_schema = any(word in detail.lower() for word in _SCHEMA_WORDS)
        kind = SchemaRefusedError if about_schema else RequestRefusedError
        message = f"{server} refused the request: {detail}"
    elif isinstance(error, openai.APITimeoutError | TimeoutError | ModelTimeoutError):
        message = (
            f"{server} did not answer within {settings.model_timeout_seconds:g} seconds. Try again, or raise "
            "RATCHET_MODEL_TIMEOUT_SECONDS."
        )
    elif isinstance(error, openai.APIConnectionError):
        message = (
            f"{server} cannot be reached. Check the network, RATCHET_MODEL_BASE_URL, "
            "and that the server runs."
        )
    elif isinstance(error, openai.APIStatusError):
        message = f"{server} failed with status {error.status_code}. Try again in a minute."
    elif isinstance(error, ModelRefusalError):
        message = f"The model {model!r} refused to write this draft."
    elif isinstance(error, ModelBehaviorError | openai.APIError | JSONDecodeError):
        kind = MalformedAnswerError
        message = (
            f"{server} sent an answer that cannot be used ({_short(str(error))}). Try again; if it "
            f"stays, check "
            "RATCHET_MODEL_BASE_URL and RATCHET_MODEL_API."
        )
    else:
        message = f"The call to {server} failed: {_short(f'{type(error).__name__}: {error}')}"
    return kind(_without_key(message, key))


def _server(settings: Settings) -> str:
    if settings.model_provider == "openai" and not settings.model_base_url:
        return "OpenAI"
    address = urlsplit(settings.model_base_url)
    port = f":{address.port}" if address.port else ""
    return f"The model server at {address.hostname or 'the configured address'}{port}"


def _rate_limit(error: openai.RateLimitError, server: str) -> str:
    if error.code == "insufficient_quota":
        return f"{server} says that the account has no credit left. Add credit or use another key."
    seconds = retry_after(error)
    wait = f"in {seconds:.0f} seconds" if seconds else "in a minute"
    return (
        f"{server} limits how often it may be called. Try again {wait}, or lower RATCHET_MODEL_CONCURRENCY."
    )


def _detail(error: openai.APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict) and isinstance(body.get("message"), str):
        return _short(str(body["message"]))
    return _short(error.message)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _without_key(message: str, key: str) -> str:
    return message.replace(key, "***") if len(key) >= 4 else message
