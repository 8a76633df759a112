"""Pages without a browser: Streamlit's AppTest, signed in by putting a token where the cookie would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import identity
from core.database import Database
from core.identity import SYSTEM, Person, Role
from pages.process import close_process
from pages.widgets import shell

PASSWORD = "a calm long password"
ROUTER = Path(__file__).resolve().parents[2] / "pages" / "router.py"

SignedIn = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _own_process(request: pytest.FixtureRequest) -> Iterator[None]:
    """The pages use this test's database."""
    request.getfixturevalue("database")
    close_process()
    yield
    close_process()


@pytest.fixture
def people(database: Database) -> dict[Role, Person]:
    """One person of each role; the username is the role."""
    with database.transaction() as session:
        return {
            role: identity.add_person(
                SYSTEM,
                session=session,
                username=role.value,
                name=f"The {role.value}",
                password=PASSWORD,
                role=role,
                time_zone="Europe/Berlin",
            )
            for role in Role
        }


@pytest.fixture
def signed_in(database: Database, people: dict[Role, Person], monkeypatch: pytest.MonkeyPatch) -> SignedIn:
    """``signed_in(role, page="admin/people.py")``: the product as that person sees it, at that page."""

    def open_as(role: Role, page: str = "") -> AppTest:
        ticket = identity.sign_in(people[role].username, PASSWORD, database=database).ticket
        with database.transaction() as session:
            token = identity.exchange_ticket(ticket, session=session)
        monkeypatch.setattr(shell, "current_token", lambda: token)
        app = AppTest.from_file(str(ROUTER), default_timeout=20).run()
        return app.switch_page(page).run() if page else app

    return open_as


@pytest.fixture
def signed_out(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The product as a stranger sees it."""
    monkeypatch.setattr(shell, "current_token", lambda: "")
    return AppTest.from_file(str(ROUTER), default_timeout=20).run()
