"""A served model asked directly, for work that is not a conversation: classifying, grading."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from core.llm.failures import explain
from core.llm.pacing import Pace
from core.llm.plain import open_plainly, post_json
from core.llm.provider import api_key, check_served
from core.llm.repeating import repeat
from core.llm.slots import Turns, process_slots, taken
from core.llm.usage import CallRecord, UsageSink, cost_of, report
from core.settings import Settings

_Reply = TypeVar("_Reply")


class DirectClient:
    """The provider's own client with what every call needs: a turn, a time limit, retries and a bill.

    An asynchronous context manager; it belongs to the event loop it is entered on. Calls in flight are
    capped for the whole process together with drafts, unless a pace is given.

    Args:
        settings: where the model is served, and how long it may take.
        model: its name; empty for the one of the settings.
        purpose: what the calls are for, in usage records.
        sink: gets a record of every request, failed ones included; it must not block.
        pace: lets the calls start instead, as many as the server takes.

    Raises:
        ConfigurationError: a setting is missing, or there is no model service; the message names it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        model: str = "",
        purpose: str,
        sink: UsageSink | None = None,
        pace: Pace | None = None,
    ) -> None:
        check_served(settings)
        self._settings = settings
        self._key = api_key(settings)
        self._purpose = purpose
        self._sink = sink
        self._turns: Turns = pace or process_slots(settings.model_concurrency)
        self._client: AsyncOpenAI | None = None
        self._plain: aiohttp.ClientSession | None = None
        self._headers: dict[str, str] = {}
        self.model = model or settings.model_name
        self.speaks_chat = settings.model_api == "chat_completions"

    async def __aenter__(self) -> Self:
        seconds = self._settings.model_timeout_seconds
        self._plain = open_plainly(seconds=seconds, certificates=_certificates())
        self._client = AsyncOpenAI(
            api_key=self._key,
            base_url=self._settings.model_base_url or None,
            timeout=seconds,
            max_retries=0,  # repeat() is the one place that tries again
            http_client=DefaultAsyncHttpxClient(verify=_certificates(), timeout=seconds),
        )
        usual = self._client.default_headers
        self._headers = {name: value for name, value in usual.items() if isinstance(value, str)}
        self._headers["Authorization"] = f"Bearer {self._key}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, self._client = self._client, None
        plain, self._plain = self._plain, None
        if plain is not None:
            await plain.close()
        if client is not None:
            await client.close()

    async def ask(
        self,
        send: Callable[[AsyncOpenAI], Awaitable[_Reply]],
        *,
        used: Callable[[_Reply], tuple[int, int]],
    ) -> _Reply:
        """One request, repeated while that may help.

        Args:
            send: makes the request.
            used: the input and output tokens that a reply says it used.

        Raises:
            ProviderError: it failed for good, in plain words. :class:`~core.llm.RequestRefusedError` when
                only this request is not taken, :class:`~core.llm.AccessRefusedError` when none will be.
        """
        client = self._entered()
        return await self._repeated(lambda: send(client), used)

    async def ask_plainly(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        used: Callable[[dict[str, Any]], tuple[int, int]],
    ) -> dict[str, Any]:
        """The same with the JSON of a request and of its reply, for a fraction of the work.

        Args:
            path: of the endpoint below the base URL, without a slash before it.
        """
        url = f"{self._entered().base_url}{path}"
        plain, headers = self._plain, self._headers
        assert plain is not None  # noqa: S101 - it is made with the client
        return await self._repeated(lambda: post_json(plain, url, body, headers=headers), used)

    def _entered(self) -> AsyncOpenAI:
        if self._client is None:
            raise RuntimeError("enter the DirectClient before asking")
        return self._client

    async def _repeated(
        self, send: Callable[[], Awaitable[_Reply]], used: Callable[[_Reply], tuple[int, int]]
    ) -> _Reply:
        async def request() -> _Reply:
            started = time.perf_counter()
            tokens, waited = (0, 0), 0.0
            error: BaseException | None = None
            try:
                async with (
                    taken(self._turns) as turn,
                    asyncio.timeout(self._settings.model_timeout_seconds),
                ):
                    started, waited = time.perf_counter(), turn.waited
                    reply = await send()
                    tokens = used(reply)
                    turn.tokens = sum(tokens)
                return reply
            except BaseException as failure:
                error = failure
                raise
            finally:
                self._report(started, tokens, error, waited)

        try:
            return await repeat(request, turns=self._turns)
        except Exception as error:
            # the SDK's error may quote the request
            raise explain(error, settings=self._settings, model=self.model, key=self._key) from None

    def _report(
        self, started: float, tokens: tuple[int, int], error: BaseException | None, waited: float
    ) -> None:
        message = ""
        if isinstance(error, asyncio.CancelledError):
            message = "stopped before it was finished"
        elif error is not None:
            message = str(explain(error, settings=self._settings, model=self.model, key=self._key))
        report(
            self._sink,
            CallRecord(
                purpose=self._purpose,
                provider=self._settings.model_provider,
                model=self.model,
                input_tokens=tokens[0],
                output_tokens=tokens[1],
                cost=cost_of(*tokens, settings=self._settings),
                milliseconds=(time.perf_counter() - started) * 1000,
                ok=error is None,
                error=message,
                waited=waited * 1000,
            ),
        )


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust. Reading that takes a tenth of a second, which one text to judge should not pay."""
    return httpx2.create_ssl_context()
