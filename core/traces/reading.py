"""Reading traces: one as a tree in order, and lists of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.identity import Actor, Permission, require
from core.traces.tables import Span, SpanText, Trace

STATUSES = ("running", "ok", "error", "cancelled", "waiting", "interrupted")


@dataclass(frozen=True, slots=True)
class SpanView:
    """A step with its place in the run. Times are milliseconds; ``duration`` is None while it runs."""

    span: Span
    depth: int
    offset: float
    duration: float | None
    input: str
    output: str


@dataclass(frozen=True, slots=True)
class TraceView:
    """A run. ``spans``: every step after its parent, in order of time. ``duration``: milliseconds.

    ``text``: ``kept``, ``removed`` (its time was up) or ``off`` (the settings kept none).
    """

    trace: Trace
    spans: tuple[SpanView, ...]
    duration: float
    text: Literal["kept", "removed", "off"]


def read_trace(
    actor: Actor, *, session: Session, draft_id: int | None = None, trace_id: str | None = None
) -> TraceView:
    """The trace with that id, or the newest one of a draft.

    Raises:
        PermissionDenied: the role may not read traces.
        NotFound: there is none.
    """
    require(actor, Permission.TRACES_READ)
    query = select(Trace).order_by(col(Trace.started_at).desc()).limit(1)
    query = query.where(col(Trace.id) == trace_id) if trace_id else query.where(Trace.draft_id == draft_id)
    trace = session.exec(query).first() if trace_id or draft_id is not None else None
    if trace is None:
        what = f"draft {draft_id}" if not trace_id and draft_id is not None else f"{trace_id or 'that name'}"
        raise NotFound(f"There is no trace of {what}. It may have been made before traces were recorded.")
    of_trace = select(Span).where(Span.trace_id == trace.id).order_by(col(Span.started_at), col(Span.id))
    spans = list(session.exec(of_trace))
    texts: dict[tuple[str, str], str] = {}
    kept = select(SpanText).join(Span, col(Span.id) == SpanText.span_id).where(Span.trace_id == trace.id)
    for row in session.exec(kept):
        texts[row.span_id, row.field] = row.text
    start = min([trace.started_at, *(span.started_at for span in spans)])
    end = max([trace.ended_at or start, *(span.ended_at or span.started_at for span in spans)])
    return TraceView(
        trace=trace,
        spans=tuple(
            SpanView(
                span=span,
                depth=depth,
                offset=_milliseconds(start, span.started_at),
                duration=_milliseconds(span.started_at, span.ended_at) if span.ended_at else None,
                input=texts.get((span.id, "input"), ""),
                output=texts.get((span.id, "output"), ""),
            )
            for span, depth in _in_order(spans)
        ),
        duration=_milliseconds(start, end),
        text="kept" if texts else "removed" if trace.attributes.get("text") and spans else "off",
    )


def list_traces(
    actor: Actor,
    *,
    session: Session,
    cursor: tuple[datetime, str] | None = None,
    limit: int = 50,
    status: str = "",
    conversation_id: int | None = None,
    draft_id: int | None = None,
) -> Sequence[Trace]:
    """Traces, newest first.

    Args:
        cursor: ``(started_at, id)`` of the last one of the page before.

    Raises:
        PermissionDenied: the role may not read traces.
    """
    require(actor, Permission.TRACES_READ)
    query = select(Trace).order_by(col(Trace.started_at).desc(), col(Trace.id).desc()).limit(limit)
    if cursor is not None:
        moment, last = cursor
        older = (col(Trace.started_at) == moment) & (col(Trace.id) < last)
        query = query.where((col(Trace.started_at) < moment) | older)
    if status:
        query = query.where(Trace.status == status)
    if conversation_id is not None:
        query = query.where(Trace.conversation_id == conversation_id)
    if draft_id is not None:
        query = query.where(Trace.draft_id == draft_id)
    return session.exec(query).all()


def _in_order(spans: Sequence[Span]) -> Iterator[tuple[Span, int]]:
    """Every span after its parent; one whose parent is not there stands at the top."""
    known = {span.id for span in spans}
    children: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans:
        children[span.parent_id if span.parent_id in known else ""].append(span)
    waiting = [(span, 0) for span in reversed(children[""])]
    while waiting:
        span, depth = waiting.pop()
        yield span, depth
        waiting.extend((child, depth + 1) for child in reversed(children[span.id]))


def _milliseconds(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds() * 1000, 0.0)
