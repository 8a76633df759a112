"""Managing people."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from core import audit, identity
from core.database import Database
from core.errors import ConfigurationError, Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Person, Role, actor_of
from core.settings import Settings
from tests.core.identity.conftest import PASSWORD, make


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        assert audit.verify(session=session).ok
        return [entry.action for entry in reversed(audit.list_entries(session=session))]


def test_adding_a_person(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        person = identity.add_person(
            admin,
            session=session,
            username="  Rosa.L ",
            name=" Rosa   Lindqvist",
            password=PASSWORD,
            role="rep",
            email="rosa@example.com",
            time_zone="Europe/Berlin",
        )
    assert (person.username, person.name, person.role) == ("rosa.l", "Rosa Lindqvist", "rep")
    assert PASSWORD not in person.password_hash
    with database.reading() as session:
        entry = audit.list_entries(session=session)[0]
    assert (entry.action, entry.who, entry.subject_id) == ("person.added", "ada", str(person.id))
    assert entry.detail == {"username": "rosa.l", "role": "rep"}


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("username", "r", "username has 2 to 64"),
        ("username", "rosa lindqvist", "username has 2 to 64"),
        ("username", "rösa", "username has 2 to 64"),
        ("username", "x" * 65, "username has 2 to 64"),
        ("username", "System", "username has 2 to 64"),
        ("name", "   ", "name has 1 to 200"),
        ("name", "x" * 201, "name has 1 to 200"),
        ("name", "Rosa\x00", "name has 1 to 200"),
        ("email", "rosa", "not an e-mail"),
        ("email", "rosa@", "not an e-mail"),
        ("email", "ro sa@example.com", "not an e-mail"),
        ("role", "boss", "roles are rep, specialist, manager, admin"),
        ("time_zone", "Berlin", "not a time zone"),
        ("time_zone", "../etc/passwd", "not a time zone"),
        ("time_zone", "", "not a time zone"),
        ("password", "short", "at least 10"),
    ],
)
def test_a_bad_field_is_refused_with_its_reason(
    database: Database, field: str, value: str, problem: str
) -> None:
    fields: dict[str, Any] = {"username": "rosa", "name": "Rosa", "password": PASSWORD, "role": "rep"}
    with pytest.raises(InvalidInput, match=problem), database.transaction() as session:
        identity.add_person(SYSTEM, session=session, **{**fields, field: value})


@pytest.mark.usefixtures("rep")
def test_a_username_is_taken_once(database: Database) -> None:
    with database.transaction() as session:
        with pytest.raises(Conflict, match="rosa is taken"):
            identity.add_person(
                SYSTEM, session=session, username="ROSA", name="R", password=PASSWORD, role="rep"
            )
        identity.add_person(
            SYSTEM, session=session, username="rosa2", name="R", password=PASSWORD, role="rep"
        )


def test_people_are_listed_active_first_by_name(database: Database, admin: Actor) -> None:
    for username in ("zoe", "Ben", "carl"):
        make(database, username, Role.REP)
    with database.transaction() as session:
        ben = next(p for p in identity.list_people(admin, session=session) if p.username == "ben")
        identity.deactivate(admin, ben.key, session=session)
    with database.reading() as session:
        assert [p.username for p in identity.list_people(admin, session=session)] == [
            "ada",
            "carl",
            "zoe",
            "ben",
        ]


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_only_admins_manage_people(database: Database, rep: Person, role: Role) -> None:
    actor = actor_of(make(database, "somebody", role))
    attempts: list[Callable[[Session], object]] = [
        lambda s: identity.list_people(actor, session=s),
        lambda s: identity.change_role(actor, rep.key, session=s, role="admin"),
        lambda s: identity.change_details(actor, rep.key, session=s, name="X", email="", time_zone="UTC"),
        lambda s: identity.deactivate(actor, rep.key, session=s),
        lambda s: identity.reactivate(actor, rep.key, session=s),
        lambda s: identity.reset_password(actor, rep.key, session=s, password=PASSWORD),
        lambda s: identity.unlock(actor, rep.key, session=s),
        lambda s: identity.sign_out_everywhere(actor, rep.key, session=s),
        lambda s: identity.add_person(
            actor, session=s, username="new", name="New", password=PASSWORD, role="admin"
        ),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied), database.transaction() as session:
            attempt(session)


def test_every_change_is_recorded_once(database: Database, admin: Actor, rep: Person) -> None:
    changes: list[Callable[[Session], object]] = [
        lambda s: identity.change_role(admin, rep.key, session=s, role=Role.SPECIALIST),
        lambda s: identity.change_role(admin, rep.key, session=s, role=Role.SPECIALIST),  # no change
        lambda s: identity.change_details(
            admin, rep.key, session=s, name="Rosa L", email="r@example.com", time_zone="UTC"
        ),
        lambda s: identity.deactivate(admin, rep.key, session=s),
        lambda s: identity.reactivate(admin, rep.key, session=s),
        lambda s: identity.reset_password(admin, rep.key, session=s, password="another calm password"),
        lambda s: identity.unlock(admin, rep.key, session=s),
        lambda s: identity.sign_out_everywhere(admin, rep.key, session=s),
    ]
    before = len(actions(database))
    for change in changes:
        with database.transaction() as session:
            change(session)
    assert actions(database)[before:] == [
        "person.role_changed",
        "person.details_changed",
        "person.deactivated",
        "person.reactivated",
        "person.password_reset",
        "person.unlocked",
        "person.signed_out_everywhere",
    ]


def test_nobody_is_not_found(database: Database, admin: Actor) -> None:
    with pytest.raises(NotFound, match="no person with number 999"), database.transaction() as session:
        identity.unlock(admin, 999, session=session)


def test_the_last_active_admin_stays(database: Database, admin: Actor) -> None:
    assert admin.person_id is not None
    other = make(database, "otto", Role.ADMIN)
    with database.transaction() as session:
        identity.deactivate(admin, other.key, session=session)
    with pytest.raises(Conflict, match="last active admin"), database.transaction() as session:
        identity.deactivate(admin, admin.person_id, session=session)
    with pytest.raises(Conflict, match="last active admin"), database.transaction() as session:
        identity.change_role(admin, admin.person_id, session=session, role="rep")


def test_two_admins_cannot_remove_each_other_at_once(database: Database, admin: Actor) -> None:
    other = actor_of(make(database, "otto", Role.ADMIN))
    start, failures = threading.Barrier(2), []

    def remove(actor: Actor, target: int) -> None:
        start.wait()
        try:
            with database.transaction() as session:
                identity.deactivate(actor, target, session=session)
        except Conflict as error:
            failures.append(error)

    assert admin.person_id is not None
    assert other.person_id is not None
    threads = [
        threading.Thread(target=remove, args=(admin, other.person_id)),
        threading.Thread(target=remove, args=(other, admin.person_id)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        left = [p for p in identity.list_people(SYSTEM, session=session) if p.active]
    assert len(left) == 1
    assert len(failures) == 1


def production(**values: Any) -> Settings:
    return Settings(environment="production", **values)


def test_production_needs_a_secret(database: Database) -> None:
    with database.reading() as session:
        with pytest.raises(ConfigurationError, match="RATCHET_SECRET"):
            identity.check_production(production(), session)
        with pytest.raises(ConfigurationError, match="RATCHET_SECRET"):
            identity.check_production(production(secret=SecretStr("short")), session)
        identity.check_production(production(secret=SecretStr("x1" * 20)), session)


def test_production_refuses_sample_people_who_can_sign_in(database: Database, admin: Actor) -> None:
    sample = make(database, "demo", Role.REP, sample=True)
    settings = production(secret=SecretStr("x1" * 20))
    with database.reading() as session:
        with pytest.raises(ConfigurationError, match="demo"):
            identity.check_production(settings, session)
        identity.check_production(Settings(), session)
    with database.transaction() as session:
        identity.deactivate(admin, sample.key, session=session)
    with database.reading() as session:
        identity.check_production(settings, session)
