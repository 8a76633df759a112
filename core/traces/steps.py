"""Steps of our own inside a run: retrieval, verification, guardrails, abstention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from agents import CustomSpanData, SpanData, custom_span, get_current_trace

from core.traces.payload import Facts, as_text, tidy

KINDS = frozenset(
    {"agent", "generation", "tool", "guardrail", "retrieval", "verification", "abstention", "other"}
)
_KEY = "step"


class Step:
    """A step in progress. Attributes are names, numbers and ids; raw text goes through :meth:`text`."""

    __slots__ = ("_texts", "attributes", "error", "kind", "name", "status")

    def __init__(self, kind: str, name: str, attributes: dict[str, Any]) -> None:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is not a kind of step; use one of {', '.join(sorted(KINDS))}")
        self.kind = kind
        self.name = name
        self.attributes = attributes
        self.status = ""
        self.error = ""
        self._texts: dict[str, Any] = {}

    def note(self, **attributes: Any) -> None:
        """Add what became known: numbers, names, ids, and short lists of them. Long strings are cut."""
        self.attributes = {**self.attributes, **attributes}

    def text(self, *, input: Any = None, output: Any = None) -> None:
        """Raw text of the step, **masked by the caller**; dropped when the settings keep none."""
        if input is not None:
            self._texts["input"] = input
        if output is not None:
            self._texts["output"] = output

    def fail(self, error: str = "") -> None:
        """The step did not work although nothing was raised. ``error``: short and without raw text."""
        self.status, self.error = "error", error[:1000]

    def facts(self, *, with_text: bool) -> Facts:
        """What is recorded of it so far."""
        texts = {field: as_text(value) for field, value in self._texts.items()} if with_text else {}
        return Facts(self.kind, self.name, tidy(self.attributes), texts=texts)


class _NoStep(Step):
    __slots__ = ()

    def note(self, **attributes: Any) -> None:
        pass

    def text(self, *, input: Any = None, output: Any = None) -> None:
        pass

    def fail(self, error: str = "") -> None:
        pass


_NO_STEP = _NoStep("other", "", {})


@contextmanager
def step(kind: str, name: str, **attributes: Any) -> Iterator[Step]:
    """Record a block of the current run as a step. Costs next to nothing when no run is recorded.

    Works on event loops and in threads that got the context along (``asyncio.to_thread`` passes it).

    Args:
        kind: agent, generation, tool, guardrail, retrieval, verification, abstention or other.
        attributes: names, numbers and ids known at the start.
    """
    current = get_current_trace()
    if current is None or current.trace_id == "no-op":
        yield _NO_STEP
        return
    inside = Step(kind, name, attributes)
    with custom_span(name, {_KEY: inside}):
        yield inside


def step_of(data: SpanData) -> Step | None:
    """Our step behind a span of the SDK, or None when the span is the SDK's own."""
    inside = data.data.get(_KEY) if isinstance(data, CustomSpanData) else None
    return inside if isinstance(inside, Step) else None
