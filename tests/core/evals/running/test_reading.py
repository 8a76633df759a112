"""Looking at runs: progress, results with failures first, one result, and what is held out."""

from __future__ import annotations

import pytest

from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied, ProviderError
from core.evals.content import CaseContent
from core.evals.output import Output
from core.evals.running import (
    ResultFilter,
    get_run,
    list_runs,
    read_result,
    result_choices,
    resume_run,
    run_progress,
    run_results,
    stop_run,
)
from core.identity import Actor
from tests.core.evals.running.making import Script, begin, make_suite, now_of, results, work


def _mixed(case: CaseContent, repeat: int) -> Output:
    if case.name == "case 3":
        raise ProviderError("The model is down.")
    return Output(text="No idea" if case.name in ("case 2", "case 5") else f"Answer {repeat}")


def test_results_come_with_failures_first_and_can_be_filtered(
    database: Database, script: Script, sam: Actor
) -> None:
    make_suite(database, 6)
    script.says = _mixed
    run = begin(database)
    work(database, run)
    with database.reading() as session:

        def names(chosen: ResultFilter | None = None) -> list[str]:
            return [each.name for each in run_results(sam, run.key, chosen, session=session).rows]

        assert names() == ["case 2", "case 5", "case 3", "case 1", "case 4", "case 6"]
        assert names(ResultFilter(outcome="error")) == ["case 3"]
        assert names(ResultFilter(outcome="passed", tag="even")) == ["case 4", "case 6"]
        assert names(ResultFilter(name="contains")) == ["case 2", "case 5"]
        assert names(ResultFilter(text="QUESTION 4")) == ["case 4"]
        assert names(ResultFilter(text="100%")) == []
        first = run_results(sam, run.key, session=session, limit=2)
        second = run_results(sam, run.key, None, first.after, session=session, limit=4)
        assert [each.name for each in first.rows + second.rows] == names()
        assert second.after is None
        failed = first.rows[0]
        assert (failed.outcome, failed.text, failed.score) == ("failed", "No idea", 0.0)
        assert [(each.name, each.passed) for each in failed.missed] == [("contains", False)]
        error = second.rows[0]
        assert (error.outcome, error.error_kind, error.error) == ("error", "provider", "The model is down.")
        assert next(each for each in second.rows if each.name == "case 1").critical
        choices = result_choices(sam, run.key, session=session)
        assert (choices.tags, choices.names) == (["even", "odd"], ["contains"])
        with pytest.raises(NotFound):
            run_results(sam, 99, session=session)


def test_one_result_shows_its_repeats_and_grades(database: Database, script: Script, sam: Actor) -> None:
    make_suite(database, 2)
    script.says = _mixed
    run = begin(database, repeats=3)
    work(database, run)
    with database.reading() as session:
        view = read_result(sam, results(database, run)[0].key, session=session)
        with pytest.raises(NotFound):
            read_result(sam, 999, session=session)
    assert view.case.name == "case 1"
    assert view.output is not None
    assert view.output.text == "Answer 0"
    assert [each.output.text for each in view.repeats if each.output] == ["Answer 0", "Answer 1", "Answer 2"]
    assert [(each.kind, each.passed) for each in view.grades] == [("contains", True)]
    assert view.summary.suite.name == "core"


def test_progress_counts_by_state(database: Database, script: Script, sam: Actor) -> None:
    make_suite(database, 6)
    script.says, script.cost = _mixed, 0.25
    run = begin(database, budget=100.0)
    with database.reading() as session:
        before = run_progress(run, session)
    assert (before.active, before.done, before.waiting, before.share) == (True, 0, 6, 0.0)
    done = work(database, run)
    with database.reading() as session:
        found = run_progress(done, session)
        (listed,) = list_runs(sam, session=session, suite="core")
        assert list_runs(sam, session=session, before_id=run.key) == []
        assert list_runs(sam, session=session, suite="other") == []
    assert (found.passed, found.failed, found.errors, found.unclear) == (3, 2, 1, 0)
    assert (found.share, found.active, found.resumable) == (1.0, False, False)
    assert found.cost == found.expected_cost == pytest.approx(5 * 0.25)
    assert (listed.version, listed.model, listed.readable) == (1, "scripted/m1", True)
    assert listed.progress == found


def test_texts_of_held_out_suites_stay_with_those_who_may_open_them(
    database: Database, script: Script, sam: Actor, mia: Actor
) -> None:
    make_suite(database, 3, held_out=True)
    run = begin(database)
    work(database, run)
    key = results(database, run)[0].key
    with database.reading() as session:
        summary = get_run(sam, run.key, session=session)
        assert not summary.readable
        assert summary.progress.passed == 3
        with pytest.raises(PermissionDenied, match="held out"):
            run_results(sam, run.key, session=session)
        with pytest.raises(PermissionDenied, match="held out"):
            read_result(sam, key, session=session)
        assert len(run_results(mia, run.key, session=session).rows) == 3
        assert read_result(mia, key, session=session).output is not None


def test_only_some_may_look_and_only_some_may_steer(database: Database, script: Script, rosa: Actor) -> None:
    make_suite(database, 1)
    run = begin(database)
    with database.transaction() as session:
        for steer in (stop_run, resume_run):
            with pytest.raises(PermissionDenied):
                steer(rosa, run.key, session=session)
        with pytest.raises(PermissionDenied):
            list_runs(rosa, session=session)
        with pytest.raises(PermissionDenied):
            run_results(rosa, run.key, session=session)


def test_stopping_before_the_start_and_resuming(database: Database, script: Script, sam: Actor) -> None:
    make_suite(database, 2)
    run = begin(database)
    with database.transaction() as session:
        assert stop_run(sam, run.key, session=session).state == "stopping"
        with pytest.raises(NotFound):
            stop_run(sam, 99, session=session)
    assert work(database, run).state == "stopped"
    assert script.asked == []
    with database.transaction() as session:
        with pytest.raises(InvalidInput, match="no errors"):
            resume_run(sam, run.key, session=session, errors_only=True)
        resume_run(sam, run.key, session=session)
    assert now_of(database, run).attempt == 2
    assert work(database, run).state == "finished"
