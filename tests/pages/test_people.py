"""The People page."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import audit, identity
from core.database import Database
from core.identity import SYSTEM, Person, Role
from tests.pages.conftest import PASSWORD, SignedIn

PAGE = "admin/people.py"


def select(app: AppTest, person: Person) -> AppTest:
    """Choose a row, as a click on the table does."""
    app.session_state["people_selected"] = person.key
    return app.run()


def fresh(database: Database, person: Person) -> Person:
    with database.reading() as session:
        found = session.get(Person, person.key)
    assert found is not None
    return found


def fill(app: AppTest, **values: Any) -> None:
    for key, value in values.items():
        if key in {"new_role", "new_time_zone"}:
            app.selectbox(key).set_value(value)
        else:
            app.text_input(key).set_value(value)


def submit(app: AppTest, label: str) -> AppTest:
    return next(button for button in reversed(app.button) if button.label == label).click().run()


def test_everybody_is_listed(signed_in: SignedIn) -> None:
    frame = signed_in(Role.ADMIN, PAGE).dataframe[0].value
    assert set(frame["Username"]) == {"rep", "specialist", "manager", "admin"}
    assert set(frame["Status"]) == {"Active"}


def test_searching(signed_in: SignedIn) -> None:
    app = signed_in(Role.ADMIN, PAGE)
    app.text_input("people_search").set_value("MANA").run()
    assert list(app.dataframe[0].value["Username"]) == ["manager"]
    app.text_input("people_search").set_value("zzz").run()
    assert not app.dataframe
    assert "Nobody matches this search." in [text.value for text in app.caption]


def test_adding_keeps_what_was_typed_until_it_works(signed_in: SignedIn, database: Database) -> None:
    app = signed_in(Role.ADMIN, PAGE)
    app.button("add_person").click().run()
    fill(app, new_name="Lena Park", new_username="lena", new_password="short", new_role=Role.SPECIALIST)
    submit(app, "Add person")
    assert "at least 10 characters" in app.toast[0].value
    with database.reading() as session:
        assert len(identity.list_people(SYSTEM, session=session)) == 4

    app.button("add_person").click().run()
    fill(app, new_name="Lena Park", new_username="lena", new_password=PASSWORD, new_role=Role.SPECIALIST)
    submit(app, "Add person")
    assert not app.exception
    with database.reading() as session:
        lena = next(p for p in identity.list_people(SYSTEM, session=session) if p.username == "lena")
        entry = audit.list_entries(session=session, action="person.added")[0]
    assert lena.role == "specialist"
    assert entry.who == "admin"


def test_changing_a_role(signed_in: SignedIn, database: Database, people: dict[Role, Person]) -> None:
    app = select(signed_in(Role.ADMIN, PAGE), people[Role.REP])
    app.selectbox[0].set_value(Role.MANAGER).run()
    app.button("change_role").click().run()
    assert fresh(database, people[Role.REP]).role == "manager"


def test_the_last_admin_is_kept_with_a_reason(
    signed_in: SignedIn, database: Database, people: dict[Role, Person]
) -> None:
    app = select(signed_in(Role.ADMIN, PAGE), people[Role.ADMIN])
    app.selectbox[0].set_value(Role.REP).run()
    app.button("change_role").click().run()
    assert "last active admin" in app.toast[0].value
    assert fresh(database, people[Role.ADMIN]).role == "admin"


def test_deactivating_asks_first(signed_in: SignedIn, database: Database, people: dict[Role, Person]) -> None:
    app = select(signed_in(Role.ADMIN, PAGE), people[Role.REP])
    app.button("deactivate").click().run()
    assert fresh(database, people[Role.REP]).active
    app.button("confirm_yes").click().run()
    assert not fresh(database, people[Role.REP]).active
    app.run()
    app.button("reactivate").click().run()
    assert fresh(database, people[Role.REP]).active


def test_resetting_a_password(signed_in: SignedIn, database: Database, people: dict[Role, Person]) -> None:
    person = people[Role.REP]
    app = select(signed_in(Role.ADMIN, PAGE), person)
    app.button("reset_password").click().run()
    app.text_input(f"reset_password_{person.key}").set_value("another calm password")
    submit(app, "Set password")
    assert not app.exception
    identity.sign_in("rep", "another calm password", database=database)


def test_ending_sessions(signed_in: SignedIn, database: Database, people: dict[Role, Person]) -> None:
    ticket = identity.sign_in("rep", PASSWORD, database=database).ticket
    with database.transaction() as session:
        token = identity.exchange_ticket(ticket, session=session)
    app = select(signed_in(Role.ADMIN, PAGE), people[Role.REP])
    app.button("end_sessions").click().run()
    app.button("confirm_yes").click().run()
    with database.reading() as session:
        assert identity.resolve(token, session=session) is None


def test_unlocking(signed_in: SignedIn, database: Database, people: dict[Role, Person]) -> None:
    for _ in range(5):
        with pytest.raises(identity.SignInFailed):
            identity.sign_in("rep", "not the password", database=database)
    app = select(signed_in(Role.ADMIN, PAGE), people[Role.REP])
    assert any(status.startswith("Locked until") for status in app.dataframe[0].value["Status"])
    app.button("unlock").click().run()
    identity.sign_in("rep", PASSWORD, database=database)


def test_an_action_after_the_role_was_taken_does_nothing(
    signed_in: SignedIn, database: Database, people: dict[Role, Person]
) -> None:
    """The page was drawn for an admin; by the click they are none."""
    with database.transaction() as session:
        identity.add_person(
            SYSTEM, session=session, username="second", name="Second", password=PASSWORD, role="admin"
        )
    app = select(signed_in(Role.ADMIN, PAGE), people[Role.REP])
    with database.transaction() as session:
        identity.change_role(SYSTEM, people[Role.ADMIN].key, session=session, role=Role.REP)
    app.button("deactivate").click().run()
    assert not app.dataframe
    assert fresh(database, people[Role.REP]).active
