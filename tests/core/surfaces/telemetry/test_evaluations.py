"""Grades as ``gen_ai.evaluation.result`` events: to a real HTTP server, and into a file others can read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from sqlmodel import select

from core.criteria import Judge, ensure_criteria, record_judgement
from core.database import Database, now
from core.errors import Conflict
from core.evals import add_members, create_case, create_suite
from core.evals.suites import freeze_suite
from core.evals.tables import EvalCaseVersion, EvalGrade, EvalResult, EvalRun, EvalSuiteVersion
from core.identity import SYSTEM
from core.settings import get_settings
from core.surfaces import (
    EndpointDestination,
    FileDestination,
    NotSent,
    evaluation_address,
    export_evaluations,
    export_evaluations_due,
)
from core.surfaces.telemetry import cursor
from core.surfaces.telemetry.wire import root_id
from tests.core.surfaces.telemetry.collector import Collector, collecting, records_of, values
from tests.core.traces.making import ended_long_ago, record


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


def send(database: Database, url: str, **options: Any) -> Any:
    destination = EndpointDestination(url, setting="RATCHET_EVALUATION_ENDPOINT", takes="logs")
    try:
        return export_evaluations(database=database, destination=destination, **options)
    finally:
        destination.close()


def judge(database: Database, subject_id: int, answer: str = "no", **rest: Any) -> None:
    with database.transaction() as session:
        ensure_criteria(session=session)
        record_judgement(
            Judge.classifier("grounding"), "grounded", session=session, subject_id=subject_id, answer=answer,
            reason="quotes the customer", confidence=0.7, **rest,
        )  # fmt: skip


def finished_run(
    database: Database, *, held_out: bool = False, results: int = 2, state: str = "finished"
) -> int:
    """A run with two grades a result, of which one counts not."""
    with database.transaction() as session:
        ids = [
            create_case(
                SYSTEM, session=session, name=f"Case {number}", state="accepted",
                messages=[{"author": "customer", "text": f"Question {number} {held_out}?"}],
            ).key
            for number in range(results)
        ]  # fmt: skip
        name = "held-out" if held_out else "core"
        suite = create_suite(SYSTEM, session=session, title=name, name=name, held_out=held_out)
        add_members(SYSTEM, suite.key, ids, session=session)
        version: EvalSuiteVersion = freeze_suite(suite.key, session=session)
        passed = {"estimate": 0.5, "low": 0.1, "high": 0.9, "n": results}
        run = EvalRun(
            suite_version_id=version.key, build_id="b1", state=state, total=results, finished_at=now(),
            scores={"passed": passed, "errors": 0, "spent": 0.2},
        )  # fmt: skip
        session.add(run)
        session.flush()
        for case in session.exec(select(EvalCaseVersion).where(EvalCaseVersion.case_id.in_(ids))):  # type: ignore[attr-defined]
            result = EvalResult(
                run_id=run.key,
                case_version_id=case.key,
                case_id=case.case_id,
                state="done",
                finished_at=now(),
            )
            session.add(result)
            session.flush()
            common: dict[str, Any] = {
                "run_id": run.key,
                "result_id": result.key,
                "place": 0,
                "name": "polite",
            }
            session.add(
                EvalGrade(
                    **common, kind="criterion", grader="tone v1", answer="no", passed=False, counts=False
                )
            )
            session.add(
                EvalGrade(
                    **common,
                    kind="criterion",
                    grader="majority",
                    answer="yes",
                    passed=True,
                    reason="Kind words.",
                )
            )
            common |= {"place": 1, "name": "contains"}
            session.add(
                EvalGrade(**common, kind="contains", grader="check", passed=False, answer="secret words")
            )
        return run.key


def test_an_answer_about_a_draft_is_tied_to_its_run(database: Database, collector: Collector) -> None:
    trace = record(database, draft_id=3, conversation_id=5, build_id="b1", model="openai/small-model")
    ended_long_ago(database, trace)
    judge(database, 3)
    with database.transaction() as session:
        record_judgement(Judge("person", "4"), "draft_useful", session=session, subject_id=3, answer="yes")
    done = send(database, collector.logs_url)
    assert (done.live, done.runs, done.results, done.events, done.refused) == (1, 0, 0, 1, 0)
    (event,) = collector.records
    assert event.event_name == "gen_ai.evaluation.result"
    assert event.trace_id.hex() == trace.removeprefix("trace_")
    assert event.span_id == root_id(trace)
    known = values(event.attributes)
    assert known["gen_ai.evaluation.name"] == "grounded"
    assert (known["gen_ai.evaluation.score.value"], known["gen_ai.evaluation.score.label"]) == (0.0, "no")
    assert (known["ratchet.build.id"], known["ratchet.draft.id"]) == ("b1", 3)
    assert known["evaluation.identifier"].startswith("judgement-")
    assert "gen_ai.evaluation.explanation" not in known
    assert "quotes" not in str(collector.logs)
    assert collector.logs[0].resource_logs[0].scope_logs[0].schema_url.endswith("/1.41.0")


def test_a_finished_run_is_told_grade_by_grade(database: Database, collector: Collector) -> None:
    finished_run(database, state="running")
    assert send(database, collector.logs_url).events == 0
    number = finished_run(database)
    done = send(database, collector.logs_url, with_text=True)
    assert (done.runs, done.results, done.events) == (1, 2, 5)
    whole, *grades = [values(each.attributes) for each in collector.records]
    assert (whole["gen_ai.evaluation.name"], whole["gen_ai.evaluation.score.value"]) == ("suite core", 0.5)
    assert (whole["ratchet.eval.score.low"], whole["ratchet.eval.suite.version"]) == (0.1, 1)
    polite, contains = grades[:2]
    assert polite["gen_ai.evaluation.score.label"] == "yes"
    assert polite["gen_ai.evaluation.score.value"] == 1.0
    assert polite["gen_ai.evaluation.explanation"] == "Kind words."
    assert (polite["ratchet.eval.run.id"], polite["ratchet.eval.grader"]) == (number, "majority")
    assert (contains["gen_ai.evaluation.score.label"], contains["ratchet.eval.passed"]) == ("fail", False)
    assert "secret words" not in str(collector.logs)


def test_no_words_of_held_out_suites(database: Database, collector: Collector) -> None:
    finished_run(database, held_out=True)
    assert send(database, collector.logs_url, with_text=True).results == 2
    assert "Kind words" not in str(collector.logs)


def test_nothing_is_sent_twice_and_nothing_is_lost(database: Database, collector: Collector) -> None:
    judge(database, 3)
    number = finished_run(database)
    collector.answers = [503]
    with pytest.raises(NotSent, match="503"):
        send(database, collector.logs_url)
    collector.answers = [404]
    with pytest.raises(NotSent, match=r"RATCHET_EVALUATION_ENDPOINT.*takes logs"):
        send(database, collector.logs_url)
    assert send(database, collector.logs_url).events == 6
    assert send(database, collector.logs_url).events == 0
    judge(database, 4)
    with (
        database.transaction() as session
    ):  # resumed, and over again: the run is told again, its results are not
        session.get_one(EvalRun, number).attempt = 2
    done = send(database, collector.logs_url)
    assert (done.live, done.runs, done.results) == (1, 1, 0)
    ids = [values(each.attributes)["evaluation.identifier"] for each in collector.records]
    assert len(ids) == len(set(ids)) == 8


def test_requests_stay_small(
    database: Database, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.surfaces.telemetry.evaluating.BATCH", 5)
    finished_run(database, results=12)
    with database.transaction() as session:
        for grade in session.exec(select(EvalGrade).where(EvalGrade.kind == "criterion")):
            grade.reason = "x" * 10_000
    assert send(database, collector.logs_url, with_text=True).events == 25
    assert [len(records_of(each)) for each in collector.logs] == [1, 10, 10, 4]
    assert max(len(each.SerializeToString()) for each in collector.logs) < 20_000


def test_one_that_is_refused_does_not_hold_up_the_others(database: Database, collector: Collector) -> None:
    judge(database, 3)
    finished_run(database)
    collector.refuse_names = {"grounded"}
    done = send(database, collector.logs_url)
    assert (done.live, done.refused, done.results) == (0, 1, 2)
    assert send(database, collector.logs_url).refused == 0


def test_the_file_is_otlp_json(database: Database, tmp_path: Path) -> None:
    trace = record(database, draft_id=3)
    ended_long_ago(database, trace)
    judge(database, 3)
    path = tmp_path / "events.jsonl"
    for events in (1, 0):
        done = export_evaluations(database=database, destination=FileDestination(path), with_text=True)
        assert done.events == events
    (line,) = path.read_text().splitlines()
    told = json.loads(line)["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]
    assert (told["eventName"], told["severityNumber"]) == ("gen_ai.evaluation.result", 9)
    assert told["traceId"] == trace.removeprefix("trace_")
    for name in ("traceId", "spanId"):  # protobuf's own reader wants base64
        told[name] = base64.b64encode(bytes.fromhex(told[name])).decode()
    whole = json.loads(line)
    whole["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0] = told
    (event,) = records_of(ParseDict(whole, ExportLogsServiceRequest()))
    assert values(event.attributes)["gen_ai.evaluation.explanation"] == "quotes the customer"


def test_the_duty_sends_beside_the_traces(database: Database, collector: Collector) -> None:
    judge(database, 3)
    settings = get_settings()
    assert evaluation_address(settings) == ""
    assert export_evaluations_due(database=database, settings=settings) == 0
    pointed = settings.model_copy(update={"trace_endpoint": collector.url})
    assert evaluation_address(pointed) == collector.logs_url
    assert export_evaluations_due(database=database, settings=pointed) == 1
    assert export_evaluations_due(database=database, settings=pointed) == 0
    for update in ({"evaluation_endpoint": "none"}, {"trace_endpoint": "http://127.0.0.1:9/otlp"}):
        assert evaluation_address(pointed.model_copy(update=update)) == ""


def test_two_exporters_take_turns(database: Database, collector: Collector) -> None:
    from datetime import timedelta

    destination = EndpointDestination(collector.logs_url)
    with database.transaction() as session:
        assert cursor.take_turn(destination.id, session=session, lease=timedelta(minutes=1))
    with pytest.raises(Conflict, match="Another process"):
        export_evaluations(database=database, destination=destination)
    destination.close()
