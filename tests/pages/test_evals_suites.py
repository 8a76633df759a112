"""The Suites tab: making, filling, holding out, versions, and who sees what."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from core.database import Database
from core.evals import (
    EvalSuite,
    add_members,
    change_case,
    change_suite,
    create_suite,
    freeze_suite,
    list_suite_versions,
    remove_member,
)
from core.identity import SYSTEM, Role
from tests.pages.conftest import SignedIn
from tests.pages.test_evals_cases import labels, opened, words, write


def make(database: Database, title: str = "Refunds", cases: tuple[int, ...] = (), **rest: Any) -> EvalSuite:
    with database.transaction() as session:
        suite = create_suite(SYSTEM, session=session, title=title, **rest)
        add_members(SYSTEM, suite.key, cases, session=session)
        return suite


def columns(app: Any, name: str) -> list[Any]:
    return list(next(each.value[name] for each in app.dataframe if name in each.value.columns))


def part(app: Any, suite: EvalSuite, name: str) -> Any:
    return app.segmented_control(key=f"suite_part_{suite.key}").set_value(name).run()


def test_it_is_no_part_of_a_reps_work(signed_in: SignedIn, database: Database) -> None:
    make(database)
    app = opened(signed_in, Role.REP, "Suites")
    assert "not part of your role" in app.subheader[0].value
    assert not app.dataframe


def test_nothing_yet(signed_in: SignedIn, database: Database) -> None:
    app = opened(signed_in, Role.SPECIALIST, "Suites")
    assert not app.exception
    assert "There is no suite yet" in words(app)
    manager = opened(signed_in, Role.MANAGER, "Suites")
    assert "New suite" not in labels(manager)


def test_a_suite_is_made_and_filled_and_frozen(signed_in: SignedIn, database: Database) -> None:
    for number in range(3):
        write(database, f"Question {number}", state="accepted", theme="a" if number else "b")
    app = opened(signed_in, Role.SPECIALIST, "Suites")
    app.button(key="suites_new").click().run()
    app.button(key="new_suite_go").click().run()
    assert "title" in app.toast[0].value
    app.text_input(key="new_suite_title").set_value("日本語")
    app.button(key="new_suite_go").click().run()
    assert "cannot be the name" in app.toast[0].value
    assert app.text_input(key="new_suite_title").value == "日本語"
    app.text_input(key="new_suite_name").set_value("japanese")
    app.button(key="new_suite_go").click().run()
    assert not app.exception
    with database.reading() as session:
        suite = session.exec(select(EvalSuite)).one()
    assert (suite.name, suite.title, suite.kind) == ("japanese", "日本語", "core")
    assert "No case belongs to it yet" in words(app)
    assert app.button(key=f"suite_run_{suite.key}").disabled
    part(app, suite, "Add cases")
    app.selectbox(key=f"suite_add_{suite.key}_theme").set_value("a").run()
    app.button(key=f"suite_add_{suite.key}_go").click().run()
    assert "belongs to it already, or there is none" in words(app)
    part(app, suite, "Cases")
    assert columns(app, "Case") == ["Question 2", "Question 1"]
    assert [each.label for each in app.button if each.proto.type == "primary"] == ["Run it"]
    app.button(key=f"suite_freeze_{suite.key}").click().run()
    assert "Version 1 holds the 2 accepted cases" in app.toast[0].value
    app.button(key=f"suite_freeze_{suite.key}").click().run()
    with database.reading() as session:
        assert len(list_suite_versions(suite.key, session=session)) == 1
    app.button(key=f"suite_run_{suite.key}").click().run()
    assert app.selectbox(key="run_new_suite").value == "japanese"


def test_taking_cases_out(signed_in: SignedIn, database: Database) -> None:
    cases = tuple(write(database, f"Question {number}") for number in range(2))
    suite = make(database, cases=cases)
    app = opened(signed_in, Role.SPECIALIST, "Suites")
    key = next(each.key for each in app.dataframe if "Case" in each.value.columns)
    assert key
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    app.button(key=f"suite_take_out_{suite.key}").click().run()
    assert columns(app, "Case") == ["Question 0"]


def test_versions_say_what_differs(signed_in: SignedIn, database: Database) -> None:
    cases = tuple(write(database, f"Question {number}", state="accepted") for number in range(2))
    suite = make(database, cases=cases)
    with database.transaction() as session:
        freeze_suite(suite.key, session=session)
    app = opened(signed_in, Role.SPECIALIST, "Suites", suite="refunds")
    part(app, suite, "Versions")
    assert "Version 1 is the oldest" in words(app)
    with database.transaction() as session:
        change_case(SYSTEM, cases[0], session=session, revision=1, name="Renamed *case*")
        remove_member(SYSTEM, suite.key, cases[1], session=session)
        freeze_suite(suite.key, session=session)
    app.run()
    shown = words(app)
    assert "1 removed, 1 changed" in shown
    assert "The name was “Question 0” and is “Renamed *case*”." in shown


def test_settings_of_two_people(signed_in: SignedIn, database: Database) -> None:
    suite = make(database)
    prefix = f"suite_edit_{suite.key}_"
    app = opened(signed_in, Role.SPECIALIST, "Suites")
    part(app, suite, "Settings")
    app.text_input(key=f"{prefix}title").set_value("Mine").run()
    with database.transaction() as session:
        change_suite(SYSTEM, suite.key, session=session, revision=1, title="Theirs")
    app.button(key=f"{prefix}save").click().run()
    assert "Stored: Theirs" in words(app)
    assert "Yours: Mine" in words(app)
    app.button(key=f"{prefix}save").click().run()
    assert "**Mine**" in words(app)


def test_held_out_suites_show_counts_to_specialists(signed_in: SignedIn, database: Database) -> None:
    secret = write(database, "The secret question", state="accepted")
    write(database, "An open question", state="accepted")
    suite = make(database, "Secret", cases=(secret,), held_out=True)
    with database.transaction() as session:
        freeze_suite(suite.key, session=session)
    app = opened(signed_in, Role.SPECIALIST, "Suites")
    assert not app.exception
    assert "its cases (1) are not shown" in words(app)
    assert "Run it" in labels(app)
    part(app, suite, "Add cases")
    app.button(key=f"suite_add_{suite.key}_go").click().run()
    assert "secret question" not in words(app)
    with database.transaction() as session:
        freeze_suite(suite.key, session=session)
    part(app, suite, "Versions")
    assert "1 added" in words(app)
    assert "Which cases these are is held out" in words(app)
    part(app, suite, "Settings")
    assert app.toggle(key=f"suite_edit_{suite.key}_held_out").disabled
    assert "question" not in words(app).replace("fits the answers to the questions", "")
    manager = opened(signed_in, Role.MANAGER, "Suites")
    assert columns(manager, "Case") == ["An open question", "The secret question"]
    part(manager, suite, "Versions")
    assert "An open question" in words(manager)
    part(manager, suite, "Settings")
    manager.toggle(key=f"suite_edit_{suite.key}_held_out").set_value(False)
    manager.button(key=f"suite_edit_{suite.key}_save").click().run()
    assert not manager.exception
    with database.reading() as session:
        assert not session.get_one(EvalSuite, suite.key).held_out


def test_archiving(signed_in: SignedIn, database: Database) -> None:
    suite = make(database)
    app = opened(signed_in, Role.SPECIALIST, "Suites")
    app.button(key=f"suite_archive_{suite.key}").click().run()
    assert "There is no suite yet" in words(app)
    app.toggle(key="suites_archived").set_value(True).run()
    app.button(key=f"suite_restore_{suite.key}").click().run()
    assert not app.exception
    assert "Archive" in labels(app)
