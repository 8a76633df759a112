"""The view Suggestions of the Articles page: read, decide, and write a note."""

from __future__ import annotations

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.database import Database
from core.identity import Person, Role, actor_of
from core.insights import Suggestion, reject_suggestion, write_note
from core.knowledge.tables import ArticleEdit
from tests.pages.conftest import SignedIn

PAGE = "specialist/knowledge/page.py"
TEXT = "Annual plans are refunded in full within 30 days. <b>No</b> [exceptions](x)."

People = dict[Role, Person]


@pytest.fixture
def note(database: Database, people: People) -> Suggestion:
    with database.transaction() as session:
        return write_note(actor_of(people[Role.MANAGER]), "Annual refunds", TEXT, session=session)


def _open(signed_in: SignedIn, role: Role, chosen: int | None = None) -> AppTest:
    app = signed_in(role, PAGE)
    app.query_params["view"] = "suggestions"
    if chosen is not None:
        app.query_params["suggestion"] = str(chosen)
    return app.run()


def _said(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.markdown, *app.caption, *app.subheader, *app.info))


def _buttons(app: AppTest) -> set[str]:
    return {each.label for each in app.button}


def test_a_specialist_accepts_and_lands_in_the_edit(
    signed_in: SignedIn, database: Database, note: Suggestion
) -> None:
    app = _open(signed_in, Role.SPECIALIST, note.key)
    assert not app.exception
    assert "Annual refunds" in _said(app)
    app.button(key="suggestion_accept").click().run()
    assert not app.exception
    with database.reading() as session:
        edit = session.exec(select(ArticleEdit)).one()
        assert session.exec(select(Suggestion)).one().state == "accepted"
    assert (edit.title, edit.body) == ("Annual refunds", TEXT)
    assert app.query_params["edit"] == str(edit.key)


def test_a_rep_reads_and_writes_a_note_but_does_not_decide(signed_in: SignedIn, note: Suggestion) -> None:
    app = _open(signed_in, Role.REP, note.key)
    assert not app.exception
    assert "Write a note" in _buttons(app)
    assert not {"Accept and edit", "Reject", "Change the text"} & _buttons(app)


def test_without_any_the_page_says_what_would_be_here(signed_in: SignedIn) -> None:
    app = _open(signed_in, Role.SPECIALIST)
    assert not app.exception
    assert "Nothing to decide" in _said(app)


def test_a_decision_by_somebody_else_is_said_and_nothing_is_done_twice(
    signed_in: SignedIn, database: Database, people: People, note: Suggestion
) -> None:
    app = _open(signed_in, Role.SPECIALIST, note.key)
    with database.transaction() as session:
        reject_suggestion(
            actor_of(people[Role.SPECIALIST]), note.key, "Not true.", revision=1, session=session
        )
    app.button(key="suggestion_accept").click().run()
    assert not app.exception
    assert "rejected already" in " ".join(each.value for each in app.toast)
    with database.reading() as session:
        assert session.exec(select(ArticleEdit)).all() == []
    assert "Not true" in _said(app)


def test_what_was_rejected_can_be_opened_again(
    signed_in: SignedIn, database: Database, people: People, note: Suggestion
) -> None:
    with database.transaction() as session:
        specialist = actor_of(people[Role.SPECIALIST])
        reject_suggestion(specialist, note.key, "Not now.", revision=note.revision, session=session)
    assert "Open it again" not in _buttons(_open(signed_in, Role.REP, note.key))
    app = _open(signed_in, Role.SPECIALIST, note.key)
    assert "Not now" in _said(app)
    app.button(key="suggestion_reopen").click().run()
    assert not app.exception
    assert "Accept and edit" in _buttons(app)
    with database.reading() as session:
        assert session.exec(select(Suggestion)).one().state == "open"
