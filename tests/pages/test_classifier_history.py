"""The History tab: estimate, start, watch, stop, resume, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.classifiers import Services, run_backtest
from core.classifiers.tables import Backtest, ClassifierAnswer
from core.database import Database
from core.identity import Role
from pages.process import Process
from pages.specialist.classifiers.history.words import dollars, duration
from tests.core.classifiers.live.conftest import fake_kind, services
from tests.core.classifiers.live.making import FakeModel, arrive, make_classifier
from tests.pages.conftest import SignedIn

__all__ = ["fake_kind", "services"]

PAGE = "specialist/classifiers/page.py"


@pytest.fixture(autouse=True)
def _no_work_beside(monkeypatch: pytest.MonkeyPatch, services: Services) -> Iterator[None]:
    """The tests judge themselves, when they want to."""
    monkeypatch.setattr(Process, "services", services)
    return


def _open(signed_in: SignedIn, role: Role = Role.SPECIALIST) -> AppTest:
    app = signed_in(role)
    app.query_params["classifier"] = "intents"
    app.query_params["tab"] = "History"
    return app.switch_page(PAGE).run()


def _backtest(database: Database) -> Backtest:
    with database.reading() as session:
        return session.exec(select(Backtest)).one()


def _judge(database: Database, services: Services) -> None:
    found = _backtest(database)
    run_backtest(found.key, workflow_id=found.workflow_id, database=database, services=services)


def _words(app: AppTest) -> str:
    """What is said, without the backslashes that keep it from being Markdown."""
    return " ".join(each.value for each in [*app.markdown, *app.caption, *app.info]).replace("\\", "")


def _button(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(each for each in app.button if each.label == label)


def test_from_the_estimate_to_what_came_of_it(
    signed_in: SignedIn, database: Database, services: Services
) -> None:
    arrive(database, "a refund", "it is broken", "perhaps a refund", "<b>hello</b>")
    make_classifier(database)
    app = _open(signed_in)
    assert not app.exception
    assert "None yet" in _words(app)
    _button(app, "Estimate time and cost").click().run()
    assert "4 customer messages: " in _words(app)
    assert "Nothing is paid" in _words(app)
    assert _backtests(database) == 0, "estimating starts nothing"
    _button(app, "Start backtest").click().run()
    assert _backtest(database).state == "planned"
    assert "0 of 4 judged" in _words(app)
    _judge(database, services)
    app.run()
    assert not app.exception
    assert "4 of 4 judged" in _words(app)
    assert app.get("plotly_chart")
    app.segmented_control(key="history_section").set_value("Sample").run()
    next(each for each in app.selectbox if each.label == "Answer").set_value("request").run()
    assert not app.exception
    assert app.dataframe[0].value["Text"].tolist() == ["a refund"]
    for section in ("Overlap", "What would change"):
        app.segmented_control(key="history_section").set_value(section).run()
        assert not app.exception
    assert "nothing to compare with" in _words(app)


def test_stopped_and_failed_ones_say_why_and_go_on(
    signed_in: SignedIn, database: Database, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(database, "a refund")
    make_classifier(database)
    app = _open(signed_in)
    _button(app, "Estimate time and cost").click().run()
    _button(app, "Start backtest").click().run()
    _button(app, "Stop").click().run()
    assert _backtest(database).state == "stopped"
    app.run()
    _button(app, "Resume").click().run()
    assert _backtest(database).state == "planned"
    monkeypatch.setattr(FakeModel, "down", "The service [is](x) down.")
    _judge(database, services)
    app.run()
    assert "Broke off" in _words(app)
    assert app.error[0].value.startswith("The service \\[is\\]")
    monkeypatch.setattr(FakeModel, "down", "")
    _button(app, "Resume").click().run()
    _judge(database, services)
    with database.reading() as session:
        assert session.exec(select(ClassifierAnswer.answer)).all() == ["request"]


def test_a_rep_sees_results_and_starts_nothing(signed_in: SignedIn, database: Database) -> None:
    arrive(database, "a refund")
    make_classifier(database)
    app = _open(signed_in, Role.REP)
    assert not app.exception
    assert not [each for each in app.button if each.label in ("Estimate time and cost", "Start backtest")]


def _backtests(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(Backtest)).all())


def test_durations_and_costs_in_words() -> None:
    assert [duration(each) for each in (0.2, 1.2, 40, 600, 7200, 200_000)] == [
        "under a second",
        "a second",
        "40 seconds",
        "10 minutes",
        "2.0 hours",
        "2 days",
    ]
    assert [dollars(each) for each in (0, 0.001, 12.3, None)] == [
        "free",
        "under $0.01",
        "$12.30",
        "a price nobody set",
    ]
