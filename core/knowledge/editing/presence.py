"""Who else has a working copy open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from core.database import now
from core.errors import InvalidInput
from core.identity import Actor, Permission, Person, require
from core.knowledge.tables import EditPresence

HERE = timedelta(seconds=20)
"""How long after its last word a tab counts as open. A page tells every few seconds."""
_FORGOTTEN = timedelta(minutes=10)
_LONGEST_TAB = 64


@dataclass(frozen=True, slots=True)
class PresentPerson:
    """Somebody who has the working copy open. ``me``: the actor, in other tabs."""

    person_id: int
    name: str
    seen_at: datetime
    tabs: int
    me: bool


def be_present(actor: Actor, edit_id: int, *, tab: str, session: Session) -> list[PresentPerson]:
    """Say that a tab has the working copy open, and hear who else has; writes one small row.

    Args:
        tab: any id of the browser tab that stays the same while it is open.

    Raises:
        PermissionDenied: the actor may not read knowledge.
        InvalidInput: the id of the tab is empty or too long.
    """
    require(actor, Permission.KNOWLEDGE_READ)
    if not 0 < len(tab) <= _LONGEST_TAB:
        raise InvalidInput("The tab needs an id of at most 64 characters.")
    at = now()
    if actor.person_id is not None:
        insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
        row = {"edit_id": edit_id, "person_id": actor.person_id, "tab": tab, "seen_at": at}
        session.execute(
            insert(EditPresence)
            .values(**row)
            .on_conflict_do_update(index_elements=["edit_id", "person_id", "tab"], set_={"seen_at": at})
        )
    session.execute(delete(EditPresence).where(col(EditPresence.seen_at) < at - _FORGOTTEN))
    rows = session.execute(
        select(col(Person.id), col(Person.name), col(EditPresence.tab), col(EditPresence.seen_at))
        .join(Person, col(Person.id) == col(EditPresence.person_id))
        .where(col(EditPresence.edit_id) == edit_id, col(EditPresence.seen_at) > at - HERE)
        .order_by(col(Person.name), col(Person.id))
    )
    found: dict[int, PresentPerson] = {}
    for person_id, name, open_tab, seen_at in rows:
        me = person_id == actor.person_id
        if me and open_tab == tab:
            continue
        known = found.get(person_id)
        tabs, latest = (known.tabs + 1, max(known.seen_at, seen_at)) if known else (1, seen_at)
        found[person_id] = PresentPerson(person_id, name, latest, tabs, me)
    return list(found.values())


def leave_edit(actor: Actor, edit_id: int, *, tab: str, session: Session) -> None:
    """Say that a tab no longer has the working copy open."""
    session.execute(
        delete(EditPresence).where(
            col(EditPresence.edit_id) == edit_id,
            col(EditPresence.person_id) == actor.person_id,
            col(EditPresence.tab) == tab,
        )
    )
