"""What is recorded but not stored yet: bounded, and one row a thing however often it changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 20_000
MOST_TEXT = 32_000_000
"""Characters of raw text held back at most. When the database is away, text goes first."""

Row = dict[str, Any]


@dataclass
class TraceRow:
    """A trace to store. Only ``touched`` columns overwrite those of a row that is there already."""

    row: Row
    touched: set[str] = field(default_factory=set)


@dataclass
class Batch:
    """Rows of one flush; parents are stored before children."""

    traces: dict[str, TraceRow] = field(default_factory=dict)
    spans: dict[str, Row] = field(default_factory=dict)
    texts: dict[tuple[str, str], Row] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.traces or self.spans or self.texts)

    def __len__(self) -> int:
        return len(self.traces) + len(self.spans) + len(self.texts)

    def by_trace(self) -> list[Batch]:
        """The same rows, a batch a trace: what cannot be stored then takes nothing else with it."""
        parts: dict[str, Batch] = {}
        for trace_id, trace in self.traces.items():
            parts.setdefault(trace_id, Batch()).traces[trace_id] = trace
        for span_id, span in self.spans.items():
            parts.setdefault(span["trace_id"], Batch()).spans[span_id] = span
        for key, text in self.texts.items():
            parts.setdefault(text["trace_id"], Batch()).texts[key] = text
        return list(parts.values())


class Buffer:
    """Collects rows. Not thread-safe: its owner holds a lock."""

    def __init__(self, *, most_rows: int = MOST_ROWS, most_text: int = MOST_TEXT) -> None:
        self._most_rows = most_rows
        self._most_text = most_text
        self._batch = Batch()
        self._text_size = 0
        self.dropped_texts = 0
        self.dropped_spans = 0

    def __bool__(self) -> bool:
        return bool(self._batch)

    def __len__(self) -> int:
        return len(self._batch)

    def add_trace(self, row: Row, touched: set[str]) -> None:
        """A trace in its present state."""
        known = self._batch.traces.get(row["id"])
        self._batch.traces[row["id"]] = TraceRow(row, touched | (known.touched if known else set()))

    def add_span(self, row: Row) -> None:
        """A span in its present state. A full buffer makes room by forgetting text, then refuses."""
        if row["id"] not in self._batch.spans and len(self._batch.spans) >= self._most_rows:
            self.dropped_spans += 1
            return
        self._batch.spans[row["id"]] = row

    def add_text(self, row: Row) -> None:
        """Raw text of a span that has been added."""
        size = len(row["text"])
        full = self._text_size + size > self._most_text or len(self._batch.spans) >= self._most_rows
        if full or row["span_id"] not in self._batch.spans:
            self.dropped_texts += 1
            return
        self._batch.texts[row["span_id"], row["field"]] = row
        self._text_size += size

    def take(self) -> Batch:
        """Everything collected; the buffer is empty afterwards."""
        batch, self._batch, self._text_size = self._batch, Batch(), 0
        return batch

    def put_back(self, batch: Batch) -> None:
        """Rows that could not be stored. What has been added since is newer and wins."""
        newer, self._batch, self._text_size = self._batch, Batch(), 0
        for source in (batch, newer):
            for trace in source.traces.values():
                self.add_trace(trace.row, trace.touched)
            for span in source.spans.values():
                self.add_span(span)
            for text in source.texts.values():
                self.add_text(text)
