"""Who can be asked to label."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.identity import Actor, Permission, Person, actor_of, require


def list_labellers(actor: Actor, *, session: Session) -> list[Person]:
    """The active people whose role may label, by name.

    Raises:
        PermissionDenied: ``actor`` may not look at label queues.
    """
    require(actor, Permission.LABELS_READ)
    active = select(Person).where(col(Person.active)).order_by(func.lower(Person.name), col(Person.id))
    return [person for person in session.exec(active) if actor_of(person).can(Permission.LABELS_GIVE)]
