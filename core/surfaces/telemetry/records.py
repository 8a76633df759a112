"""Grades as log records of the protocol: the event ``gen_ai.evaluation.result``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import (
    SEVERITY_NUMBER_INFO,
    LogRecord,
    ResourceLogs,
    ScopeLogs,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from core.criteria import Criterion, Judgement
from core.evals.tables import EvalGrade, EvalResult, EvalRun, EvalSuite, EvalSuiteVersion
from core.surfaces.telemetry.conventions import EVALUATION_EVENT, SCHEMA_URL
from core.surfaces.telemetry.evaluations import evaluation, score
from core.surfaces.telemetry.wire import key_values, nanoseconds, root_id, trace_id
from core.traces import Trace

LONGEST = 2_000
"""Characters of an explanation that are sent."""


def live_record(
    judgement: Judgement,
    criterion: Criterion,
    *,
    draft_id: int | None,
    trace: Trace | None,
    response_id: str = "",
    with_text: bool = False,
) -> LogRecord:
    """A classifier's answer about a draft or a reply, tied to the run that made it where it is known.

    Args:
        with_text: send the judge's reason too.
    """
    explanation = judgement.reason[:LONGEST] if with_text else ""
    facts = evaluation(judgement, criterion, explanation=explanation)
    return _record(
        judgement.created_at,
        {
            "gen_ai.evaluation.name": criterion.name,
            "gen_ai.evaluation.score.value": score(judgement.answer),
            "gen_ai.evaluation.score.label": judgement.answer,
            "gen_ai.evaluation.explanation": explanation,
            "gen_ai.response.id": response_id,
            "gen_ai.conversation.id": str(trace.conversation_id) if trace and trace.conversation_id else "",
            "ratchet.build.id": judgement.build_id or (trace.build_id if trace else ""),
            "ratchet.draft.id": draft_id,
            "ratchet.subject.type": judgement.subject_type,
            "ratchet.subject.id": judgement.subject_id,
            **{name: value for name, value in facts.items() if name != "evaluation.explanation"},
        },
        trace=trace,
    )


def result_record(
    grade: EvalGrade,
    result: EvalResult,
    run: EvalRun,
    suite: EvalSuite,
    *,
    with_text: bool = False,
) -> LogRecord:
    """One grade of a run. Of held-out suites no words are sent, whatever is asked for."""
    passed = None if grade.passed is None else float(grade.passed)
    label = grade.answer if grade.kind == "criterion" else ""
    if not label and grade.passed is not None:
        label = "pass" if grade.passed else "fail"
    told = with_text and not suite.held_out
    return _record(
        result.finished_at or run.finished_at or run.created_at,
        {
            "gen_ai.evaluation.name": grade.name,
            "gen_ai.evaluation.score.value": passed if grade.score is None else grade.score,
            "gen_ai.evaluation.score.label": label,
            "gen_ai.evaluation.explanation": (grade.error or grade.reason)[:LONGEST] if told else "",
            "error.type": "grading_failed" if grade.error else "",
            "evaluation.identifier": f"grade-{grade.key}",
            "ratchet.build.id": run.build_id,
            "ratchet.eval.run.id": run.key,
            "ratchet.eval.suite": suite.name,
            "ratchet.eval.case.id": result.case_id,
            "ratchet.eval.result.id": result.key,
            "ratchet.eval.repeat": result.repeat,
            "ratchet.eval.grader": grade.grader,
            "ratchet.eval.advisory": grade.advisory,
            "ratchet.eval.passed": grade.passed,
        },
    )


def run_record(run: EvalRun, version: EvalSuiteVersion, suite: EvalSuite) -> LogRecord:
    """A finished run as a whole: the share of cases that passed."""
    passed: Mapping[str, Any] = run.scores.get("passed") or {}
    known = bool(passed.get("n"))
    return _record(
        run.finished_at or run.created_at,
        {
            "gen_ai.evaluation.name": f"suite {suite.name}",
            "gen_ai.evaluation.score.value": passed["estimate"] if known else None,
            "evaluation.identifier": f"run-{run.key}-{run.attempt}",
            "ratchet.build.id": run.build_id,
            "ratchet.eval.run.id": run.key,
            "ratchet.eval.suite": suite.name,
            "ratchet.eval.suite.version": version.number,
            "ratchet.eval.target": run.target,
            "ratchet.eval.results": run.total,
            "ratchet.eval.score.low": passed["low"] if known else None,
            "ratchet.eval.score.high": passed["high"] if known else None,
            "ratchet.eval.errors": run.scores.get("errors"),
            "ratchet.eval.cost": run.scores.get("spent"),
        },
    )


def logs_request(records: Iterable[LogRecord]) -> ExportLogsServiceRequest:
    """What is sent: the records, and who says so."""
    resource = Resource(attributes=key_values({"service.name": "ratchet"}))
    scope = ScopeLogs(
        scope=InstrumentationScope(name="ratchet.evals"), log_records=records, schema_url=SCHEMA_URL
    )
    return ExportLogsServiceRequest(
        resource_logs=[ResourceLogs(resource=resource, scope_logs=[scope], schema_url=SCHEMA_URL)]
    )


def _record(moment: datetime, attributes: Mapping[str, Any], *, trace: Trace | None = None) -> LogRecord:
    made = LogRecord(
        time_unix_nano=nanoseconds(moment),
        observed_time_unix_nano=nanoseconds(moment),
        severity_number=SEVERITY_NUMBER_INFO,
        event_name=EVALUATION_EVENT,
        attributes=key_values(attributes),
    )
    if trace is not None:
        made.trace_id, made.span_id = trace_id(trace.id), root_id(trace.id)
    return made
