"""A model behind a server, with the one retry policy, the cap on calls in flight, and usage."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from agents import Model, ModelResponse, ModelSettings, Tool, Usage
from agents.agent_output import AgentOutputSchemaBase
from agents.handoffs import Handoff
from agents.items import TResponseInputItem, TResponseStreamEvent
from agents.models.interface import ModelTracing
from openai.types.responses import ResponseCompletedEvent
from openai.types.responses.response_prompt_param import ResponsePromptParam

from core.errors import ProviderError
from core.llm.failures import explain
from core.llm.repeating import repeat
from core.llm.slots import Turn, Turns, taken
from core.llm.usage import CallRecord, UsageSink, cost_of, report
from core.settings import Settings

_T = TypeVar("_T")
_ModelFactory = Callable[[], Model]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What every call of a served model shares."""

    settings: Settings
    model: str
    key: str
    purpose: str
    turns: Turns
    sink: UsageSink | None


class ServedModel(Model):
    """Wraps the SDK's model for a server.

    Every request is one :class:`~core.llm.usage.CallRecord`, failed ones included. Requests that
    may succeed on another try are repeated, a stream only before its first event.

    Args:
        open_model: gives the SDK's model for the running event loop.
        terms: settings, limits and where usage goes.
    """

    def __init__(self, open_model: _ModelFactory, terms: Terms) -> None:
        self._open_model = open_model
        self._terms = terms

    async def get_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> ModelResponse:
        """See :class:`agents.Model`.

        Raises:
            ProviderError: the call failed for good; the message says what to do.
        """

        async def request() -> ModelResponse:
            started = time.perf_counter()
            usage: Usage | None = None
            error: BaseException | None = None
            waited = 0.0
            try:
                async with taken(self._terms.turns) as turn, asyncio.timeout(self._seconds()):
                    started, waited = time.perf_counter(), turn.waited
                    response = await self._open_model().get_response(
                        system_instructions, input, _counted(model_settings), tools, output_schema,
                        handoffs, tracing, previous_response_id=previous_response_id,
                        conversation_id=conversation_id, prompt=prompt,
                    )  # fmt: skip
                    usage = response.usage
                    turn.tokens = usage.total_tokens
                return response
            except BaseException as failure:
                error = failure
                raise
            finally:
                self._report(started, usage, error, waited)

        return await self._repeat(request)

    async def stream_response(
        self,
        system_instructions: str | None,
        input: str | list[TResponseInputItem],
        model_settings: ModelSettings,
        tools: list[Tool],
        output_schema: AgentOutputSchemaBase | None,
        handoffs: list[Handoff],
        tracing: ModelTracing,
        *,
        previous_response_id: str | None,
        conversation_id: str | None,
        prompt: ResponsePromptParam | None,
    ) -> AsyncIterator[TResponseStreamEvent]:
        """See :class:`agents.Model`.

        Raises:
            ProviderError: the call failed for good; the message says what to do.
        """

        async def open_stream() -> _Stream:
            events = self._open_model().stream_response(
                system_instructions, input, _counted(model_settings), tools, output_schema, handoffs, tracing,
                previous_response_id=previous_response_id, conversation_id=conversation_id, prompt=prompt,
            )  # fmt: skip
            return await _Stream.start(
                events, seconds=self._seconds(), turns=self._terms.turns, done=self._report
            )

        stream = await self._repeat(open_stream)
        try:
            async for event in stream.events():
                yield event
        except (ProviderError, GeneratorExit, asyncio.CancelledError):
            raise
        except Exception as error:
            raise self._explained(error) from None  # the SDK's error may quote the request
        finally:
            await stream.close()

    async def _repeat(self, request: Callable[[], Awaitable[_T]]) -> _T:
        try:
            return await repeat(request, turns=self._terms.turns)
        except ProviderError:
            raise
        except Exception as error:
            raise self._explained(error) from None

    def _explained(self, error: BaseException) -> ProviderError:
        terms = self._terms
        return explain(error, settings=terms.settings, model=terms.model, key=terms.key)

    def _seconds(self) -> float:
        return self._terms.settings.model_timeout_seconds

    def _report(
        self, started: float, usage: Usage | None, error: BaseException | None, waited: float
    ) -> None:
        terms = self._terms
        tokens = (usage.input_tokens, usage.output_tokens) if usage else (0, 0)
        stopped = isinstance(error, GeneratorExit | asyncio.CancelledError)
        message = (
            "stopped before it was finished" if stopped else str(self._explained(error)) if error else ""
        )
        report(
            terms.sink,
            CallRecord(
                purpose=terms.purpose,
                provider=terms.settings.model_provider,
                model=terms.model,
                input_tokens=tokens[0],
                output_tokens=tokens[1],
                cost=cost_of(*tokens, settings=terms.settings),
                milliseconds=(time.perf_counter() - started) * 1000,
                ok=error is None,
                error=message,
                waited=waited * 1000,
            ),
        )


class _Stream:
    """A stream whose first event has arrived. Holds a turn until it is closed."""

    def __init__(
        self,
        events: AsyncIterator[TResponseStreamEvent],
        turns: Turns,
        turn: Turn,
        deadline: float,
        done: Callable[[float, Usage | None, BaseException | None, float], None],
    ) -> None:
        self._events = events
        self._turns = turns
        self._turn = turn
        self._deadline = deadline
        self._done = done
        self._started = time.perf_counter()
        self._first: TResponseStreamEvent | None = None
        self._usage: Usage | None = None
        self._error: BaseException | None = None
        self._open = True
        self._finished = False

    @classmethod
    async def start(
        cls,
        events: AsyncIterator[TResponseStreamEvent],
        *,
        seconds: float,
        turns: Turns,
        done: Callable[[float, Usage | None, BaseException | None, float], None],
    ) -> _Stream:
        turn = await turns.take()
        stream = cls(events, turns, turn, asyncio.get_running_loop().time() + seconds, done)
        try:
            stream._first = await stream._next()
        except BaseException as error:
            stream._error = error
            await stream.close()
            raise
        return stream

    async def events(self) -> AsyncIterator[TResponseStreamEvent]:
        event = self._first
        while event is not None:
            if isinstance(event, ResponseCompletedEvent):
                self._usage = _usage_of(event)
            yield event
            try:
                event = await self._next()
            except BaseException as error:
                self._error = error
                raise
        self._finished = True

    async def _next(self) -> TResponseStreamEvent | None:
        async with asyncio.timeout_at(self._deadline):
            return await anext(self._events, None)

    async def close(self) -> None:
        if not self._open:
            return
        self._open = False
        try:
            closing: Any = getattr(self._events, "aclose", None)
            if closing is not None:
                await closing()
        finally:
            error = self._error
            if error is None and not self._finished and self._usage is None:
                error = GeneratorExit()
            self._turn.tokens = self._usage.total_tokens if self._usage else 0
            self._turns.give_back(self._turn, error)
            self._done(self._started, self._usage, error, self._turn.waited)


def _counted(settings: ModelSettings) -> ModelSettings:
    """The settings with usage asked for: streamed chat completions say 0 tokens otherwise."""
    return settings.resolve(ModelSettings(include_usage=True))


def _usage_of(event: ResponseCompletedEvent) -> Usage:
    usage = event.response.usage
    if usage is None:
        return Usage(requests=1)
    return Usage(
        requests=1,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.total_tokens,
    )
