"""The Ship and Drift tabs: who may act, what is asked first, and what is seen when something fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.classifiers import Services, kind, list_releases, opening, ship, watch_drift
from core.classifiers.live import cursors
from core.classifiers.tables import Classifier, ClassifierAnswer, ClassifierRelease, DriftAlert
from core.criteria import ensure_criteria
from core.database import Database, now
from core.identity import SYSTEM, Role
from core.llm import get_embedder
from core.releases import ProposalChange
from core.settings import get_settings
from tests.core.classifiers.live.making import FakeKind, add_version, arrive, make_classifier, report
from tests.pages.conftest import SignedIn

PAGE = "specialist/classifiers/page.py"


@pytest.fixture(autouse=True)
def risk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    with database.transaction() as session:
        ensure_criteria(session=session)
    monkeypatch.setitem(kind._KINDS, "fake", FakeKind())
    opening._opened.clear()
    yield make_classifier(database, "risk")
    opening._opened.clear()


def _open(signed_in: SignedIn, role: Role, tab: str, name: str = "risk") -> AppTest:
    app = signed_in(role)
    app.query_params["classifier"] = name
    app.query_params["tab"] = tab
    app.switch_page(PAGE)
    app.query_params["classifier"] = name
    app.query_params["tab"] = tab
    return app.run()


def _words(app: AppTest) -> str:
    shown = (*app.markdown, *app.caption, *app.warning, *app.info, *app.success)
    return "\n".join(str(each.value) for each in shown).replace("\\", "")


def _buttons(app: AppTest) -> dict[str, object]:
    return {each.label: each for each in app.button}


def test_a_version_goes_live_with_its_figures(
    database: Database, signed_in: SignedIn, risk: tuple[int, int]
) -> None:
    key, _ = risk
    second = add_version(database, key, note="More about lawyers", report=report(12, 12))
    app = _open(signed_in, Role.SPECIALIST, "Ship")
    assert not app.exception
    assert "No version is live" in _words(app)
    table = next(each for each in app.dataframe if "Version" in each.value.columns)
    assert list(table.value["Version"]) == [2, 1]
    assert "90 %" in table.value["Right when it answers"].iloc[1]
    with database.transaction() as session:
        ship(SYSTEM, key, second, session=session, stage="live", reason="There was an outage")
    app = _open(signed_in, Role.SPECIALIST, "Ship")
    words = _words(app)
    assert "Version 2 since Today" in words
    assert "There was an outage" in words
    assert "not enough labels" in words, "and that stays visible"
    assert {"Withdraw"} <= set(_buttons(app))


def test_going_live_by_the_dialog(database: Database, signed_in: SignedIn, risk: tuple[int, int]) -> None:
    key, version = risk
    app = _open(signed_in, Role.SPECIALIST, "Ship")
    app.session_state[f"ship_versions_{key}"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert "nothing is live to hold it against" in _words(app)
    app.button(key="ship_shadow").click().run()
    with database.reading() as session:
        assert session.get_one(Classifier, key).shadow_version_id == version
    app.button(key="ship_live").click().run()
    app.button(key="ship_live_confirm").click().run()
    assert not app.exception
    with database.reading() as session:
        found = session.get_one(Classifier, key)
    assert (found.live_version_id, found.shadow_version_id) == (version, None)


def test_what_decides_where_the_ai_drafts_is_proposed(
    database: Database, signed_in: SignedIn, risk: tuple[int, int]
) -> None:
    key, version = make_classifier(database, "alarm", hold_back=["complaint"])
    app = _open(signed_in, Role.SPECIALIST, "Ship", "alarm")
    app.session_state[f"ship_versions_{key}"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    app.button(key="ship_live").click().run()
    app.text_area(key=f"ship_propose_reason_{version}").set_value("Complaints need a person")
    app.button(key="ship_propose_confirm").click().run()
    assert not app.exception
    with database.transaction() as session:
        assert session.get_one(Classifier, key).live_version_id is None
        (change,) = session.exec(select(ProposalChange)).all()
        assert (change.classifier_id, change.content["version_id"]) == (key, version)
        ship(SYSTEM, key, version, session=session, stage="live")
    app = _open(signed_in, Role.SPECIALIST, "Ship", "alarm")
    assert "Proposed" in _words(app)
    assert any("version 1" in each.proto.label for each in app.get("page_link")), "a way to the proposal"
    assert "Proposed" not in _words(_open(signed_in, Role.SPECIALIST, "Ship", "risk"))
    app = _open(signed_in, Role.SPECIALIST, "Ship", "alarm")
    app.button(key="ship_withdraw_live").click().run()
    app.button(key="ship_propose_confirm").click().run()
    with database.reading() as session:
        assert session.get_one(Classifier, key).live_version_id == version
        assert len(session.exec(select(ProposalChange)).all()) == 2


def test_reps_look_and_do_not_act(database: Database, signed_in: SignedIn, risk: tuple[int, int]) -> None:
    key, version = risk
    with database.transaction() as session:
        ship(SYSTEM, key, version, session=session, stage="live")
    app = _open(signed_in, Role.REP, "Ship")
    assert not app.exception
    assert "Version 1 since Today" in _words(app)
    assert not {"Withdraw", "Put into shadow"} & set(_buttons(app))


def test_rolling_back_asks_why(database: Database, signed_in: SignedIn, risk: tuple[int, int]) -> None:
    key, first = risk
    with database.transaction() as session:
        ship(SYSTEM, key, first, session=session, stage="live")
    second = add_version(database, key)
    with database.transaction() as session:
        ship(SYSTEM, key, second, session=session, stage="live")
    app = _open(signed_in, Role.MANAGER, "Ship")
    app.button(key="ship_roll_back").click().run()
    app.button(key="ship_back_confirm").click().run()
    with database.reading() as session:
        assert session.get_one(Classifier, key).live_version_id == second, "not without a reason"
    assert "Write why it is rolled back" in app.toast[0].value
    app.button(key="ship_roll_back").click().run()
    app.text_area(key=f"ship_back_reason_{second}").set_value("Too many false alarms")
    app.button(key="ship_back_confirm").click().run()
    with database.reading() as session:
        assert session.get_one(Classifier, key).live_version_id == first
        newest = list_releases(SYSTEM, key, session=session)[0]
    assert (newest.rollback, newest.reason, newest.who) == (True, "Too many false alarms", "The manager")


def test_what_fails_is_said(database: Database, signed_in: SignedIn, risk: tuple[int, int]) -> None:
    key, version = risk
    with database.transaction() as session:
        ship(SYSTEM, key, version, session=session, stage="shadow")
        cursors.note_failure(version, "The model could not be reached.", failures=3, session=session)
    words = _words(_open(signed_in, Role.SPECIALIST, "Ship"))
    assert "Version 1 (in shadow) cannot judge at present: The model could not be reached." in words
    assert "It tries again at" in words


def test_drift_is_named_and_dismissed_with_a_reason(
    database: Database, signed_in: SignedIn, risk: tuple[int, int]
) -> None:
    key, version = risk
    arrive(database, "Hello")
    with database.transaction() as session:
        ship(SYSTEM, key, version, session=session, stage="live")
        moment = now()
        session.add_all(
            ClassifierAnswer(
                version_id=version,
                subject_id=10_000 + number,
                conversation_id=10_000 + number,
                answer="request" if number % 2 or number >= 400 else "problem",
                confidence=0.9,
                source="live" if number >= 400 else "backtest",
                occurred_at=moment - timedelta(days=10 if number < 400 else 0),
            )
            for number in range(600)
        )
    services = Services(get_settings(), lambda: get_embedder(get_settings()))
    _shipped_before(database, key, timedelta(days=1))
    assert watch_drift(database=database, services=services) == 1
    assert watch_drift(database=database, services=services) == 0, "one open alert of a kind"
    app = _open(signed_in, Role.SPECIALIST, "Drift")
    assert not app.exception
    words = _words(app)
    assert "Answers have become more or less frequent" in words
    assert "“request” went from 50 %" in words
    assert "to 100 %" in words
    with database.reading() as session:
        (alert,) = session.exec(select(DriftAlert)).all()
    app.button(key=f"drift_dismiss_{alert.key}").click().run()
    app.text_area(key=f"drift_reason_{alert.key}").set_value("We stopped taking problems by mail")
    app.button(key="drift_dismiss_confirm").click().run()
    assert "Nothing has drifted" in _words(app)
    assert watch_drift(database=database, services=services) == 0, "what was dismissed is expected now"
    rep = _open(signed_in, Role.REP, "Drift")
    assert not rep.exception
    assert not {"Dismiss", "Propose retraining"} & set(_buttons(rep))


def _shipped_before(database: Database, key: int, ago: timedelta) -> None:
    with database.transaction() as session:
        for each in session.exec(select(ClassifierRelease).where(ClassifierRelease.classifier_id == key)):
            each.created_at -= ago
            session.add(each)
