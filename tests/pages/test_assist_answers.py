"""What live classifiers say, on the Assist page: badges of the open conversation, and the queue's filter."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.classifiers import Services, create_classifier, fit_version, judge_new, ship, withdraw
from core.criteria import publish_criterion
from core.database import Database
from core.identity import SYSTEM, Actor, Role
from core.settings import get_settings
from pages.process import get_process
from tests.core.conversations.make import add_actor, load, record, said, stored_id
from tests.pages.conftest import SignedIn

PAGE = "rep/assist.py"
RULES = 'refund when text contains "money back"\ninvoice when text contains "invoice"\nother when words < 2'


@pytest.fixture
def lucia(database: Database, monkeypatch: pytest.MonkeyPatch) -> Actor:
    monkeypatch.setattr(get_process().runner, "ensure_draft", lambda *_args, **_options: None)
    return add_actor(database, "lucia", Role.SPECIALIST)


def _shipped(database: Database, lucia: Actor, *texts: str) -> int:
    """A live classifier of rules, and a conversation for each text, all of them judged; its id."""

    def never() -> None:
        raise AssertionError("rules need no vectors")

    services = Services(get_settings(), never)  # type: ignore[arg-type]
    with database.transaction() as session:
        publish_criterion(
            lucia,
            session=session,
            name="matter",
            question="What is it about?",
            kind="one_of",
            subjects=["message"],
            answers=["refund", "invoice", "other"],
        )
        made = create_classifier(
            lucia,
            session=session,
            name="matter",
            title="Matter *of* it",
            criterion_name="matter",
            kind="rules",
            settings={"rules": RULES},
        )
        classifier_id = made.key
    version = fit_version(lucia, classifier_id, database=database, services=services, hold_back=["refund"])
    with database.transaction() as session:
        ship(SYSTEM, classifier_id, version.key, session=session, stage="live", reason="try")
    load(
        database,
        [
            record(f"c{number}", said("customer", text, minute=number), subject=f"Subject {number}")
            for number, text in enumerate(texts, start=1)
        ],
    )
    judge_new(database=database, services=services)
    return classifier_id


def _badges(app: AppTest) -> list[str]:
    return [str(each.value).replace("\\", "") for each in app.markdown if "-badge[" in str(each.value)]


def _subjects(app: AppTest) -> str:
    """What is in the queue: the rows its component was given."""
    return str([each.proto for each in app.get("bidi_component")])


def _open(app: AppTest, database: Database, external_id: str) -> AppTest:
    app.query_params["conversation"] = str(stored_id(database, external_id))
    app.run()
    assert not app.exception
    return app


def _said(app: AppTest) -> str:
    """The one badge of the classifier."""
    (badge,) = [each for each in _badges(app) if "Matter *of* it" in each]
    return badge


def test_a_rep_sees_what_a_classifier_says_and_that_it_holds_the_ai_back(
    database: Database, lucia: Actor, signed_in: SignedIn
) -> None:
    _shipped(database, lucia, "I want my money back", "Where is my invoice?", "What do you sell?")
    app = signed_in(Role.REP, PAGE)
    held = _said(_open(app, database, "c1"))
    assert "orange-badge" in held
    assert "Matter *of* it: refund" in held
    calm = _said(_open(app, database, "c2"))
    assert "gray-badge" in calm
    assert "Matter *of* it: invoice" in calm
    unsure = _said(_open(app, database, "c3"))
    assert "Matter *of* it: not sure" in unsure


def test_the_queue_is_filtered_by_an_answer(database: Database, lucia: Actor, signed_in: SignedIn) -> None:
    _shipped(database, lucia, "I want my money back", "Where is my invoice?")
    app = signed_in(Role.REP, PAGE)
    app.selectbox(key="queue_view").set_value("All open").run()
    assert "Subject 1" in _subjects(app)
    assert "Subject 2" in _subjects(app)
    app.selectbox(key="queue_classifier").set_value("matter").run()
    assert "Subject 1" in _subjects(app), "a classifier alone filters nothing"
    app.selectbox(key="queue_answer").set_value("invoice").run()
    assert not app.exception
    assert "Subject 1" not in _subjects(app)
    assert "Subject 2" in _subjects(app)
    app.selectbox(key="queue_answer").set_value("other").run()
    assert "of nothing in this view." in _subjects(app)


def test_a_filter_is_forgotten_when_its_classifier_is_withdrawn(
    database: Database, lucia: Actor, signed_in: SignedIn
) -> None:
    classifier_id = _shipped(database, lucia, "I want my money back", "Where is my invoice?")
    app = signed_in(Role.REP, PAGE)
    app.selectbox(key="queue_view").set_value("All open").run()
    app.selectbox(key="queue_classifier").set_value("matter").run()
    app.selectbox(key="queue_answer").set_value("invoice").run()
    with database.transaction() as session:
        withdraw(SYSTEM, classifier_id, session=session, stage="live", reason="enough")
    app.run()
    assert not app.exception
    assert [each.key for each in app.selectbox if each.key in ("queue_classifier", "queue_answer")] == []
    assert "Subject 1" in _subjects(app)


def test_without_a_live_classifier_there_is_neither(
    database: Database, lucia: Actor, signed_in: SignedIn
) -> None:
    load(database, [record("c1")])
    app = _open(signed_in(Role.REP, PAGE), database, "c1")
    assert not [each for each in app.selectbox if each.key == "queue_classifier"]
    assert not [each for each in _badges(app) if "Matter" in each]
