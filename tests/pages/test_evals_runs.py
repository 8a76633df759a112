"""The tab Runs: start, watch, stop, resume, and read what came of a run."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from core.database import Database
from core.errors import ProviderError
from core.evals.content import CaseContent
from core.evals.output import Output
from core.evals.tables import EvalCandidate, EvalRun
from core.identity import Role
from pages.specialist.evals.runs.words import rate_words
from tests.core.evals.running.conftest import script
from tests.core.evals.running.making import TARGET, Script, begin, make_suite, now_of, results, work
from tests.pages.conftest import SignedIn

__all__ = ["script"]

PAGE = "specialist/evals/page.py"


def _open(signed_in: SignedIn, role: Role = Role.SPECIALIST, **address: str) -> AppTest:
    app = signed_in(role)
    for name, value in {"tab": "Runs", **address}.items():
        app.query_params[name] = value
    app = app.switch_page(PAGE).run()
    assert not app.exception
    return app


def _words(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning]
    return " ".join(each.value for each in parts).replace("\\", "")


def _button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def _at(app: AppTest, name: str) -> str:
    """What the address says."""
    value: Any = app.query_params[name]
    return str(value[0] if isinstance(value, list) else value)


def _labels(app: AppTest) -> set[str]:
    return {each.label for each in app.button}


def _run(database: Database) -> EvalRun:
    with database.reading() as session:
        return session.exec(select(EvalRun)).one()


def _mixed(case: CaseContent, _: int) -> Output:
    if case.name == "case 3":
        raise ProviderError("The model is down.")
    return Output(text="No idea <b>at all</b>" if case.name == "case 2" else "Answer")


def test_from_the_form_to_what_came_of_it(signed_in: SignedIn, database: Database, script: Script) -> None:
    make_suite(database, 4)
    script.says = _mixed
    app = _open(signed_in)
    assert "A run asks a build" in _words(app)
    _button(app, "New run").click().run()
    app.selectbox(key="run_new_target").set_value(TARGET).run()
    app.number_input(key="run_new_budget").set_value(5.0).run()
    app.text_input(key="run_new_note").set_value("before the release").run()
    assert "4 answers" in _words(app)
    _button(app, "Start run").click().run()
    assert not app.exception
    run = _run(database)
    assert (run.note, run.budget, run.target, run.state) == ("before the release", 5.0, TARGET, "planned")
    assert _at(app, "run") == str(run.key)
    assert "0 of 4 done" in _words(app)
    assert "Stop" in _labels(app)
    work(database, run)
    app.run()
    assert not app.exception
    words = _words(app)
    assert "Finished" in words
    assert "4 of 4 done" in words
    assert {each.label: each.value for each in app.metric} == {
        "Passed": "2",
        "Failed": "1",
        "No answer": "1",
        "Not graded": "0",
    }
    table = app.dataframe[0].value
    assert list(table["Case"]) == ["case 2", "case 3", "case 1", "case 4"]
    assert "Says" in words, "the grade of the first failure is open"
    app.query_params["result"] = str(results(database, run)[2].key)
    app.run()
    assert "The model failed. The model is down." in _words(app)
    script.says = lambda case, _: Output(text="Answer")
    _button(app, "Try errors again").click().run()
    assert now_of(database, run).state == "planned"
    work(database, run)
    app.run()
    assert "Try errors again" not in _labels(app)
    _button(app, "All runs").click().run()
    assert not app.exception
    listed = app.dataframe[0].value
    assert list(listed["State"]) == ["Finished"]
    assert listed["Passed"][0].startswith("75 % (")
    assert listed["Note"][0] == "before the release"


def test_stop_resume_and_raise_the_budget(signed_in: SignedIn, database: Database, script: Script) -> None:
    make_suite(database, 8)
    script.cost = 0.5
    run = begin(database, budget=3.0)
    app = _open(signed_in, run=str(run.key))
    _button(app, "Stop").click().run()
    assert now_of(database, run).state == "stopping"
    work(database, run)
    app.run()
    assert "Stopped" in _words(app)
    _button(app, "Resume").click().run()
    work(database, run)
    app.run()
    assert "budget of $3.00 is used up: 6 of 8" in _words(app)
    assert "Resume" not in _labels(app)
    app.number_input(key="run_budget").set_value(9.0).run()
    _button(app, "Raise it and resume").click().run()
    assert now_of(database, run).budget == 9.0
    assert work(database, run).state == "finished"


def test_results_are_filtered_and_runs_compared(
    signed_in: SignedIn, database: Database, script: Script
) -> None:
    make_suite(database, 4)
    script.says = _mixed
    first = begin(database)
    work(database, first)
    second = begin(database, fresh=True, repeats=2)
    work(database, second)
    app = _open(signed_in, run=str(second.key))
    app.segmented_control(key=f"run_outcome_{second.key}").set_value("failed").run()
    assert list(app.dataframe[0].value["Repeat"]) == ["1 of 2", "2 of 2"]
    assert {"Repeat 1", "Repeat 2"} <= _labels(app)
    _button(app, "Repeat 2").click().run()
    assert _at(app, "result") == str(results(database, second)[5].key)
    app.text_input(key="run_text").set_value("nothing like it").run()
    assert "No result is like this" in _words(app)
    _button(app, "Compare with the run before").click().run()
    assert _at(app, "before") == str(first.key)
    assert _at(app, "after") == str(second.key)


def test_a_held_out_run_shows_scores_and_no_texts(
    signed_in: SignedIn, database: Database, script: Script
) -> None:
    make_suite(database, 2, held_out=True)
    run = begin(database)
    work(database, run)
    app = _open(signed_in, run=str(run.key))
    assert "held out" in _words(app)
    assert "Question" not in _words(app)
    assert not app.dataframe
    assert app.metric[0].value == "2"
    app = _open(signed_in, Role.MANAGER, run=str(run.key))
    assert len(app.dataframe[0].value) == 2


def test_a_candidate_is_kept_and_chosen(signed_in: SignedIn, database: Database, script: Script) -> None:
    make_suite(database, 1)
    app = _open(signed_in)
    _button(app, "New run").click().run()
    app.text_input(key="candidate_name").set_value("Bad Name").run()
    app.text_area(key="candidate_instructions").set_value("Be short.").run()
    _button(app, "Keep this candidate").click().run()
    assert app.text_area(key="candidate_instructions").value == "Be short.", "nothing typed is lost"
    app.text_input(key="candidate_name").set_value("short").run()
    _button(app, "Keep this candidate").click().run()
    assert not app.exception
    with database.reading() as session:
        assert session.exec(select(EvalCandidate.name)).all() == ["short"]
    assert app.selectbox(key="run_new_candidate").value == "short"
    app.selectbox(key="run_new_target").set_value(TARGET).run()
    _button(app, "Start run").click().run()
    assert _run(database).changes == {"instructions": "Be short."}


def test_a_run_that_is_not_there_and_words_of_rates(signed_in: SignedIn, database: Database) -> None:
    app = _open(signed_in, run="77")
    assert "There is no eval run 77." in _words(app)
    _button(app, "All runs").click().run()
    assert "There is no run yet" in " ".join(each.value for each in app.subheader)
    assert rate_words({"estimate": 0.84, "low": 0.77, "high": 0.91, "n": 100}) == "84 % (77 to 91)"
    assert rate_words({}) == ""


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SPECIALIST])
def test_who_may_run_evals_sees_the_way(signed_in: SignedIn, database: Database, role: Role) -> None:
    assert "New run" in _labels(_open(signed_in, role))
