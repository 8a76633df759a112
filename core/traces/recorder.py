"""Records runs: what the SDK tells about each step goes into a buffer, and from there to the database.

What happens on a draft's path is a lock and a few dictionary entries; :mod:`core.traces.flushing`
does the rest.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from agents.tracing import Span as SDKSpan

from core.database import Database, now
from core.settings import Settings
from core.traces.buffer import Buffer, Row
from core.traces.ended import cause_of_end
from core.traces.flushing import FLUSH_SECONDS, Flusher
from core.traces.payload import as_text, read_payload, tidy
from core.traces.steps import step_of
from core.traces.storing import TOTALS

LONGEST_ERROR = 1000
_MOST_LATE = 256
_HIDDEN = frozenset({"task", "turn"})
"""Spans of the SDK that only wrap others; their children move up to the span around them."""


@dataclass
class _Run:
    """A run in progress in this process, or one whose last steps are still unwinding."""

    row: Row
    spans: dict[str, Row] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    totals: frozenset[str] = frozenset({TOTALS})


class Recorder:
    """Keeps the traces of this process. One a process and database; safe to use from any thread.

    Args:
        settings: ``trace_text`` decides whether raw text is kept; the prices give the cost.
        flush_seconds: how often what is recorded is stored.
        buffer: where it waits until then; None makes one of the usual size.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        flush_seconds: float = FLUSH_SECONDS,
        buffer: Buffer | None = None,
    ) -> None:
        self.id = uuid4().hex
        self.keeps_text = settings.trace_text
        self._buffer = buffer if buffer is not None else Buffer()
        self._runs: dict[str, _Run] = {}
        self._late: OrderedDict[str, _Run] = OrderedDict()
        self._lock = threading.Lock()
        self._flusher = Flusher(
            database,
            self._buffer,
            lock=self._lock,
            running=lambda: list(self._runs),
            prices=(settings.model_price_input, settings.model_price_output),
            seconds=flush_seconds,
        )

    @property
    def dropped(self) -> dict[str, int]:
        """What was given up since the start: texts and spans a full buffer, rows the database refused."""
        return {
            "texts": self._buffer.dropped_texts,
            "spans": self._buffer.dropped_spans,
            "refused": self._flusher.refused,
        }

    @property
    def waiting(self) -> int:
        """How many rows wait to be stored."""
        return len(self._buffer)

    def flush(self) -> bool:
        """Store what is recorded so far; false when the database could not be used (nothing is lost)."""
        return self._flusher.flush()

    def close(self) -> None:
        """Store what is left and stop. Safe to call twice; runs still in progress are swept later."""
        self._flusher.close()

    def begin(self, trace_id: str, name: str, *, resumed: bool = False, **columns: Any) -> None:
        """A run starts, or one that waited goes on."""
        moment = now()
        row: Row = {
            "id": trace_id, "name": name[:200], "draft_id": None, "conversation_id": None, "build_id": "",
            "model": "", "status": "running", "error": "", "started_at": moment, "ended_at": None,
            "input_tokens": 0, "output_tokens": 0, "cost": 0.0, "attributes": {"text": self.keeps_text},
            "recorder": self.id, "heartbeat_at": moment, **columns,
        }  # fmt: skip
        touched = {"status", "error", "ended_at", "recorder", "heartbeat_at"}
        if resumed:  # what the first part said stays, unless this one knows better
            touched |= {name for name, value in columns.items() if value}
        with self._lock:
            self._runs[trace_id] = _Run(row)
            self._buffer.add_trace(dict(row), touched)
        self._flusher.start()

    def describe(self, trace_id: str, columns: dict[str, Any], attributes: dict[str, Any]) -> None:
        """What became known about a run in progress."""
        with self._lock:
            run = self._runs.get(trace_id)
            if run is None:
                return
            run.row.update(columns)
            if attributes:
                run.row["attributes"] = {**run.row["attributes"], **tidy(attributes)}
            changed = set(columns) | ({"attributes"} if attributes else set())
            self._buffer.add_trace(dict(run.row), changed)

    def finish(self, trace_id: str, status: str, *, error: str = "", cost: float | None = None) -> None:
        """A run is over, or waits. Steps that are still open are closed with it."""
        moment = now()
        ended = None if status == "waiting" else moment
        over: Row = {
            "status": status,
            "error": error[:LONGEST_ERROR],
            "ended_at": ended,
            "heartbeat_at": moment,
        }
        if cost is not None:
            over["cost"] = cost
        totals = frozenset({TOTALS} if cost is None else {TOTALS, "cost"})
        with self._lock:
            run = self._runs.pop(trace_id, None)
            if run is None:
                return
            run.row.update(over)
            run.totals = totals
            for row in run.spans.values():
                self._buffer.add_span({**row, "status": _left_open(status), "ended_at": moment})
            self._buffer.add_trace(dict(run.row), {*over, *totals})
            if run.spans:  # a cancelled run unwinds a moment later, and then says more about them
                self._late[trace_id] = run
                while len(self._late) > _MOST_LATE:
                    self._late.popitem(last=False)

    def span_started(self, span: SDKSpan[Any]) -> None:
        """A step begins. It is stored as running, so that a crash shows what was in progress."""
        with self._lock:
            run = self._runs.get(span.trace_id)
            if run is None:
                return
            parent = run.parents.get(span.parent_id or "", span.parent_id or "")
            if span.span_data.type in _HIDDEN:
                run.parents[span.span_id] = parent
                return
            row = _row(span, parent)[0]
            run.spans[span.span_id] = row
            self._buffer.add_span(row)

    def span_ended(self, span: SDKSpan[Any], *, cause: BaseException | None) -> None:
        """A step is over.

        Args:
            cause: what ended it early, if anything did.
        """
        with self._lock:
            run = self._runs.get(span.trace_id) or self._late.get(span.trace_id)
            started = run.spans.pop(span.span_id, None) if run is not None else None
            late = span.trace_id not in self._runs
        if run is None or started is None:
            return
        row, texts = _row(span, started["parent_id"], with_text=self.keeps_text)
        row["status"], row["error"], details = cause_of_end(span, cause)
        if late and row["status"] == "ok":
            row["status"] = _left_open(run.row["status"])
        if details and self.keeps_text:
            texts.setdefault("output", as_text(details))
        with self._lock:
            self._buffer.add_span(row)
            for name, text in texts.items():
                self._buffer.add_text(
                    {"span_id": row["id"], "trace_id": row["trace_id"], "field": name, "text": text,
                     "created_at": row["ended_at"]}
                )  # fmt: skip
            if late:
                self._buffer.add_trace(dict(run.row), set(run.totals))
                if not run.spans:
                    self._late.pop(span.trace_id, None)


def _left_open(status: str) -> str:
    """What becomes of a step that its run left open."""
    return {"ok": "ok", "waiting": "ok", "error": "error"}.get(status, "cancelled")


def _row(span: SDKSpan[Any], parent: str, *, with_text: bool = False) -> tuple[Row, dict[str, str]]:
    step = step_of(span.span_data)
    facts = step.facts(with_text=with_text) if step else read_payload(span.span_data, with_text=with_text)
    ended = span.ended_at
    row: Row = {
        "id": span.span_id, "trace_id": span.trace_id, "parent_id": parent, "kind": facts.kind,
        "name": facts.name[:200], "status": "ok" if ended else "running", "error": "",
        "started_at": datetime.fromisoformat(span.started_at or ""),
        "ended_at": datetime.fromisoformat(ended) if ended else None,
        "input_tokens": facts.input_tokens, "output_tokens": facts.output_tokens,
        "attributes": facts.attributes,
    }  # fmt: skip
    return row, facts.texts
