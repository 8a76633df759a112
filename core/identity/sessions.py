"""Signing in and out.

A password buys a ticket, good once and for a minute. The browser posts the ticket to a route
that swaps it for a random token in an HttpOnly cookie. The database holds only SHA-256 hashes,
so neither a copy of it nor a page's script can produce a working cookie.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Update, select, update
from sqlmodel import Session, col

from core import audit
from core.database import Database, now
from core.errors import RatchetError
from core.identity import lockout, passwords
from core.identity.roles import Actor, Permission, Role, require
from core.identity.tables import Person, SignIn
from core.settings import get_settings

TICKET_LIFE = timedelta(seconds=60)
SEEN_EVERY = timedelta(minutes=5)

_strangers = lockout.Strangers()


class SignInFailed(RatchetError):
    """Username or password is wrong, or the ticket is no longer good."""


class LockedOut(SignInFailed):
    """Too many failures; the message says when to try again."""


@dataclass(frozen=True, slots=True)
class SignInTicket:
    """A correct password's reward: ``ticket`` can be swapped for a session once, within a minute."""

    ticket: str
    person: Person


def sign_in(username: str, password: str, *, database: Database, user_agent: str = "") -> SignInTicket:
    """Check a password and hand out a one-time ticket.

    Takes the database rather than a session: a failure must stay counted although it raises, and
    the slow hash must not run inside a write transaction.

    Raises:
        LockedOut: too many failures in a row.
        SignInFailed: anything else that is wrong, always with the same words.
    """
    username = username.strip().casefold()
    with database.transaction() as session:
        person = session.scalars(select(Person).where(col(Person.username) == username)).one_or_none()
        if person is None:
            allowed = _strangers.count_attempt(username)
        else:
            allowed = lockout.count_attempt(person.key, session=session)
    if not allowed:
        minutes = int(lockout.LOCK_TIME.total_seconds() // 60)
        raise LockedOut(
            f"Too many failed sign-ins. For safety this account is locked for {minutes} minutes; "
            "an admin can unlock it sooner."
        )
    correct = passwords.matches(password, person.password_hash if person else None)
    if person is None or not correct or not person.active:
        _record_failure(person, database)
        raise SignInFailed("That username and password do not match.")
    return _issue_ticket(person, database, user_agent)


def exchange_ticket(ticket: str, *, session: Session) -> str:
    """Swap a ticket for the token of a new session. Works once.

    Raises:
        SignInFailed: unknown, used or expired ticket, or the person may no longer sign in.
    """
    token = secrets.token_urlsafe(32)
    instant = now()
    result = session.execute(
        update(SignIn)
        .where(
            col(SignIn.ticket_hash) == _hash(ticket),
            col(SignIn.ticket_expires_at) > instant,
            col(SignIn.token_hash).is_(None),
            col(SignIn.ended_at).is_(None),
            col(SignIn.person_id).in_(select(col(Person.id)).where(col(Person.active))),
        )
        .values(token_hash=_hash(token), ticket_hash=None, ticket_expires_at=None, last_seen_at=instant)
        .execution_options(synchronize_session=False)
    )
    if not result.rowcount:  # type: ignore[attr-defined]
        raise SignInFailed("This sign-in is no longer valid. Please sign in again.")
    return token


def resolve(token: str, *, session: Session) -> Actor | None:
    """Who holds ``token`` now, with the role as it is now; None when the session is over."""
    if not token:
        return None
    person = session.scalars(
        select(Person)
        .join(SignIn, col(SignIn.person_id) == col(Person.id))
        .where(
            col(SignIn.token_hash) == _hash(token),
            col(SignIn.ended_at).is_(None),
            col(SignIn.expires_at) > now(),
            col(Person.active),
        )
    ).one_or_none()
    return actor_of(person) if person else None


def touch(token: str, *, session: Session) -> None:
    """Note that the session is in use; writes at most every five minutes."""
    instant = now()
    session.execute(
        update(SignIn)
        .where(col(SignIn.token_hash) == _hash(token), col(SignIn.last_seen_at) < instant - SEEN_EVERY)
        .values(last_seen_at=instant)
        .execution_options(synchronize_session=False)
    )


def sign_out(token: str, *, session: Session) -> None:
    """End the session behind ``token``, in every tab and for every copy of its cookie."""
    actor = resolve(token, session=session)
    if actor is None:
        return
    session.execute(_end().where(col(SignIn.token_hash) == _hash(token)))
    audit.record(
        actor.person_id,
        actor.who,
        "person.signed_out",
        session=session,
        subject_type="person",
        subject_id=str(actor.person_id),
    )


def sign_out_everywhere(actor: Actor, person_id: int, *, session: Session) -> int:
    """End every session of a person; one may do it for oneself, an admin for anybody.

    Returns:
        How many sessions were ended.

    Raises:
        PermissionDenied: another person's sessions, without ``people.manage``.
    """
    if actor.person_id != person_id:
        require(actor, Permission.PEOPLE_MANAGE)
    ended = end_sessions(person_id, session=session)
    audit.record(
        actor.person_id,
        actor.who,
        "person.signed_out_everywhere",
        session=session,
        subject_type="person",
        subject_id=str(person_id),
        sessions=ended,
    )
    return ended


def end_sessions(person_id: int, *, session: Session) -> int:
    """End every session and ticket of a person, without a record of its own; returns how many."""
    result = session.execute(_end().where(col(SignIn.person_id) == person_id))
    return int(result.rowcount)  # type: ignore[attr-defined]


def last_seen(*, session: Session) -> dict[int, datetime]:
    """When each person with a live session was last active, by person id."""
    rows = session.execute(
        select(col(SignIn.person_id), col(SignIn.last_seen_at))
        .where(col(SignIn.ended_at).is_(None), col(SignIn.token_hash).is_not(None))
        .where(col(SignIn.expires_at) > now())
        .order_by(col(SignIn.last_seen_at))
    )
    return {row.person_id: row.last_seen_at for row in rows}


def actor_of(person: Person) -> Actor:
    """The actor a stored person is."""
    return Actor(person.key, person.username, person.name, Role(person.role), person.time_zone, person.locale)


def _issue_ticket(person: Person, database: Database, user_agent: str) -> SignInTicket:
    ticket = secrets.token_urlsafe(32)
    instant = now()
    with database.transaction() as session:
        lockout.clear_attempts(person.key, session=session)
        session.execute(update(Person).where(col(Person.id) == person.key).values(last_sign_in_at=instant))
        session.add(
            SignIn(
                person_id=person.key,
                ticket_hash=_hash(ticket),
                ticket_expires_at=instant + TICKET_LIFE,
                expires_at=instant + timedelta(hours=get_settings().session_hours),
                user_agent=user_agent.replace("\x00", "")[:300],
            )
        )
        session.flush()
        audit.record(
            person.key,
            person.username,
            "person.signed_in",
            session=session,
            subject_type="person",
            subject_id=str(person.key),
        )
    return SignInTicket(ticket, person)


def _record_failure(person: Person | None, database: Database) -> None:
    """Unknown names are not written down: people type their password into the wrong field."""
    with database.transaction() as session:
        fresh = session.get(Person, person.key, populate_existing=True) if person else None
        audit.record(
            None,
            person.username if person else "(unknown)",
            "person.sign_in_failed",
            session=session,
            subject_type="person",
            subject_id=str(person.key) if person else "",
            locked=bool(fresh and fresh.locked_until),
        )


def _end() -> Update:
    return (
        update(SignIn)
        .where(col(SignIn.ended_at).is_(None))
        .values(ended_at=now(), ticket_hash=None)
        .execution_options(synchronize_session=False)
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
