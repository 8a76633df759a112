"""The Audit page."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core import audit
from core.database import Database
from core.identity import Role
from pages.manager import audit_table
from tests.core.audit.conftest import drop_protection
from tests.pages.conftest import SignedIn

PAGE = "manager/audit.py"


@pytest.fixture(autouse=True)
def _fresh_choices() -> None:
    audit_table._choices.clear()


def record(database: Database, action: str, subject_type: str, times: int = 1, **detail: object) -> None:
    with database.transaction() as session:
        for number in range(times):
            audit.record(
                1,
                "rep",
                action,
                session=session,
                subject_type=subject_type,
                subject_id=number,
                **detail,
            )


def test_entries_are_readable(signed_in: SignedIn, database: Database) -> None:
    record(database, "reply.sent", "conversation", words=12, edited=True, tags=["a", "b"])
    frame = signed_in(Role.MANAGER, PAGE).dataframe[0].value
    row = frame[frame["What"] == "Reply sent"].iloc[0]
    assert (row["Who"], row["About"]) == ("rep", "conversation 0")
    assert row["Details"] in {"words: 12; edited: yes; tags: a, b", "tags: a, b; words: 12; edited: yes"}


def test_an_admin_sees_nothing_about_conversations(signed_in: SignedIn, database: Database) -> None:
    record(database, "conversation.escalated", "conversation", reason="private words")
    frame = signed_in(Role.ADMIN, PAGE).dataframe[0].value
    assert set(frame["About"].str.split().str[0]) == {"person"}
    assert not frame.astype(str).apply(lambda column: column.str.contains("private")).to_numpy().any()


def test_paging_back_and_forth(signed_in: SignedIn, database: Database) -> None:
    record(database, "reply.sent", "conversation", times=120)
    app = signed_in(Role.MANAGER, PAGE)
    newest = app.dataframe[0].value["No."]
    assert len(newest) == 100
    next(b for b in app.button if b.label == "Older").click().run()
    older = app.dataframe[0].value["No."]
    assert older.iloc[0] == newest.iloc[-1] - 1
    assert older.iloc[-1] == 1
    next(b for b in app.button if b.label == "Newer").click().run()
    assert app.dataframe[0].value["No."].iloc[0] == newest.iloc[0]


def test_filters_start_at_the_first_page(signed_in: SignedIn, database: Database) -> None:
    record(database, "reply.sent", "conversation", times=120)
    app = signed_in(Role.MANAGER, PAGE)
    next(b for b in app.button if b.label == "Older").click().run()
    app.selectbox("audit_action").set_value("person.signed_in").run()
    assert set(app.dataframe[0].value["What"]) == {"Person signed in"}
    app.selectbox("audit_action").set_value("reply.sent").run()
    assert len(app.dataframe[0].value) == 100


def test_verifying_says_what_it_found_and_is_recorded(signed_in: SignedIn, database: Database) -> None:
    record(database, "reply.sent", "conversation", times=3)
    app = signed_in(Role.MANAGER, PAGE)
    app.button("audit_verify").click().run()
    assert "unchanged, complete and in order" in app.success[0].value
    assert app.code[0].value.partition(":")[0].isdigit()
    with database.reading() as session:
        assert audit.list_entries(session=session)[0].action == "audit.verified"

    drop_protection(database)
    with database.transaction() as session:
        session.execute(text("UPDATE audit_entry SET who = 'nobody' WHERE action = 'reply.sent'"))
    app.button("audit_verify").click().run()
    assert "changed after it was written" in app.error[0].value
    assert not app.success
