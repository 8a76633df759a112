"""What a destination has not got yet.

Rows can become visible later than younger ones, so a plain high-water mark would skip some. Instead the
ids that were sent are kept for the newest :data:`WINDOW`, and whatever ended in that window or after it
and is not among them is due. Nothing is skipped; nothing is sent twice unless the process dies between
the sending and the noting of it: **delivery is at least once**, and span ids stay the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, cast, col, select
from sqlmodel.sql.sqltypes import AutoString

from core.criteria import Criterion, Judgement
from core.database import now
from core.traces import TelemetrySent, Trace

WINDOW = timedelta(days=1)
SETTLE = timedelta(seconds=5)
"""A run that has just ended may have last steps on their way to the database."""

_LEASE = "lease"


def due_traces(destination: str, *, session: Session, limit: int) -> Sequence[Trace]:
    """Runs that are over and have not been sent, oldest first."""
    over = (
        col(Trace.ended_at).is_not(None),
        col(Trace.ended_at) < now() - SETTLE,
        col(Trace.status).not_in(("running", "waiting")),
    )
    query = select(Trace).where(*over, not_sent(destination, "trace", Trace.id))
    since = sent_since(destination, "trace", session=session)
    if since is not None:
        query = query.where(col(Trace.ended_at) >= since)
    return session.exec(query.order_by(col(Trace.ended_at), col(Trace.id)).limit(limit)).all()


def due_judgements(
    destination: str, *, session: Session, limit: int
) -> Sequence[tuple[Judgement, Criterion, Trace]]:
    """Judgements about traced drafts that have not been sent, oldest first, with the newest trace."""
    newest = (
        select(func.max(Trace.started_at))
        .where(Trace.draft_id == Judgement.subject_id, col(Trace.ended_at).is_not(None))
        .correlate(Judgement)
        .scalar_subquery()
    )
    query = (
        select(Judgement, Criterion, Trace)
        .join(Criterion, col(Criterion.id) == Judgement.criterion_id)
        .join(Trace, col(Trace.draft_id) == Judgement.subject_id)
        .where(Judgement.subject_type == "draft", Trace.started_at == newest)
        .where(not_sent(destination, "judgement", cast(Judgement.id, AutoString)))
    )
    since = sent_since(destination, "judgement", session=session)
    if since is not None:
        query = query.where(Judgement.created_at >= since)
    return session.exec(query.order_by(col(Judgement.created_at), col(Judgement.id)).limit(limit)).all()


def note_sent(
    destination: str, kind: str, items: Iterable[tuple[str, datetime]], *, session: Session
) -> None:
    """Remember what was sent, as ``(id, moment)``, and forget what the window has left behind."""
    rows = [
        {"destination": destination, "kind": kind, "item_id": item, "moment": moment, "sent_at": now()}
        for item, moment in items
    ]
    session.connection().execute(_insert(session)(TelemetrySent).on_conflict_do_nothing(), rows)
    since = sent_since(destination, kind, session=session)
    if since is not None:
        session.execute(
            delete(TelemetrySent).where(
                col(TelemetrySent.destination) == destination,
                col(TelemetrySent.kind) == kind,
                col(TelemetrySent.moment) < since,
            )
        )


def take_turn(destination: str, *, session: Session, lease: timedelta) -> bool:
    """Whether this process may send now. Another one that is at it keeps the turn until its lease ends."""
    moment = now()
    row = {
        "destination": destination,
        "kind": _LEASE,
        "item_id": _LEASE,
        "moment": moment + lease,
        "sent_at": moment,
    }
    take = _insert(session)(TelemetrySent).values(row)
    take = take.on_conflict_do_update(
        index_elements=("destination", "kind", "item_id"),
        set_={"moment": row["moment"], "sent_at": moment},
        where=col(TelemetrySent.moment) < moment,
    )
    return session.execute(take.returning(col(TelemetrySent.item_id))).first() is not None


def end_turn(destination: str, *, session: Session) -> None:
    """Let the next one send at once."""
    session.execute(
        delete(TelemetrySent).where(
            col(TelemetrySent.destination) == destination, col(TelemetrySent.kind) == _LEASE
        )
    )


def sent_since(destination: str, kind: str, *, session: Session) -> datetime | None:
    """What ended before it has been sent; None when nothing was."""
    newest = select(func.max(TelemetrySent.moment)).where(
        TelemetrySent.destination == destination, TelemetrySent.kind == kind
    )
    found: datetime | None = session.exec(newest).one()
    return None if found is None else found - WINDOW


def not_sent(destination: str, kind: str, item: Any) -> Any:
    """SQL condition: an item, by its id as text, is not among those remembered."""
    return ~exists().where(
        col(TelemetrySent.destination) == destination,
        col(TelemetrySent.kind) == kind,
        col(TelemetrySent.item_id) == item,
    )


def _insert(session: Session) -> Any:
    return sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
