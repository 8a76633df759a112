"""The Classifiers page: the list, new ones, and the Write tab of each kind."""

from __future__ import annotations

import pytest
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from core.classifiers import (
    ExampleRow,
    ThresholdChoice,
    ThresholdRefusal,
    add_examples,
    change_classifier,
    create_classifier,
    fit_version,
    list_examples,
    preview,
)
from core.classifiers.tables import Classifier, ClassifierExample, ClassifierVersion
from core.database import Database
from core.identity import Actor, Person, Role, actor_of
from pages.process import Process
from pages.specialist.classifiers.write.version import keep_promise
from tests.core.classifiers.authoring.making import ANSWERS, WordEmbedder, publish, services, talk, texts
from tests.pages.assisting import labels, press, raw
from tests.pages.conftest import SignedIn

PAGE = "specialist/classifiers/page.py"
People = dict[Role, Person]


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts become numbers by their words, without a model file."""
    embedder = WordEmbedder()
    monkeypatch.setattr(Process, "services", property(lambda _: services(embedder)))


@pytest.fixture
def lucia(people: People) -> Actor:
    return actor_of(people[Role.SPECIALIST])


def made(database: Database, actor: Actor, kind: str = "examples") -> int:
    """A classifier of what customers want; its key."""
    publish(database, subjects=["message", "reply"])
    with database.transaction() as session:
        return create_classifier(
            actor,
            session=session,
            name="want",
            title="What they want",
            criterion_name="want",
            kind=kind,
        ).key


def teach(database: Database, actor: Actor, classifier_id: int, each: int = 8) -> None:
    new = [example for answer in ANSWERS for example in texts(answer, each)]
    with database.transaction() as session:
        add_examples(actor, classifier_id, new, session=session, source="click")


def opened(signed_in: SignedIn, role: Role = Role.SPECIALIST, name: str = "want") -> AppTest:
    app = signed_in(role, PAGE)
    app.default_timeout = 60  # the first fit of a process loads scikit-learn
    if name:
        app.query_params["classifier"] = name
        app.run()
    assert not app.exception
    return app


def view(app: AppTest, classifier_id: int, name: str) -> AppTest:
    app.segmented_control(f"classifier_view_{classifier_id}").set_value(name)
    app.run()
    assert not app.exception
    return app


def examples(
    database: Database, actor: Actor, classifier_id: int, *, removed: bool = False
) -> list[ExampleRow]:
    with database.reading() as session:
        return list_examples(actor, classifier_id, session=session, removed=removed, limit=200).rows


def stored(database: Database, classifier_id: int) -> Classifier:
    with database.reading() as session:
        return session.get_one(Classifier, classifier_id)


def select_rows(app: AppTest, prefix: str, *rows: int) -> AppTest:
    """Select rows of the table whose key begins so."""
    ids = [each.proto.id for each in app.dataframe]
    key = next(each[each.index(prefix) :] for each in ids if prefix in each)
    app.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize(("role", "may"), [(Role.REP, False), (Role.MANAGER, False), (Role.SPECIALIST, True)])
def test_an_empty_page_says_what_a_classifier_is_for(signed_in: SignedIn, role: Role, may: bool) -> None:
    app = opened(signed_in, role, "")
    assert "There is no classifier yet" in [each.value for each in app.subheader]
    assert ("New classifier" in labels(app)) is may


def test_an_admin_is_turned_away(signed_in: SignedIn) -> None:
    app = opened(signed_in, Role.ADMIN)
    assert "This page is not part of your role" in [each.value for each in app.subheader]


def test_an_address_of_nothing(signed_in: SignedIn) -> None:
    assert "There is no classifier" in opened(signed_in, name="fame").warning[0].value


def test_the_list_says_how_good_each_is(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    key = made(database, lucia)
    teach(database, lucia, key, each=3)
    shown = opened(signed_in, name="").dataframe[0].value.iloc[0]
    assert (shown["Classifier"], shown["Stage"], shown["How good"]) == (
        "What they want",
        "Not shipped",
        "No version yet",
    )
    assert shown["Last change"].endswith("by The specialist")
    fit_version(lucia, key, database=database, services=services())
    few = opened(signed_in, name="").dataframe[0].value.iloc[0]["How good"]
    assert few == "Not enough labels to say (n 9)"
    teach(database, lucia, key, each=20)
    fit_version(lucia, key, database=database, services=services())
    many = opened(signed_in, name="").dataframe[0].value.iloc[0]["How good"]
    assert many.startswith("100 % (")
    assert "n " in many


def test_a_new_classifier_is_opened_at_once(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    publish(database, subjects=["message", "reply"])
    app = press(opened(signed_in, name=""), "New classifier")
    app.text_input("new_classifier_title").set_value("Wants money back")
    app.radio("new_classifier_kind").set_value("rules")
    app = press(app, "Create")
    with database.reading() as session:
        new = session.exec(select(Classifier)).one()
    assert (new.name, new.kind, new.subject_type, new.criterion_name) == (
        "wants_money_back",
        "rules",
        "message",
        "want",
    )
    assert app.query_params["classifier"] == "wants_money_back"


def test_a_rep_may_look_and_not_write(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    key = made(database, lucia)
    teach(database, lucia, key)
    app = opened(signed_in, Role.REP)
    assert app.segmented_control(f"classifier_view_{key}").options == ["Examples", "Warnings"]
    assert not {"Make a version", "Archive", "Details", "Remove"} & labels(app)
    assert "24 examples" in raw(app)


def test_it_is_archived_and_restored(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    key = made(database, lucia)
    app = press(opened(signed_in), "Archive")
    assert stored(database, key).archived_at is not None
    assert "Make a version" not in labels(app)
    press(app, "Restore")
    assert stored(database, key).archived_at is None


def test_what_to_label_next_by_a_click(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    key = made(database, lucia)
    teach(database, lucia, key)
    talk(database, "I want the password page", "Which order colours", "Something else")
    app = view(opened(signed_in), key, "Label next")
    assert "So far it would say" in raw(app)
    press(app, "login")
    (newest, *_) = examples(database, lucia, key)
    assert (newest.example.answer, newest.example.source) == ("login", "suggestion")
    press(app, "Undo")
    assert newest.example.key in {row.example.key for row in examples(database, lucia, key, removed=True)}
    press(app, "Skip")
    press(app, "None of these")
    assert examples(database, lucia, key)[0].example.answer == ""
    press(app, "refund")
    press(app, "other")  # what was skipped comes again at the end
    assert "Everything recent is labelled already" in app.info[0].value


def test_figures_follow_the_examples(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    key = made(database, lucia)
    app = opened(signed_in)
    assert "With the first examples" in raw(app)
    teach(database, lucia, key, each=12)
    app = opened(signed_in)
    assert "36 examples" in raw(app)
    assert [each.label for each in app.metric][:1] == ["Right"]
    answers = next(each.value for each in app.dataframe if "Precision" in each.value)
    assert dict(zip(answers["Answer"], answers["n"], strict=True)) == dict.fromkeys(ANSWERS, 12)


def test_examples_are_answered_held_out_removed_and_taken_back(
    signed_in: SignedIn, database: Database, lucia: Actor
) -> None:
    key = made(database, lucia)
    teach(database, lucia, key, each=2)
    app = view(opened(signed_in), key, "Examples")
    first = examples(database, lucia, key)[0].example.key
    table = f"examples_{key}_table"
    press(select_rows(app, table, 0), "refund")
    assert examples(database, lucia, key)[0].example.answer == "refund"
    press(select_rows(app, table, 0), "Hold out")
    assert examples(database, lucia, key)[0].example.held_out
    press(select_rows(app, table, 0, 1), "Remove")
    assert len(examples(database, lucia, key)) == 4
    press(app, "Undo")
    assert examples(database, lucia, key)[0].example.key == first
    app.selectbox(f"examples_{key}_answer").set_value("login").run()
    assert len(app.dataframe[0].value) == 2


def test_pasted_lines_with_and_without_answers(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    key = made(database, lucia)
    app = view(opened(signed_in), key, "Add examples")
    app.radio(f"classifier_source_{key}").set_value("Paste or file").run()
    pasted = "login\tMy password is gone\nGeld zurück, bitte! 💶\ncake\tWhich cake?"
    next(each for each in app.text_area if each.label == "One text a line").set_value(pasted).run()
    assert "1 lines make no example" in app.warning[0].value
    press(app, "Add 1 with their answers")
    next(each for each in app.text_area if each.label == "One text a line").set_value(pasted).run()
    press(app, "refund")
    assert {row.example.text: row.example.answer for row in examples(database, lucia, key)} == {
        "My password is gone": "login",
        "Geld zurück, bitte! 💶": "refund",
    }


def test_found_texts_become_examples(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    key = made(database, lucia)
    talk(database, "Refund my order", "Reset my password", "A refund, please")
    app = view(opened(signed_in), key, "Add examples")
    app.text_input(f"candidates_{key}_words").set_value("refund").run()
    press(select_rows(app, f"candidates_{key}_table", 0, 1), "refund")
    assert {row.example.text for row in examples(database, lucia, key)} == {
        "Refund my order",
        "A refund, please",
    }
    assert {row.example.source for row in examples(database, lucia, key)} == {"search"}


def test_a_contradiction_is_settled_with_a_click(
    signed_in: SignedIn, database: Database, lucia: Actor, people: People
) -> None:
    key = made(database, lucia)
    (example,) = texts("refund", 1)
    other = Actor(people[Role.ADMIN].key, "other", "Another author", Role.SPECIALIST)
    for actor, answer in ((other, "login"), (lucia, "refund")):
        with database.transaction() as session:
            add_examples(
                actor,
                key,
                [type(example)(text=example.text, answer=answer)],
                session=session,
                source="click",
            )
    app = view(opened(signed_in), key, "Warnings")
    assert "of the same text" in raw(app)
    press(app, "Both are “refund”")
    (row,) = examples(database, lucia, key)
    assert row.example.answer == "refund"
    with database.reading() as session:
        waiting = select(ClassifierExample).where(col(ClassifierExample.contradicts_id).is_not(None))
        assert not session.exec(waiting).all()


def test_rules_say_what_is_wrong_where_and_are_stored(
    signed_in: SignedIn, database: Database, lucia: Actor
) -> None:
    key = made(database, lucia, "rules")
    teach(database, lucia, key, each=4)
    app = opened(signed_in)
    area = f"classifier_rules_{key}_0"
    app.text_area(area).set_value('refund when text contains "money"\nlogin when txt is "x"').run()
    assert "Line 2, column 12" in app.error[0].value.replace("\\", "")
    rules = 'refund when text contains "money"\nother otherwise'
    app.text_area(area).set_value(rules).run()
    assert not app.error
    assert not app.exception
    assert stored(database, key).settings == {"rules": rules}
    assert "Right on 67 %" in raw(app)
    wrong = next(each.value for each in app.dataframe if "Why" in each.value)
    assert set(wrong["Wanted"]) == {"login"}
    assert set(wrong["Said"]) == {"other"}


def test_of_two_authors_the_second_sees_both_texts(
    signed_in: SignedIn, database: Database, lucia: Actor, people: People
) -> None:
    key = made(database, lucia, "rules")
    app = opened(signed_in)
    other = Actor(people[Role.ADMIN].key, "other", "Another author", Role.SPECIALIST)
    theirs, mine = 'refund when text contains "theirs"', 'refund when text contains "mine"'
    with database.transaction() as session:
        change_classifier(other, key, session=session, revision=1, settings={"rules": theirs})
    area = f"classifier_rules_{key}_0"
    app.text_area(area).set_value(mine).run()
    assert not app.exception
    assert stored(database, key).settings == {"rules": theirs}
    assert app.text_area(area).value == mine
    assert theirs in [each.value for each in app.code]
    assert "Another author stored something else" in raw(app) + app.warning[0].value
    both = f"{theirs}\n{mine}"
    app.text_area(area).set_value(both).run()
    press(app, "Store mine")
    assert stored(database, key).settings == {"rules": both}
    assert not app.warning


def test_what_somebody_else_stored_is_taken_over_where_nothing_waits(
    signed_in: SignedIn, database: Database, lucia: Actor
) -> None:
    key = made(database, lucia, "rules")
    app = opened(signed_in)
    theirs = 'refund when text contains "theirs"'
    with database.transaction() as session:
        change_classifier(lucia, key, session=session, revision=1, settings={"rules": theirs})
    app.run()
    assert app.text_area(f"classifier_rules_{key}_1").value == theirs


def test_a_check_with_its_parameters(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    publish(database, "greets", kind="yes_no", subjects=["reply"], answers=[])
    with database.transaction() as session:
        key = create_classifier(
            lucia, session=session, name="greets", title="Greets", criterion_name="greets", kind="check"
        ).key
    app = opened(signed_in, name="greets")
    app.selectbox(f"classifier_check_{key}_0").set_value("greeting").run()
    app.toggle(f"classifier_check_{key}_0_greeting_closing").set_value(True).run()
    assert not app.exception
    assert stored(database, key).settings == {"check": "greeting", "parameters": {"closing": True}}


def test_a_prompt_is_stored_as_it_is_written(signed_in: SignedIn, database: Database, lucia: Actor) -> None:
    key = made(database, lucia, "prompt")
    app = opened(signed_in)
    app.text_area(f"classifier_prompt_{key}_0_instructions").set_value("Anger is no reason.").run()
    assert not app.exception
    assert stored(database, key).settings == {"instructions": "Anger is no reason."}


def test_a_version_is_made_and_its_measure_opens(
    signed_in: SignedIn, database: Database, lucia: Actor
) -> None:
    key = made(database, lucia)
    teach(database, lucia, key, each=20)
    app = press(opened(signed_in), "Make a version")
    app.text_input(f"version_{key}_note").set_value("The first")
    app.multiselect(f"version_{key}_hold_back_0").set_value(["login"])
    app = press(app, "Make version 1")
    with database.reading() as session:
        version = session.exec(select(ClassifierVersion)).one()
    assert (version.note, version.hold_back, version.example_count) == ("The first", ["login"], 60)
    assert app.query_params["tab"] == "Measure"


def test_a_threshold_keeps_its_promise_or_says_why_not(database: Database, lucia: Actor) -> None:
    key = made(database, lucia)
    teach(database, lucia, key, each=20)
    found = preview(lucia, key, database=database, services=services(), with_curve=False)
    kept = keep_promise(found, 0.9)
    assert isinstance(kept, ThresholdChoice)
    assert kept.precision.estimate >= 0.9
    refused = keep_promise(found, 0.99)
    assert isinstance(refused, ThresholdRefusal)
    assert "60 labels are not enough" in refused.reason
