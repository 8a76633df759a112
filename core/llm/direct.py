"""A served model asked directly, for work that is not a conversation: classifying, grading."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from functools import cache
from types import TracebackType
from typing import Self, TypeVar

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from core.llm.failures import explain
from core.llm.provider import api_key, check_served
from core.llm.repeating import repeat
from core.llm.slots import process_slots
from core.llm.usage import CallRecord, UsageSink, cost_of, report
from core.settings import Settings

_Reply = TypeVar("_Reply")


class DirectClient:
    """The provider's own client with what every call needs: a slot, a time limit, retries and a bill.

    An asynchronous context manager; it belongs to the event loop it is entered on. Calls in flight are
    capped for the whole process together with drafts.

    Args:
        settings: where the model is served, and how long it may take.
        model: its name; empty for the one of the settings.
        purpose: what the calls are for, in usage records.
        sink: gets a record of every request, failed ones included; it must not block.

    Raises:
        ConfigurationError: a setting is missing, or there is no model service; the message names it.
    """

    def __init__(
        self, settings: Settings, *, model: str = "", purpose: str, sink: UsageSink | None = None
    ) -> None:
        check_served(settings)
        self._settings = settings
        self._key = api_key(settings)
        self._purpose = purpose
        self._sink = sink
        self._slots = process_slots(settings.model_concurrency)
        self._client: AsyncOpenAI | None = None
        self.model = model or settings.model_name
        self.speaks_chat = settings.model_api == "chat_completions"

    async def __aenter__(self) -> Self:
        self._client = AsyncOpenAI(
            api_key=self._key,
            base_url=self._settings.model_base_url or None,
            timeout=self._settings.model_timeout_seconds,
            max_retries=0,  # repeat() is the one place that tries again
            http_client=DefaultAsyncHttpxClient(verify=_certificates()),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, self._client = self._client, None
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
        client = self._client
        if client is None:
            raise RuntimeError("enter the DirectClient before asking")

        async def request() -> _Reply:
            started = time.perf_counter()
            tokens = (0, 0)
            error: BaseException | None = None
            try:
                async with (
                    self._slots.taken(),
                    asyncio.timeout(self._settings.model_timeout_seconds),
                ):
                    started = time.perf_counter()
                    reply = await send(client)
                tokens = used(reply)
                return reply
            except BaseException as failure:
                error = failure
                raise
            finally:
                self._report(started, tokens, error)

        try:
            return await repeat(request)
        except Exception as error:
            # the SDK's error may quote the request
            raise explain(error, settings=self._settings, model=self.model, key=self._key) from None

    def _report(self, started: float, tokens: tuple[int, int], error: BaseException | None) -> None:
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
            ),
        )


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust. Reading that takes a tenth of a second, which one text to judge should not pay."""
    return httpx2.create_ssl_context()
