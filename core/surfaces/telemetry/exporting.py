"""Sends traces and judgements to a destination, a batch at a time, until nothing is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session, col, select

from core.database import Database
from core.errors import Conflict
from core.settings import Settings
from core.surfaces.telemetry.cursor import due_judgements, due_traces
from core.surfaces.telemetry.destinations import Destination, EndpointDestination
from core.surfaces.telemetry.evaluations import evaluation_span
from core.surfaces.telemetry.sending import Item, in_turn, send_all
from core.surfaces.telemetry.wire import request, wire_spans
from core.traces import Span, SpanText, Trace

BATCH = 50
"""Runs, or judgements, a request."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a run of the export did. ``refused``: the destination would not take; they are not sent again."""

    traces: int = 0
    judgements: int = 0
    spans: int = 0
    refused: int = 0


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
    with in_turn(destination, database):
        traces, judged = (
            send_all(
                kind,
                partial(read, with_text=with_text),
                request,
                database=database,
                destination=destination,
                batch=BATCH,
                at_most=at_most,
            )
            for kind, read in (("trace", _traces), ("judgement", _judgements))
        )
    return Exported(traces.items, judged.items, traces.parts + judged.parts, traces.refused + judged.refused)


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


def _traces(destination: str, *, session: Session, limit: int, with_text: bool) -> list[Item]:
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
        Item(trace.id, _ended(trace), tuple(wire_spans(trace, spans[trace.id], texts=texts)))
        for trace in traces
    ]


def _judgements(destination: str, *, session: Session, limit: int, with_text: bool) -> list[Item]:
    return [
        Item(
            str(judgement.key),
            judgement.created_at,
            (evaluation_span(judgement, criterion, trace, with_text=with_text),),
        )
        for judgement, criterion, trace in due_judgements(destination, session=session, limit=limit)
    ]


def _ended(trace: Trace) -> datetime:
    return trace.ended_at or trace.started_at
