"""Dialogs of the Releases page: a page drawn again closes none, and what was typed belongs to one object."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from core.database import Database
from core.identity import SYSTEM, Actor, Person, Role, actor_of
from core.knowledge import ArticleRecord, new_edit, publish
from core.releases import Proposal, propose_edit, update_proposal, withdraw
from tests.pages.conftest import SignedIn

PAGE = "specialist/releases/page.py"
People = dict[Role, Person]


def _proposed(database: Database, author: Actor, name: str) -> int:
    with database.transaction() as session:
        live = publish(SYSTEM, ArticleRecord(name, name.title(), "Before.", locale="en"), session=session)
        edit = new_edit(SYSTEM, session=session, article_id=live.article_id, body="After.")
        return propose_edit(author, edit.key, title=name.title(), session=session).key


def _open(signed_in: SignedIn, role: Role, proposal: int) -> AppTest:
    app = signed_in(role)
    app.switch_page(PAGE)
    app.query_params["proposal"] = str(proposal)
    return app.run()


def _go(app: AppTest, proposal: int) -> AppTest:
    app.query_params["proposal"] = str(proposal)
    return app.run()


def _has(app: AppTest, key: str) -> bool:
    return any(each.key == key for each in [*app.button, *app.text_area])


def test_a_page_that_is_drawn_again_keeps_the_dialog_and_its_words(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    key = _proposed(database, actor_of(people[Role.REP]), "refunds")
    note = f"proposal_return_note_{key}"
    app = _open(signed_in, Role.MANAGER, key)
    app.button(key="proposal_return").click().run()
    app.text_area(key=note).set_value("Name the source")
    app.run()  # as after a replay has ended: nobody pressed the button in this run
    app.run()
    assert app.text_area(key=note).value == "Name the source"
    app.button(key="proposal_return_confirm").click().run()
    assert not app.exception
    assert not _has(app, "proposal_return_confirm"), "done, so it is closed"
    app.run()
    assert not _has(app, "proposal_return_confirm")
    with database.reading() as session:
        assert session.get_one(Proposal, key).review_note == "Name the source"


def test_what_others_changed_meanwhile_is_said_in_the_open_dialog(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    author = actor_of(people[Role.REP])
    key = _proposed(database, author, "refunds")
    note = f"proposal_approve_note_{key}"
    app = _open(signed_in, Role.MANAGER, key)
    app.button(key="proposal_approve").click().run()
    app.text_area(key=note).set_value("Read it")
    with database.transaction() as session:
        update_proposal(author, key, title="Other", why="", revision=None, session=session)
    app.run()
    assert "What you wrote is kept." in app.warning[0].value
    assert not _has(app, "proposal_approve_confirm"), "nobody approves what was not on the screen"
    app.button(key="proposal_approve_confirm_again").click().run()
    assert not _has(app, note)
    app.button(key="proposal_approve").click().run()
    assert app.text_area(key=note).value == "Read it"
    assert _has(app, "proposal_approve_confirm")
    with database.transaction() as session:
        withdraw(author, key, session=session)
    app.run()
    assert not app.exception
    assert not _has(app, note)
    assert "cannot be done any more" in app.toast[0].value


def test_words_belong_to_one_proposal_and_an_emptied_field_stays_empty(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    author = actor_of(people[Role.SPECIALIST])
    first, second = (_proposed(database, author, name) for name in ("refunds", "invoices"))
    with database.transaction() as session:
        update_proposal(author, first, title="Refunds", why="Old reason", revision=None, session=session)
    app = _open(signed_in, Role.SPECIALIST, first)
    app.button(key="proposal_edit").click().run()
    app.text_input(key=f"proposal_title_{first}").set_value("Half a title").run()
    app.text_area(key=f"proposal_why_{first}").set_value("").run()
    assert app.text_area(key=f"proposal_why_{first}").value == ""
    _go(app, second)
    assert not _has(app, "proposal_edit_confirm"), "it was the other one's dialog"
    app.button(key="proposal_edit").click().run()
    assert app.text_input(key=f"proposal_title_{second}").value == "Invoices"
    _go(app, first)
    assert not _has(app, "proposal_edit_confirm")
    app.button(key="proposal_edit").click().run()
    assert app.text_input(key=f"proposal_title_{first}").value == "Half a title"
    assert app.text_area(key=f"proposal_why_{first}").value == ""
    app.button(key="proposal_edit_confirm").click().run()
    assert not app.exception
    with database.reading() as session:
        stored = session.get_one(Proposal, first)
        assert (stored.title, stored.why) == ("Half a title", "")
    app.button(key="proposal_edit").click().run()
    assert app.text_input(key=f"proposal_title_{first}").value == "Half a title", "from what is stored now"
