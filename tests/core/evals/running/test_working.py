"""The work on a run: each case asked once, kept, graded; and everything that may come between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from core.audit import AuditEntry
from core.database import Database, now
from core.errors import Conflict, InvalidInput, ProviderError
from core.evals.output import Output
from core.evals.running import resume_run, stop_run
from core.evals.running.work import asking, claiming, keeping, part, patience
from core.evals.running.work import grades as grading
from core.evals.tables import EvalCase, EvalResult, EvalRun
from core.identity import SYSTEM
from core.jobs import Interrupted
from core.llm import AccessRefusedError, MalformedAnswerError
from tests.core.evals.running.making import (
    Script,
    begin,
    grades,
    make_suite,
    now_of,
    results,
    states,
    work,
)


def _until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def _in_background(database: Database, run: EvalRun, **given: Any) -> threading.Thread:
    thread = threading.Thread(target=work, args=(database, run), kwargs=given, daemon=True)
    thread.start()
    return thread


def test_every_case_is_asked_once_graded_and_the_run_finishes(database: Database, script: Script) -> None:
    make_suite(database, 30)
    script.seconds = 0.01
    run = begin(database, repeats=2)
    assert (run.state, run.total, run.build_id) == ("planned", 60, "build-1")
    assert states(database, run) == {"waiting": 60}
    done = work(database, run)
    assert (done.state, done.error) == ("finished", "")
    assert done.scores
    assert done.finished_at is not None
    assert set(script.counts.values()) == {2}
    assert len(script.counts) == 30
    assert 1 < script.most_in_flight <= 8
    found = results(database, run)
    assert {(each.state, each.passed, each.score, each.owner) for each in found} == {("done", True, 1.0, "")}
    assert {each.repeat for each in found} == {0, 1}
    assert all(each.started_at and each.finished_at and each.requests == 1 for each in found)
    assert [(each.name, each.passed) for each in grades(database, run)] == [("contains", True)] * 60
    assert script.closed == len(script.opened)
    work(database, run)  # by mistake
    assert len(script.asked) == 60


def test_what_is_not_met_fails_and_a_failed_grading_is_counted(
    database: Database, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_suite(database, 4)
    script.says = lambda case, _: Output(text="Answer" if case.name != "case 2" else "No idea")
    run = begin(database)
    graded = grading.grade_batch

    def broken(pairs: Any, *rest: Any, **named: Any) -> Any:
        if any(case.name == "case 3" for case, _ in pairs):
            raise RuntimeError("a defect")
        return graded(pairs, *rest, **named)

    monkeypatch.setattr(grading, "grade_batch", broken)
    monkeypatch.setattr(keeping, "_GRADED_AT_ONCE", 1)
    assert work(database, run).state == "finished"
    passed = {each.case_id: each.passed for each in results(database, run)}
    assert list(passed.values()) == [True, False, None, True]
    unclear = results(database, run)[2]
    assert unclear.grading_errors == 1
    (error,) = [each.error for each in grades(database, run) if each.result_id == unclear.key]
    assert "broke off" in error
    monkeypatch.setattr(grading, "grade_batch", graded)
    with database.transaction() as session:
        resume_run(SYSTEM, run.key, session=session, errors_only=True)
    assert work(database, run).state == "finished"
    assert results(database, run)[2].passed is True
    assert len(script.asked) == 4, "the answer was kept, and only graded again"
    assert len(grades(database, run)) == 4


def test_errors_are_kept_apart_and_retried_only_when_asked(database: Database, script: Script) -> None:
    make_suite(database, 6)
    failures: dict[str, Exception] = {
        "case 1": ProviderError("The model is down."),
        "case 2": MalformedAnswerError("No text."),
        "case 3": InvalidInput("Nobody asks anything."),
        "case 4": RuntimeError("a defect with a secret"),
    }

    def says(case: Any, _: int) -> Output:
        if case.name in failures:
            raise failures[case.name]
        return Output(text="Answer")

    script.says = says
    run = begin(database)
    assert work(database, run).state == "finished"
    found = results(database, run)
    assert [(each.state, each.error_kind) for each in found] == [
        ("error", "provider"),
        ("error", "malformed"),
        ("error", "case"),
        ("error", "case"),
        ("done", ""),
        ("done", ""),
    ]
    assert found[0].error == "The model is down."
    assert "secret" not in found[3].error
    with database.transaction() as session, pytest.raises(Conflict, match="errors"):
        resume_run(SYSTEM, run.key, session=session)
    failures.clear()
    with database.transaction() as session:
        resumed = resume_run(SYSTEM, run.key, session=session, errors_only=True)
        assert resume_run(SYSTEM, run.key, session=session, errors_only=True).attempt == resumed.attempt == 2
    assert work(database, run, attempt=1).state == "planned", "an old attempt has no say any more"
    assert work(database, run, attempt=2).state == "finished"
    assert {each.state for each in results(database, run)} == {"done"}
    assert len(script.asked) == 6 + 4
    with database.transaction() as session, pytest.raises(InvalidInput, match="no errors"):
        resume_run(SYSTEM, run.key, session=session, errors_only=True)


def test_a_service_that_refuses_everything_stops_the_run(database: Database, script: Script) -> None:
    make_suite(database, 200)
    refused = True

    def says(case: Any, _: int) -> Output:
        if refused:
            raise AccessRefusedError("The server refused the API key. Check RATCHET_MODEL_API_KEY.")
        return Output(text="Answer")

    script.says, script.seconds = says, 0.005
    run = begin(database)
    stopped = work(database, run)
    assert stopped.state == "stopped"
    assert "refused the API key" in stopped.error
    assert len(script.asked) < 40
    assert states(database, run) == {"waiting": 200}, "nothing was answered, so nothing is an error"
    refused = False
    with database.transaction() as session:
        resume_run(SYSTEM, run.key, session=session)
    assert work(database, run).state == "finished"


def test_a_provider_that_is_down_stops_the_run_and_one_that_comes_back_does_not(
    database: Database, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_FAILED_IN_A_ROW", 10)
    make_suite(database, 60)
    down_for = 9

    def says(case: Any, _: int) -> Output:
        if len(script.asked) <= down_for:
            raise ProviderError("The model cannot be reached.")
        return Output(text="Answer")

    script.says, script.room = says, 1
    run = begin(database)
    assert work(database, run).state == "finished"
    assert states(database, run) == {"error": 9, "done": 51}
    down_for = 1_000
    run = begin(database, fresh=True)
    stopped = work(database, run)
    assert stopped.state == "stopped"
    assert "10 cases in a row" in stopped.error
    assert "cannot be reached" in stopped.error
    assert states(database, run)["error"] == 10


def test_a_budget_is_kept_and_raised(database: Database, script: Script) -> None:
    make_suite(database, 40)
    script.cost, script.seconds = 0.1, 0.005
    run = begin(database, budget=1.0)
    stopped = work(database, run)
    assert stopped.state == "stopped"
    assert stopped.error == "The budget of $1.00 is used up: 10 of 40 are answered. Raise it to go on."
    spent = sum(each.cost for each in results(database, run))
    assert spent == pytest.approx(1.0)
    assert states(database, run) == {"done": 10, "waiting": 30}
    with database.transaction() as session:
        for budget in (None, 0.5, 1.0):
            with pytest.raises(InvalidInput, match=r"\$1\.00 of"):
                resume_run(SYSTEM, run.key, session=session, budget=budget)
        resume_run(SYSTEM, run.key, session=session, budget=10.0)
    done = work(database, run)
    assert (done.state, done.error) == ("finished", "")
    assert states(database, run) == {"done": 40}


def test_several_workers_keep_one_budget(database: Database, script: Script) -> None:
    make_suite(database, 60)
    script.cost, script.seconds = 0.1, 0.02
    run = begin(database, budget=2.0)
    threads = [_in_background(database, run, owner=f"slot-{number}:x") for number in range(3)]
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert now_of(database, run).state == "stopped"
    assert max(script.counts.values()) == 1
    in_flight = script.room * 3
    assert len(script.asked) <= 20 + in_flight
    with database.reading() as session:
        used_up = session.exec(select(AuditEntry.action)).all()
    assert "eval_run.started" in used_up


def test_workers_share_a_run_and_it_finishes_once(
    database: Database, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_suite(database, 120)
    script.seconds, script.room = 0.01, 4
    run = begin(database)
    threads = [_in_background(database, run, owner=f"slot-{number}:x") for number in range(3)]
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert now_of(database, run).state == "finished"
    assert set(script.counts.values()) == {1}
    assert len(script.counts) == 120
    assert script.most_in_flight > 4, "more than one worked on it"
    assert len(grades(database, run)) == 120


def test_stopping_while_it_answers_keeps_what_is_in_flight(database: Database, script: Script) -> None:
    make_suite(database, 50)
    script.seconds = 0.2
    run = begin(database)
    thread = _in_background(database, run)
    _until(lambda: script.in_flight >= 4)
    with database.transaction() as session:
        assert stop_run(SYSTEM, run.key, session=session).state == "stopping"
        stop_run(SYSTEM, run.key, session=session)
        with pytest.raises(Conflict, match="still stopping"):
            resume_run(SYSTEM, run.key, session=session)
    thread.join(20)
    assert now_of(database, run).state == "stopped"
    answered = states(database, run)
    assert answered["done"] == len(script.asked), "what was in flight is kept"
    assert answered["waiting"] == 50 - len(script.asked) > 0
    assert {each.tries for each in results(database, run) if each.state == "waiting"} == {0}
    with database.transaction() as session:
        resume_run(SYSTEM, run.key, session=session)
    script.seconds = 0.0
    assert work(database, run).state == "finished"
    assert set(script.counts.values()) == {1}


def test_a_process_that_closes_gives_everything_back(
    database: Database, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "_GRACE_WHEN_CLOSING", 0.05)
    make_suite(database, 30)
    script.seconds = 30.0
    run = begin(database)
    closing = threading.Event()
    ended: list[type[BaseException]] = []

    def close_in_the_middle() -> None:
        try:
            work(database, run, should_stop=closing.is_set)
        except Interrupted as interrupted:
            ended.append(type(interrupted))

    thread = threading.Thread(target=close_in_the_middle, daemon=True)
    thread.start()
    _until(lambda: script.in_flight == 8)
    closing.set()
    thread.join(20)
    assert ended == [Interrupted]
    assert now_of(database, run).state == "running"
    assert states(database, run) == {"waiting": 30}
    assert {each.owner for each in results(database, run)} == {""}
    script.seconds = 0.0
    assert work(database, run, owner="slot-1:other").state == "finished"


def test_claims_of_the_dead_are_void_at_once_and_of_the_frozen_after_the_lease(
    database: Database, script: Script
) -> None:
    make_suite(database, 6)
    run = begin(database)
    keys = [each.key for each in results(database, run)]
    _claimed(database, keys[:2], "slot-1:dead", state="running", seconds=15)
    _claimed(database, keys[2:3], "slot-0:before", state="running", seconds=15)
    _claimed(database, keys[3:4], "slot-2:frozen", state="running", seconds=-1)
    _claimed(database, keys[4:5], "slot-3:busy", state="running", seconds=15)

    def lives(owner: str) -> bool:
        return owner in ("slot-2:frozen", "slot-3:busy")

    freed = claiming.free_lost(run.key, owner="slot-0:now", lives=lives, database=database)
    assert freed == 4
    found = results(database, run)
    assert [each.owner for each in found] == ["", "", "", "", "slot-3:busy", ""]
    assert [each.state for each in found] == ["waiting"] * 4 + ["running", "waiting"]
    with database.transaction() as session:
        session.execute(update(EvalResult).where(col(EvalResult.id) == keys[0]).values(tries=99))
    _claimed(database, keys[:1], "slot-1:dead", state="running", seconds=15)
    claiming.free_lost(run.key, owner="slot-0:now", lives=lives, database=database)
    lost = results(database, run)[0]
    assert (lost.state, lost.error_kind) == ("error", "lost")


def test_a_late_answer_is_thrown_away(database: Database, script: Script) -> None:
    make_suite(database, 5)
    run = begin(database)
    script.seconds = 0.5
    thread = _in_background(database, run)
    _until(lambda: script.in_flight == 5)
    keys = [each.key for each in results(database, run)]
    _claimed(database, keys[:2], "slot-7:other", state="running", seconds=2)  # as if we had been frozen
    thread.join(20)
    assert now_of(database, run).state == "finished"
    assert script.counts["case 1"] == script.counts["case 2"] == 2, "asked again when the other was late, too"
    assert script.counts["case 3"] == 1
    assert len(grades(database, run)) == 5
    assert {each.owner for each in results(database, run)} == {""}


def test_the_suite_may_change_while_its_run_goes_on(database: Database, script: Script) -> None:
    make_suite(database, 10)
    run = begin(database)
    with database.transaction() as session:
        for case in session.exec(select(EvalCase)):
            case.state = "dismissed"
            case.expectations = [{"kind": "contains", "texts": ["something else"]}]
    done = work(database, run)
    assert done.state == "finished"
    assert {each.passed for each in results(database, run)} == {True}


def test_another_build_than_at_the_start_ends_the_run(database: Database, script: Script) -> None:
    make_suite(database, 20)
    run = begin(database)
    script.build_id = "build-2"
    failed = work(database, run)
    assert failed.state == "failed"
    assert "build has changed" in failed.error
    assert script.asked == []
    script.build_id = "build-1"
    script.says = lambda case, _: Output(text="Answer", build_id="build-2" if len(script.asked) > 5 else "")
    script.room = 1
    with database.transaction() as session:
        resume_run(SYSTEM, run.key, session=session)
    stopped = work(database, run)
    assert stopped.state == "stopped"
    assert "Start a new run" in stopped.error
    kept = [each for each in results(database, run) if each.state == "done"]
    assert len(kept) == 5
    assert states(database, run) == {"done": 5, "waiting": 15}


def test_a_database_that_is_locked_for_a_moment_loses_nothing(
    database: Database, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_suite(database, 40)
    script.seconds = 0.02
    monkeypatch.setattr(patience, "_PAUSE", 0.05)
    run = begin(database)
    broken = [3]

    def fail_sometimes(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE eval_result SET") and broken[0]:
            broken[0] -= 1
            raise OperationalError(statement, {}, Exception("database is locked"))

    event.listen(database.write_engine, "before_cursor_execute", fail_sometimes)
    try:
        assert work(database, run).state == "finished"
    finally:
        event.remove(database.write_engine, "before_cursor_execute", fail_sometimes)
    assert broken == [0]
    assert set(script.counts.values()) == {1}


def _claimed(database: Database, keys: list[int], owner: str, *, state: str, seconds: float) -> None:
    with database.transaction() as session:
        session.execute(
            update(EvalResult)
            .where(col(EvalResult.id).in_(keys))
            .values(owner=owner, state=state, claimed_until=now() + timedelta(seconds=seconds))
        )
