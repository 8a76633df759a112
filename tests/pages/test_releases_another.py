"""Other instructions, another model, another version of a classifier: proposed on the Releases page."""

from __future__ import annotations

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.assist import INSTRUCTIONS
from core.classifiers import add_examples, create_classifier, fit_version, ship
from core.database import Database
from core.identity import SYSTEM, Actor, Person, Role, actor_of
from core.knowledge import ArticleRecord, new_edit, publish
from core.releases import Proposal, get_proposal, propose_edit
from tests.core.classifiers.authoring import making
from tests.pages.conftest import SignedIn

PAGE = "specialist/releases/page.py"
People = dict[Role, Person]


@pytest.fixture
def lucia(people: People) -> Actor:
    return actor_of(people[Role.SPECIALIST])


def _open(signed_in: SignedIn, role: Role, proposal: int = 0) -> AppTest:
    app = signed_in(role)
    app.switch_page(PAGE)
    if proposal:
        app.query_params["proposal"] = str(proposal)
    return app.run()


def _asked(signed_in: SignedIn, kind: str, *, role: Role = Role.SPECIALIST, proposal: int = 0) -> AppTest:
    """The dialog, at this kind."""
    app = _open(signed_in, role, proposal)
    app.button(key="another_propose").click().run()
    app.segmented_control(key="another_kind").set_value(kind).run()
    assert not app.exception
    return app


def _words(app: AppTest) -> str:
    found = [*app.title, *app.markdown, *app.caption, *app.warning]
    return " ".join(str(each.value) for each in found).replace("\\", "").replace("\u2060", "")


def _labels(app: AppTest) -> set[str]:
    return {each.label for each in app.main.button}


def _proposal(database: Database) -> Proposal:
    with database.reading() as session:
        return session.exec(select(Proposal)).one()


def _edited(database: Database, author: Actor) -> int:
    """A proposal that changes an article."""
    with database.transaction() as session:
        live = publish(
            SYSTEM, ArticleRecord("refunds", "Refunds", "Five days.", locale="en"), session=session
        )
        edit = new_edit(SYSTEM, session=session, article_id=live.article_id, body="Nine days.")
        return propose_edit(author, edit.key, title="Refunds", session=session).key


def test_other_instructions_are_proposed_from_the_text_in_force(
    signed_in: SignedIn, database: Database
) -> None:
    app = _asked(signed_in, "instructions")
    assert app.text_area(key="instructions_text").value == INSTRUCTIONS
    app.button(key="another_confirm").click().run()
    assert "That is in force already" in app.toast[0].value
    app.text_input(key="another_title_instructions").set_value("Shorter replies")
    app.text_area(key="instructions_text").set_value(f"{INSTRUCTIONS}\nWrite at most five sentences.")
    app.button(key="another_confirm").click().run()
    assert not app.exception
    assert app.title[0].value == "Shorter replies", "the proposal is open"
    app.button(key="another_propose").click().run()
    assert app.text_area(key="instructions_text").value == INSTRUCTIONS, "what was used up is gone"
    assert app.selectbox(key=f"another_into_{_proposal(database).key}").value == _proposal(database).key
    assert "It takes the place of the other instructions" in _words(app)


def test_who_may_not_release_is_offered_nothing(
    signed_in: SignedIn, database: Database, people: People
) -> None:
    key = _edited(database, actor_of(people[Role.REP]))
    assert "Propose another change" in _labels(_open(signed_in, Role.MANAGER))
    assert "Add another change" in _labels(_open(signed_in, Role.MANAGER, key))
    assert "Propose another change" not in _labels(_open(signed_in, Role.REP))
    assert "Add another change" not in _labels(_open(signed_in, Role.REP, key))


def test_a_model_says_what_is_missing_and_what_would_change(
    signed_in: SignedIn, database: Database, lucia: Actor
) -> None:
    key = _edited(database, lucia)
    app = _asked(signed_in, "model", role=Role.MANAGER, proposal=key)
    app.selectbox(key="model_provider").set_value("compatible").run()
    assert "What the operator has set.  \nOffline" in _words(app)
    assert "Say which model" in _words(app)
    app.text_input(key="model_name").set_value("big").run()
    assert "Say at which address" in _words(app)
    app.text_input(key="model_address").set_value("not an address").run()
    app.button(key="another_confirm").click().run()
    assert "begins with http" in app.toast[0].value
    assert app.text_input(key="model_name").value == "big"
    app.text_input(key="model_address").set_value("http://127.0.0.1:1/v1").run()
    assert "Model: big  \nAddress: http://127.0.0.1:1/v1" in _words(app)
    app.button(key="another_confirm").click().run()
    assert not app.exception
    with database.reading() as session:
        changes = get_proposal(lucia, key, session=session).changes
    assert [each.kind for each in changes] == ["article", "model"], "it went into the proposal it came from"
    words = _words(_open(signed_in, Role.SPECIALIST, key))
    assert "Model that writes drafts" in words
    assert " Model: big" in words


def test_without_a_classifier_the_dialog_says_what_to_do(signed_in: SignedIn, database: Database) -> None:
    app = _asked(signed_in, "classifier")
    assert "No classifier has a version yet." in _words(app)
    assert "Propose" not in _labels(app)


def test_a_version_is_chosen_by_what_was_measured(
    signed_in: SignedIn, database: Database, lucia: Actor
) -> None:
    making.publish(database, subjects=["message", "reply"])
    with database.transaction() as session:
        made = create_classifier(
            lucia,
            session=session,
            name="want",
            title="What they want",
            criterion_name="want",
            kind="examples",
        ).key
    for each in (3, 20):
        new = [example for answer in making.ANSWERS for example in making.texts(answer, each)]
        with database.transaction() as session:
            add_examples(lucia, made, new, source="click", session=session)
        version = fit_version(
            lucia, made, database=database, services=making.services(), note=f"{each} of each"
        )
        if each == 3:
            with database.transaction() as session:
                ship(lucia, made, version.key, session=session, stage="live", reason="The first one.")
    app = _asked(signed_in, "classifier")
    words = _words(app)
    assert "Live now: version 1: not enough labels to say (n 9)." in words
    assert ": 20 of each  \nAgainst version 1: " in words
    options = app.selectbox(key=f"another_version_{made}").options
    assert options[0].startswith("Version 2: 100 % (")
    assert options[1] == "None: it stops judging what arrives"
    app.button(key="another_confirm").click().run()
    assert not app.exception
    assert "What they want: version 2" in _words(app)
    with database.reading() as session:
        (change,) = get_proposal(lucia, _proposal(database).key, session=session).changes
    assert change.before.startswith("Version 1. There are not enough labels")
    assert change.after.startswith("Version 2. 100 % right when it answers (")
    assert "It answers from a familiarity of " in change.after
