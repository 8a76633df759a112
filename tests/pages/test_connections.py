"""The Connections page: who may see it, and an admin's way from a document to an offered action."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.actions import Connection, add_connection, choices_of, open_catalogue
from core.audit import AuditEntry
from core.database import Database
from core.identity import SYSTEM, Role
from core.settings import get_settings
from tests.pages.conftest import SignedIn

PAGE = "admin/connections.py"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://billing.example.com/v1"}],
    "paths": {
        "/refunds": {
            "post": {
                "summary": "Create refund",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["email", "amount"],
                                "properties": {"email": {"type": "string"}, "amount": {"type": "number"}},
                            }
                        }
                    },
                },
            }
        },
        "/files": {"post": {"requestBody": {"required": True, "content": {"text/csv": {}}}}},
    },
}


@pytest.fixture
def connection(database: Database) -> Connection:
    with database.transaction() as session:
        return add_connection(
            SYSTEM,
            session=session,
            kind="openapi",
            name="Billing",
            base_url="https://billing.example.com/v1",
            document=DOCUMENT,
            secret_name="RATCHET_CONNECTION_BILLING",
        )


def stored(database: Database) -> Connection:
    with database.reading() as session:
        return session.exec(select(Connection)).one()


def field(app: AppTest, kind: str, ending: str) -> Any:
    """The one widget whose key ends so."""
    (found,) = [one for one in getattr(app, kind) if (one.key or "").endswith(ending)]
    return found


@pytest.mark.parametrize("role", [Role.REP, Role.SPECIALIST, Role.MANAGER])
def test_only_an_admin_sees_it(signed_in: SignedIn, connection: Connection, role: Role) -> None:
    app = signed_in(role, PAGE)
    assert not app.exception
    assert "This page is not part of your role" in [one.value for one in app.subheader]
    assert "RATCHET_CONNECTION_BILLING" not in str(app.main)


def test_an_empty_page_explains_itself(signed_in: SignedIn) -> None:
    app = signed_in(Role.ADMIN, PAGE)
    assert not app.exception
    assert "A connection lets actions reach one of your own systems" in app.info[0].value


def add(app: AppTest, content: bytes, secret_name: str = "") -> None:
    """Open the dialog, fill it in, confirm."""
    app.button(key="add_connection").click().run()
    app.file_uploader(key="connection_file").set_value(("billing.json", content, "application/json"))
    app.text_input(key="connection_name").set_value("Billing")
    app.text_input(key="connection_secret_name").set_value(secret_name)
    app.button(key="connection_add_confirm").click().run()
    assert not app.exception


def test_a_document_is_added_by_uploading_it(signed_in: SignedIn, database: Database) -> None:
    app = signed_in(Role.ADMIN, PAGE)
    add(app, b"{not json")
    assert "not valid JSON" in app.toast[0].value
    add(app, json.dumps(DOCUMENT).encode(), "PATH")
    assert "must begin with RATCHET_CONNECTION_" in app.toast[0].value
    with database.reading() as session:
        assert session.exec(select(Connection)).all() == []
    add(app, json.dumps(DOCUMENT).encode(), "RATCHET_CONNECTION_BILLING")
    row = stored(database)
    assert (row.name, row.base_url) == ("Billing", "https://billing.example.com/v1")
    assert choices_of(row) == []


def test_an_operation_is_offered_only_once_everything_is_said(
    signed_in: SignedIn, connection: Connection, database: Database
) -> None:
    app = signed_in(Role.ADMIN, PAGE)
    assert field(app, "selectbox", "_risk").value == "irreversible"
    field(app, "toggle", "_enabled").set_value(True)
    _save(app)
    assert "which argument is the customer" in app.toast[0].value
    assert choices_of(stored(database)) == []

    field(app, "selectbox", "_account").set_value("email")
    field(app, "number_input", "_limit_rep").set_value(50.0)
    _save(app)
    assert "limits need the argument that is the amount" in app.toast[0].value

    field(app, "selectbox", "_amount_argument").set_value("amount")
    field(app, "text_input", "_currency").set_value("eur")
    _save(app)
    assert not app.exception
    (choice,) = choices_of(stored(database))
    assert (choice.action, choice.account_argument) == ("billing__create_refund", "email")
    catalogue = open_catalogue(database, get_settings())
    action = catalogue.get("billing__create_refund")
    assert [one.name for one in action.fields] == ["amount"]
    assert action.limits == {Role.REP: 50}
    with database.reading() as session:
        assert session.exec(select(AuditEntry)).all()[-1].who == "admin"

    app.button(key="operation_remove").click().run()
    assert choices_of(stored(database)) == []


def test_it_says_whether_the_secret_is_set_and_never_what_it_is(
    signed_in: SignedIn, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = signed_in(Role.ADMIN, PAGE)
    assert any("**not set** in the environment" in one.value for one in app.markdown)
    monkeypatch.setenv("RATCHET_CONNECTION_BILLING", "canary-of-the-page")
    app.run()
    assert any("Secret: set in the environment variable" in one.value for one in app.markdown)
    assert "canary-of-the-page" not in str(app.main)


def test_disabling_and_removing_ask_first(
    signed_in: SignedIn, connection: Connection, database: Database
) -> None:
    app = signed_in(Role.ADMIN, PAGE)
    app.button(key="disable_connection").click().run()
    assert stored(database).enabled
    app.button(key="connection_confirm").click().run()
    assert not stored(database).enabled
    app.button(key="enable_connection").click().run()
    assert stored(database).enabled
    app.button(key="remove_connection").click().run()
    app.button(key="connection_confirm").click().run()
    assert not app.exception
    with database.reading() as session:
        assert session.exec(select(Connection)).all() == []


def _save(app: AppTest) -> None:
    (button,) = [one for one in app.button if one.label == "Save operation"]
    button.click().run()
