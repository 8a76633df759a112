"""Who sees which page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core import identity
from core.database import Database
from core.identity import SYSTEM, Person, Role
from pages.registry import PAGES, Entry
from tests.pages.conftest import PASSWORD, ROUTER, SignedIn

REFUSAL = "This page is not part of your role"


def test_no_page_file_stands_beside_the_script() -> None:
    """Streamlit would offer such a file as a page of its own, before any sign-in."""
    assert not (ROUTER.parent / "pages").exists()
    for entry in PAGES:
        assert "/" in entry.file
        assert (ROUTER.parent / entry.file).is_file()


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.address)
def test_every_page_guards_itself(entry: Entry) -> None:
    """The first thing a page file does, after its imports, is ask who is here."""
    import ast

    tree = ast.parse((ROUTER.parent / entry.file).read_text())
    body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    first = body[1] if isinstance(body[0], ast.Expr) else body[0]  # after the docstring
    assert "require_page(" in ast.unparse(first)


def test_a_stranger_gets_the_sign_in_screen(signed_out: AppTest) -> None:
    assert not signed_out.exception
    assert [field.label for field in signed_out.text_input] == ["Username", "Password"]
    assert not signed_out.sidebar.button


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.address)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_its_pages_only(signed_in: SignedIn, role: Role, entry: Entry) -> None:
    allowed = entry.permission in identity.roles.GRANTS[role]
    app = signed_in(role, entry.file)
    assert not app.exception
    assert (REFUSAL in [heading.value for heading in app.subheader]) is not allowed
    assert f"The {role}" in app.sidebar.markdown[0].value


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.address)
def test_a_page_file_run_by_itself_shows_nothing(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.widgets.shell.current_token", lambda: "")
    app = AppTest.from_file(str(ROUTER.parent / entry.file), default_timeout=20).run()
    assert [info.value for info in app.info] == ["Please sign in to see this page."]
    assert not app.button
    assert not app.dataframe


def test_an_admin_lands_on_people(signed_in: SignedIn) -> None:
    assert [title.value for title in signed_in(Role.ADMIN).title] == ["People"]


def test_a_session_that_ended_shows_the_way_back_in(
    signed_in: SignedIn, database: Database, people: dict[Role, Person]
) -> None:
    app = signed_in(Role.ADMIN)
    with database.transaction() as session:
        identity.sign_out_everywhere(SYSTEM, people[Role.ADMIN].key, session=session)
    app.run()
    assert "Your last session has ended. Please sign in again." in [text.value for text in app.caption]
    assert not app.dataframe


@pytest.mark.usefixtures("people")
def test_signing_in_by_form(signed_out: AppTest) -> None:
    app = signed_out
    app.text_input[0].input("rep")
    app.text_input[1].input("not the password")
    app.button[0].click().run()
    assert [error.value for error in app.error] == ["That username and password do not match."]
    assert app.text_input[0].value == "rep"
    app.text_input[1].input(PASSWORD)
    app.button[0].click().run()
    assert not app.exception
    assert not app.text_input  # the browser now swaps the ticket
    assert any("Signing in" in text.value for text in app.markdown)


def test_sample_people_are_offered_only_in_a_trial(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        identity.add_person(
            SYSTEM,
            session=session,
            username="demo",
            name="Demo",
            password=PASSWORD,
            role="rep",
            sample=True,
        )
    monkeypatch.setattr("pages.widgets.shell.current_token", lambda: "")
    app = AppTest.from_file(str(ROUTER), default_timeout=20).run()
    assert any("demo" in text.value for text in app.markdown)

    from core.settings import get_settings
    from pages.process import close_process

    close_process()
    monkeypatch.setenv("RATCHET_ENVIRONMENT", "production")
    monkeypatch.setenv("RATCHET_SECRET", "x1" * 20)
    get_settings.cache_clear()
    app = AppTest.from_file(str(ROUTER), default_timeout=20).run()
    assert not any("demo" in text.value for text in app.markdown)
