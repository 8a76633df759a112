"""Looking after stored traces: what a dead process left, and text that has been kept long enough."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlmodel import col

from core.database import Database, now
from core.traces.tables import Span, SpanText, Trace

LEASE = timedelta(seconds=12)
"""A running trace without a heartbeat for this long is nobody's any more."""

_AT_ONCE = 2000


def sweep(*, database: Database, lease: timedelta = LEASE) -> int:
    """Mark running traces whose process has died, and their open steps, as interrupted.

    Safe to repeat and to run in several processes. A trace whose process only slept gets its true
    end when that process stores it.

    Returns:
        How many traces there were.
    """
    before = now() - lease
    dead = (col(Trace.status) == "running", col(Trace.heartbeat_at) < before)
    with database.reading() as session:
        if session.exec(select(Trace.id).where(*dead).limit(1)).first() is None:  # type: ignore[call-overload]
            return 0
    moment = now()
    with database.transaction() as session:
        interrupted = update(Trace).where(*dead).values(status="interrupted", ended_at=moment)
        ids = list(session.execute(interrupted.returning(col(Trace.id))).scalars())
        left_open = (col(Span.trace_id).in_(ids), col(Span.status) == "running")
        session.execute(update(Span).where(*left_open).values(status="interrupted", ended_at=moment))
    return len(ids)


def purge_texts(*, database: Database, older_than_days: int) -> int:
    """Remove raw text older than ``older_than_days``; names, numbers and timings stay.

    Returns:
        How many texts were removed.
    """
    before = now() - timedelta(days=older_than_days)
    old = select(col(SpanText.id)).where(col(SpanText.created_at) < before).limit(_AT_ONCE)
    removed = 0
    while True:  # in small transactions: nobody waits long for the database
        with database.transaction() as session:
            gone = session.execute(
                delete(SpanText).where(col(SpanText.id).in_(old)).returning(col(SpanText.id))
            )
            count = len(gone.all())
        removed += count
        if count < _AT_ONCE:
            return removed
