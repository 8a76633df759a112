"""The stored row of a connection: reading it for a change, storing it, putting the change on record."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from core import audit
from core.actions.tables import Connection
from core.database import now
from core.errors import NotFound
from core.identity import Actor


def stored_row(connection_id: int, session: Session, *, lock: bool = True) -> Connection:
    """One row, for changing unless ``lock`` is off.

    Raises:
        NotFound: there is none, or somebody has removed it.
    """
    row = session.get(Connection, connection_id, with_for_update=True if lock else None)
    if row is None:
        raise NotFound("There is no such connection (any more).")
    return row


def save(row: Connection, session: Session) -> None:
    """Store a changed row. Its time tells every catalogue that it has changed."""
    row.updated_at = now()
    session.add(row)
    session.flush()


def record(actor: Actor, action: str, row: Connection, *, session: Session, **detail: Any) -> None:
    """Put a change of a connection on record."""
    audit.record(
        actor.person_id,
        actor.who,
        action,
        session=session,
        subject_type="settings",
        subject_id=row.key,
        connection=row.name,
        **detail,
    )
