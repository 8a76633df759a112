"""Sends traces and judgements to a destination, a batch at a time, until nothing is due."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from sqlmodel import Session, col, select

from core.database import Database
from core.errors import Conflict
from core.settings import Settings
from core.surfaces.telemetry.cursor import due_judgements, due_traces, end_turn, note_sent, take_turn
from core.surfaces.telemetry.destinations import Destination, EndpointDestination, Refused
from core.surfaces.telemetry.evaluations import evaluation_span
from core.surfaces.telemetry.wire import request, wire_spans
from core.traces import Span, SpanText, Trace

log = logging.getLogger(__name__)

BATCH = 50
"""Runs, or judgements, a request."""

_LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Exported:
    """What a run of the export did. ``refused``: the destination would not take; they are not sent again."""

    traces: int = 0
    judgements: int = 0
    spans: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    id: str
    moment: datetime
    spans: tuple[WireSpan, ...]


def export_telemetry(
    *, database: Database, destination: Destination, with_text: bool = False, at_most: int = 10_000
) -> Exported:
    """Send every finished trace, and every judgement about a traced draft, that was not sent before.

    Args:
        with_text: send raw text (masked) and the reasons of judges too.
        at_most: traces, and judgements, this time.

    Raises:
        Conflict: another process is sending to this destination.
        NotSent: the destination cannot be used now; what was not sent stays due.
    """
    with database.transaction() as session:
        if not take_turn(destination.id, session=session, lease=_LEASE):
            raise Conflict("Another process is exporting to the same place: try again in a few minutes.")
    try:
        traces = _send_all("trace", database, destination, with_text=with_text, at_most=at_most)
        judged = _send_all("judgement", database, destination, with_text=with_text, at_most=at_most)
    finally:
        with database.transaction() as session:
            end_turn(destination.id, session=session)
    return Exported(
        traces=traces[0], judgements=judged[0], spans=traces[1] + judged[1], refused=traces[2] + judged[2]
    )


def export_due(*, database: Database, settings: Settings) -> int:
    """Send what is due to the endpoint of the settings; nothing when there is none. For a background duty.

    Returns:
        How many traces and judgements were sent.

    Raises:
        NotSent: the endpoint cannot be used now.
        InvalidInput: RATCHET_TRACE_ENDPOINT is no address.
    """
    if not settings.trace_endpoint:
        return 0
    destination = EndpointDestination(settings.trace_endpoint)
    try:
        sent = export_telemetry(database=database, destination=destination, at_most=BATCH * 20)
    except Conflict:
        return 0  # somebody else does it
    finally:
        destination.close()
    return sent.traces + sent.judgements


def _send_all(
    kind: str, database: Database, destination: Destination, *, with_text: bool, at_most: int
) -> tuple[int, int, int]:
    read = _traces if kind == "trace" else _judgements
    sent = spans = refused = 0
    while sent + refused < at_most:
        with database.reading() as session:
            limit = min(BATCH, at_most - sent - refused)
            items = read(destination.id, session=session, limit=limit, with_text=with_text)
        if not items:
            break
        unwanted = _send(items, destination)
        with database.transaction() as session:
            noted = [(item.id, item.moment) for item in items]
            note_sent(destination.id, kind, noted, session=session)
            take_turn(destination.id, session=session, lease=_LEASE)
        sent += len(items) - len(unwanted)
        refused += len(unwanted)
        spans += sum(len(item.spans) for item in items if item.id not in unwanted)
    return sent, spans, refused


def _send(items: Sequence[_Item], destination: Destination) -> set[str]:
    """Send items in one request; when it is refused, in smaller ones, to find which one is at fault."""
    try:
        destination.send(request([span for item in items for span in item.spans]))
    except Refused as error:
        if len(items) == 1:
            log.warning("telemetry of %s is given up: %s", items[0].id, error)
            return {items[0].id}
        middle = len(items) // 2
        return _send(items[:middle], destination) | _send(items[middle:], destination)
    return set()


def _traces(destination: str, *, session: Session, limit: int, with_text: bool) -> list[_Item]:
    traces = due_traces(destination, session=session, limit=limit)
    ids = [trace.id for trace in traces]
    spans: dict[str, list[Span]] = {key: [] for key in ids}
    for span in session.exec(
        select(Span).where(col(Span.trace_id).in_(ids)).order_by(col(Span.started_at), col(Span.id))
    ):
        spans[span.trace_id].append(span)
    texts: dict[tuple[str, str], str] = {}
    if with_text:
        kept = select(SpanText).join(Span, col(Span.id) == SpanText.span_id)
        for text in session.exec(kept.where(col(Span.trace_id).in_(ids))):
            texts[text.span_id, text.field] = text.text
    return [
        _Item(trace.id, _ended(trace), tuple(wire_spans(trace, spans[trace.id], texts=texts)))
        for trace in traces
    ]


def _judgements(destination: str, *, session: Session, limit: int, with_text: bool) -> list[_Item]:
    return [
        _Item(
            str(judgement.key),
            judgement.created_at,
            (evaluation_span(judgement, criterion, trace, with_text=with_text),),
        )
        for judgement, criterion, trace in due_judgements(destination, session=session, limit=limit)
    ]


def _ended(trace: Trace) -> datetime:
    return trace.ended_at or trace.started_at
