"""Recording a run: who starts a run says so here, and every step inside finds its way to the recorder."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any

import agents
from agents import TracingProcessor
from agents.tracing import Span as SDKSpan
from agents.tracing import Trace as SDKTrace
from agents.tracing import get_trace_provider

import core.llm  # noqa: F401 - gives the SDK a trace provider that sends nothing away
from core.traces.ended import exception_in_flight, status_of
from core.traces.recorder import Recorder

_MOST_ROUTES = 4096


def new_trace_id() -> str:
    """An id for a trace, in the form the SDK wants."""
    return str(agents.gen_trace_id())


class RunTrace(AbstractContextManager["RunTrace"], AbstractAsyncContextManager["RunTrace"]):
    """A run being recorded; use it with ``with`` or ``async with``. See :func:`recording`."""

    def __init__(
        self, name: str, *, recorder: Recorder | None, trace_id: str, columns: dict[str, Any]
    ) -> None:
        self._name = name
        self._recorder = recorder
        self._resumed = bool(trace_id)
        self._columns = columns
        self._end: tuple[str, str, float | None] | None = None
        self._current: SDKTrace | None = None
        self.id = (trace_id or new_trace_id()) if recorder is not None else trace_id

    @property
    def recording(self) -> bool:
        """Whether steps are recorded. The SDK's ``tracing_disabled`` is its opposite."""
        return self._current is not None

    @property
    def keeps_text(self) -> bool:
        """What the SDK's ``trace_include_sensitive_data`` must be."""
        return self.recording and self._recorder is not None and self._recorder.keeps_text

    def describe(self, *, build_id: str = "", model: str = "", **attributes: Any) -> None:
        """Add what became known: the build, the model, and names, numbers and ids."""
        if self._current is not None and self._recorder is not None:
            columns = {"build_id": build_id, "model": model[:100]}
            known = {name: value for name, value in columns.items() if value}
            self._recorder.describe(self.id, known, attributes)

    def finish(self, status: str = "ok", *, error: str = "", cost: float | None = None) -> None:
        """Say how the run ends when its block does. Without it, that is ok, error or cancelled.

        An exception that leaves the block counts for more than ``ok`` or ``waiting``.

        Args:
            status: ok, error, cancelled, or waiting when it goes on later with this id.
            error: what went wrong, short and without raw text.
            cost: USD of the whole run; None counts the tokens of all its steps at the settings' prices.
        """
        self._end = (status, error, cost)

    def __enter__(self) -> RunTrace:
        if self._recorder is None:
            return self
        install(self._recorder, trace_id=self.id)
        conversation = self._columns.get("conversation_id")
        current = agents.trace(
            self._name,
            trace_id=self.id,
            group_id=f"conversation-{conversation}" if conversation else None,
        )
        if current.trace_id != self.id:  # OPENAI_AGENTS_DISABLE_TRACING
            return self
        self._recorder.begin(self.id, self._name, resumed=self._resumed, **self._columns)
        current.start(mark_as_current=True)
        self._current = current
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._current is None or self._recorder is None:
            return
        status, error, cost = self._end or ("ok", "", None)
        if cause is not None and status in {"ok", "waiting"}:
            status = status_of(cause)
            error = type(cause).__name__ if status == "error" else ""
        self._recorder.finish(self.id, status, error=error, cost=cost)
        current, self._current = self._current, None
        current.finish(reset_current=True)

    async def __aenter__(self) -> RunTrace:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, cause, traceback)


def recording(
    name: str,
    *,
    recorder: Recorder | None,
    draft_id: int | None = None,
    conversation_id: int | None = None,
    build_id: str = "",
    model: str = "",
    trace_id: str = "",
) -> RunTrace:
    """Record a run. Every step inside the block, the SDK's and our own, becomes part of its trace.

    Args:
        recorder: None records nothing.
        trace_id: of a run that waited and now goes on, perhaps begun by another process.
    """
    columns = {
        "draft_id": draft_id,
        "conversation_id": conversation_id,
        "build_id": build_id,
        "model": model[:100],
    }
    return RunTrace(name, recorder=recorder, trace_id=trace_id, columns=columns)


def install(recorder: Recorder, *, trace_id: str = "") -> None:
    """Have the SDK tell us about spans; with ``trace_id``, those of that run go to this recorder.

    Safe to repeat. :func:`recording` does it by itself.
    """
    _relay.attach()
    if trace_id:
        _relay.route(trace_id, recorder)


class _Relay(TracingProcessor):
    """The one processor the SDK knows. Hands each span to the recorder of its run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._routes: OrderedDict[str, Recorder] = OrderedDict()
        self._provider: object | None = None
        self._before: dict[str, int] = {}

    def attach(self) -> None:
        """Register with the SDK's provider of this moment, once."""
        with self._lock:
            provider = get_trace_provider()
            if provider is not self._provider:
                provider.register_processor(self)
                self._provider = provider

    def route(self, trace_id: str, recorder: Recorder) -> None:
        with self._lock:
            self._routes[trace_id] = recorder
            self._routes.move_to_end(trace_id)
            while len(self._routes) > _MOST_ROUTES:  # steps may end after their run, hence no removal
                self._routes.popitem(last=False)

    def on_span_start(self, span: SDKSpan[Any]) -> None:
        recorder = self._routes.get(span.trace_id)
        if recorder is None:
            return
        already = exception_in_flight()
        if already is not None:  # the step begins inside an ``except`` block: that error is not its own
            self._before[span.span_id] = id(already)
        recorder.span_started(span)

    def on_span_end(self, span: SDKSpan[Any]) -> None:
        recorder = self._routes.get(span.trace_id)
        if recorder is None:
            return
        cause = exception_in_flight()
        if self._before.pop(span.span_id, 0) == id(cause):
            cause = None
        recorder.span_ended(span, cause=cause)

    def on_trace_start(self, trace: SDKTrace) -> None:
        pass  # a run is begun and finished by RunTrace, which knows how it ended

    def on_trace_end(self, trace: SDKTrace) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def force_flush(self) -> None:
        for recorder in set(self._routes.values()):
            recorder.flush()


_relay = _Relay()
