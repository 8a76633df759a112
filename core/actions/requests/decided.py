"""Who decides, as they are at this moment, and what to say when somebody else was first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session

from core.actions.tables import ActionRequest
from core.errors import Conflict, PermissionDenied
from core.identity import Actor, Permission, Person, actor_of, require

_DEEDS = {"approved": "approved", "edited": "approved", "rejected": "rejected"}


def present(actor: Actor, *, session: Session) -> Actor:
    """The person behind ``actor`` with the role of this moment; what a caller claims does not count.

    Raises:
        PermissionDenied: it is not a person, they are deactivated, or may not approve actions.
    """
    person = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None or not person.active:
        raise PermissionDenied("Only a person who can sign in may decide on an action.")
    stored = actor_of(person)
    require(stored, Permission.ACTIONS_APPROVE)
    return stored


def same_decision(actor: Actor, request: ActionRequest, decisions: Collection[str]) -> bool:
    """Whether ``actor`` has taken one of ``decisions`` on it already."""
    return request.decision in decisions and request.decided_by_id == actor.person_id


def refuse_decided(actor: Actor, request: ActionRequest, *, session: Session, how: str = "") -> Conflict:
    """The error to raise: "Ingrid has already approved this at 14:02."."""
    if request.status == "withdrawn":
        return Conflict("This was withdrawn: the conversation has moved on since it was proposed.")
    if request.decided_by_id is None or request.decided_at is None:
        return Conflict("This request changed while you looked at it. Look at it again, then decide.")
    deed, at = _DEEDS.get(request.decision, "decided"), clock(request.decided_at, actor)
    if request.decided_by_id == actor.person_id:
        return Conflict(f"You have already {deed} this at {at}{how}.")
    return Conflict(f"{name_of(request.decided_by_id, session=session)} has already {deed} this at {at}.")


def name_of(person_id: int | None, *, session: Session) -> str:
    """What a person is called; "somebody" when they are not known."""
    person = session.get(Person, person_id) if person_id is not None else None
    return person.name if person is not None else "Somebody"


def clock(instant: datetime, actor: Actor) -> str:
    """ "14:02", where ``actor`` is."""
    try:
        zone = ZoneInfo(actor.time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return f"{instant.astimezone(zone):%H:%M}"
