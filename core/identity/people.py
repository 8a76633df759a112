"""Add and change people. Every change is audited, and somebody can always manage people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from core import audit
from core.errors import ConfigurationError, Conflict, InvalidInput, NotFound
from core.identity import lockout
from core.identity.passwords import hash_password
from core.identity.roles import Actor, Permission, Role, require
from core.identity.sessions import end_sessions
from core.identity.tables import Person
from core.settings import Settings

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_RESERVED = {"system", "ratchet"}
_IS_ACTIVE_ADMIN = and_(col(Person.role) == Role.ADMIN.value, col(Person.active))


def add_person(
    actor: Actor,
    *,
    session: Session,
    username: str,
    name: str,
    password: str,
    role: Role | str,
    email: str = "",
    time_zone: str = "UTC",
    locale: str = "en",
    sample: bool = False,
) -> Person:
    """Create a person who can sign in.

    Raises:
        PermissionDenied: ``actor`` may not manage people.
        InvalidInput: a field breaks its rule; the message says which.
        Conflict: the username is taken.
    """
    require(actor, Permission.PEOPLE_MANAGE)
    person = Person(
        username=_checked_username(username),
        name=_checked_name(name),
        email=_checked_email(email),
        role=_checked_role(role),
        password_hash="",
        time_zone=_checked_time_zone(time_zone),
        locale=locale.strip() or "en",
        sample=sample,
    )
    # The slow hash comes before the first statement, so it runs before the write lock is taken.
    person.password_hash = hash_password(password, username=person.username)
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        raise Conflict(f"The username {person.username} is taken.") from None
    _record(actor, person, "person.added", session, username=person.username, role=person.role)
    return person


def list_people(actor: Actor, *, session: Session) -> Sequence[Person]:
    """Everybody, active people first, then by name.

    Raises:
        PermissionDenied: ``actor`` may not manage people.
    """
    require(actor, Permission.PEOPLE_MANAGE)
    return session.scalars(
        select(Person).order_by(col(Person.active).desc(), func.lower(col(Person.name)), col(Person.id))
    ).all()


def change_role(actor: Actor, person_id: int, *, session: Session, role: Role | str) -> Person:
    """Give a person another role; it counts from their next action on.

    Raises:
        PermissionDenied, NotFound, InvalidInput: as the names say.
        Conflict: they are the last active admin.
    """
    person = _managed(actor, person_id, session, may_cost_an_admin=True)
    wanted = _checked_role(role)
    before = person.role
    if wanted == before:
        return person
    if before == Role.ADMIN:
        _keep_an_admin(person, session)
    person.role = wanted
    _record(actor, person, "person.role_changed", session, before=before, after=wanted)
    return person


def change_details(
    actor: Actor,
    person_id: int,
    *,
    session: Session,
    name: str,
    email: str,
    time_zone: str,
) -> Person:
    """Correct a person's name, e-mail address and time zone.

    Raises:
        PermissionDenied, NotFound, InvalidInput: as the names say.
    """
    person = _managed(actor, person_id, session)
    wanted = {
        "name": _checked_name(name),
        "email": _checked_email(email),
        "time_zone": _checked_time_zone(time_zone),
    }
    changed = sorted(field for field, value in wanted.items() if getattr(person, field) != value)
    if not changed:
        return person
    for field in changed:
        setattr(person, field, wanted[field])
    _record(actor, person, "person.details_changed", session, fields=changed)
    return person


def deactivate(actor: Actor, person_id: int, *, session: Session) -> Person:
    """Stop a person from signing in, and end their sessions. What they did stays.

    Raises:
        PermissionDenied, NotFound: as the names say.
        Conflict: they are the last active admin.
    """
    person = _managed(actor, person_id, session, may_cost_an_admin=True)
    if not person.active:
        return person
    if person.role == Role.ADMIN:
        _keep_an_admin(person, session)
    person.active = False
    ended = end_sessions(person_id, session=session)
    _record(actor, person, "person.deactivated", session, sessions_ended=ended)
    return person


def reactivate(actor: Actor, person_id: int, *, session: Session) -> Person:
    """Let a deactivated person sign in again.

    Raises:
        PermissionDenied, NotFound: as the names say.
    """
    person = _managed(actor, person_id, session)
    if person.active:
        return person
    person.active = True
    lockout.clear_attempts(person_id, session=session)
    _record(actor, person, "person.reactivated", session)
    return person


def reset_password(actor: Actor, person_id: int, *, session: Session, password: str) -> Person:
    """Set a new password, lift any lock, and end the person's sessions.

    Raises:
        PermissionDenied, NotFound: as the names say.
        InvalidInput: the password breaks a rule.
    """
    person = _managed(actor, person_id, session)
    person.password_hash = hash_password(password, username=person.username)
    session.flush()
    lockout.clear_attempts(person_id, session=session)
    ended = end_sessions(person_id, session=session)
    _record(actor, person, "person.password_reset", session, sessions_ended=ended)
    return person


def unlock(actor: Actor, person_id: int, *, session: Session) -> Person:
    """Lift a lock-out.

    Raises:
        PermissionDenied, NotFound: as the names say.
    """
    person = _managed(actor, person_id, session)
    lockout.clear_attempts(person_id, session=session)
    _record(actor, person, "person.unlocked", session)
    return person


def sample_people(*, session: Session) -> Sequence[Person]:
    """The active people that came with ``--sample``."""
    query = select(Person).where(col(Person.sample), col(Person.active)).order_by(col(Person.id))
    return session.scalars(query).all()


def check_production(settings: Settings, session: Session) -> None:
    """Refuse to start in production with what only a trial may have. Does nothing elsewhere.

    Raises:
        ConfigurationError: no secret, or sample people who could sign in with published passwords.
    """
    if not settings.production:
        return
    settings.signing_key()
    people = sample_people(session=session)
    if people:
        names = ", ".join(person.username for person in people)
        raise ConfigurationError(
            f"RATCHET_ENVIRONMENT is production, but sample people can sign in ({names}), and their "
            "passwords are public. Deactivate them under People in a development start, or use another "
            "database."
        )


def _managed(actor: Actor, person_id: int, session: Session, *, may_cost_an_admin: bool = False) -> Person:
    """The person, locked; with all active admins where one of them may stop being one."""
    require(actor, Permission.PEOPLE_MANAGE)
    if may_cost_an_admin:
        # All in one order: two who lock each other first and then all admins would wait for each other.
        among = or_(_IS_ACTIVE_ADMIN, col(Person.id) == person_id)
        session.scalars(
            select(Person.id).where(among).order_by(col(Person.id)).with_for_update()  # type: ignore[call-overload]
        ).all()
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound(f"There is no person with number {person_id}.")
    return person


def _keep_an_admin(person: Person, session: Session) -> None:
    """Refuse to lose the last active admin; they are locked already, see :func:`_managed`."""
    others = select(Person.id).where(_IS_ACTIVE_ADMIN, col(Person.id) != person.id)  # type: ignore[call-overload]
    if session.scalars(others.limit(1)).first() is None:
        raise Conflict(f"{person.name} is the last active admin. Give somebody else the admin role first.")


def _record(actor: Actor, person: Person, action: str, session: Session, **detail: Any) -> None:
    session.flush()
    audit.record(
        actor.person_id,
        actor.who,
        action,
        session=session,
        subject_type="person",
        subject_id=str(person.key),
        **detail,
    )


def _checked_username(username: str) -> str:
    value = username.strip().casefold()
    if not _USERNAME.fullmatch(value) or value in _RESERVED:
        raise InvalidInput(
            "A username has 2 to 64 characters: plain letters, digits and . _ @ + -, starting with a "
            "letter or digit."
        )
    return value


def _checked_name(name: str) -> str:
    value = " ".join(name.split())
    if not value or len(value) > 200 or not value.isprintable():
        raise InvalidInput("A name has 1 to 200 characters.")
    return value


def _checked_email(email: str) -> str:
    value = email.strip()
    local, at, domain = value.partition("@")
    if value and (not (local and at and domain) or len(value) > 320 or any(c.isspace() for c in value)):
        raise InvalidInput(f"{value!r} is not an e-mail address.")
    return value


def _checked_role(role: Role | str) -> str:
    try:
        return Role(role).value
    except ValueError:
        names = ", ".join(item.value for item in Role)
        raise InvalidInput(f"There is no role {role!r}. The roles are {names}.") from None


def _checked_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise InvalidInput(f"{name!r} is not a time zone. Use a name like Europe/Berlin.") from None
    return name
