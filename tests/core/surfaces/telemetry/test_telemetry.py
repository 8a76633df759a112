"""Traces and judgements as OpenTelemetry: to a real HTTP server, and into a file others can read."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sqlmodel import select

from core.criteria import Judge, ensure_criteria, record_judgement
from core.database import Database, now
from core.errors import Conflict, InvalidInput
from core.settings import get_settings
from core.surfaces import EndpointDestination, FileDestination, NotSent, export_due, export_telemetry
from core.surfaces.telemetry import cursor
from core.traces import TelemetrySent, Trace, recording, step
from tests.core.surfaces.telemetry.collector import Collector, collecting, spans_of, values
from tests.core.traces.making import ended_long_ago, generation, record, recorder


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


def _trace(database: Database, **columns: Any) -> str:
    trace_id = record(database, **columns)
    ended_long_ago(database, trace_id)
    return trace_id


def _send(database: Database, url: str, **options: Any) -> Any:
    destination = EndpointDestination(url)
    try:
        return export_telemetry(database=database, destination=destination, **options)
    finally:
        destination.close()


def test_the_spans_of_a_run_follow_the_conventions(database: Database, collector: Collector) -> None:
    trace_id = _trace(database, draft_id=3, conversation_id=5, build_id="b1", model="openai/small-model")
    done = _send(database, collector.url)
    assert (done.traces, done.judgements, done.spans, done.refused) == (1, 0, 5, 0)
    (request,) = collector.requests
    assert values(request.resource_spans[0].resource.attributes) == {"service.name": "ratchet"}
    assert request.resource_spans[0].scope_spans[0].schema_url.endswith("/1.41.0")
    assert collector.headers[0]["Content-Type"] == "application/x-protobuf"

    spans = {span.name: span for span in spans_of(request)}
    root = spans["invoke_workflow draft"]
    agent, tool = spans["invoke_agent Writer"], spans["execute_tool look"]
    search, model = spans["retrieval knowledge base"], spans["chat small-model"]
    assert len(spans) == 5
    assert {span.trace_id.hex() for span in spans.values()} == {trace_id.removeprefix("trace_")}
    assert root.parent_span_id == b""
    assert agent.parent_span_id == model.parent_span_id == root.span_id
    assert tool.parent_span_id == agent.span_id
    assert search.parent_span_id == tool.span_id
    assert model.kind == Span.SPAN_KIND_CLIENT
    assert agent.kind == Span.SPAN_KIND_INTERNAL
    assert tool.start_time_unix_nano <= search.start_time_unix_nano <= search.end_time_unix_nano

    known = values(model.attributes)
    assert known["gen_ai.operation.name"] == "chat"
    assert known["gen_ai.provider.name"] == "openai"
    assert known["gen_ai.request.model"] == "small-model"
    assert known["gen_ai.request.temperature"] == pytest.approx(0.2)
    assert (known["gen_ai.usage.input_tokens"], known["gen_ai.usage.output_tokens"]) == (100, 20)
    assert known["gen_ai.conversation.id"] == "5"
    assert values(tool.attributes)["gen_ai.tool.type"] == "function"
    documents = json.loads(values(search.attributes)["gen_ai.retrieval.documents"])
    assert documents == [{"id": "7", "score": 0.9}, {"id": "9", "score": 0.4}]
    assert values(root.attributes)["ratchet.build.id"] == "b1"
    assert "refund" not in str(request)  # raw text only for whoever asks for it


def test_text_is_sent_when_asked_for(database: Database, collector: Collector) -> None:
    _trace(database)
    _send(database, collector.url, with_text=True)
    known = {span.name: values(span.attributes) for span in collector.spans}
    assert known["execute_tool look"]["gen_ai.tool.call.arguments"] == '{"query":"refund"}'
    assert known["execute_tool look"]["output.value"] == "result"
    (message,) = json.loads(known["chat small-model"]["gen_ai.input.messages"])
    assert message == {"role": "user", "parts": [{"type": "text", "content": "refund"}]}


def test_failures_are_errors(database: Database, collector: Collector) -> None:
    keeps = recorder(database)
    with pytest.raises(LookupError), recording("draft", recorder=keeps) as run, step("guardrail", "reply"):
        raise LookupError("secret text")
    keeps.close()
    ended_long_ago(database, run.id)
    _send(database, collector.url)
    root, guardrail = collector.spans
    assert root.status.code == guardrail.status.code == Status.STATUS_CODE_ERROR
    assert values(guardrail.attributes)["openinference.span.kind"] == "GUARDRAIL"
    assert values(guardrail.attributes)["error.type"] == "LookupError"
    assert "secret" not in str(collector.requests)


def test_nothing_is_sent_twice_and_nothing_is_skipped(database: Database, collector: Collector) -> None:
    first = [_trace(database) for _ in range(3)]
    assert _send(database, collector.url).traces == 3
    assert _send(database, collector.url).traces == 0
    late = _trace(database)  # became visible after younger ones had been sent
    with database.transaction() as session:
        session.get_one(Trace, late).ended_at = now() - timedelta(hours=3)
    newer = _trace(database)
    assert _send(database, collector.url).traces == 2
    sent = Counter(span.trace_id.hex() for span in collector.spans if not span.parent_span_id)
    assert sent == Counter(each.removeprefix("trace_") for each in [*first, late, newer])


def test_only_runs_that_are_over_are_sent(database: Database, collector: Collector) -> None:
    keeps = recorder(database)
    with recording("draft", recorder=keeps) as waits:
        waits.finish("waiting")
    keeps.flush()
    with recording("draft", recorder=keeps) as just_now:
        pass
    with recording("draft", recorder=keeps):
        keeps.flush()
        assert _send(database, collector.url).traces == 0
    keeps.close()
    ended_long_ago(database, just_now.id)
    assert _send(database, collector.url).traces == 1


def test_an_endpoint_that_is_away_loses_nothing(database: Database, collector: Collector) -> None:
    ids = [_trace(database) for _ in range(2)]
    collector.answers = [503]
    with pytest.raises(NotSent, match="503"):
        _send(database, collector.url)
    collector.answers = [404]
    with pytest.raises(NotSent, match="RATCHET_TRACE_ENDPOINT"):
        _send(database, collector.url)
    with pytest.raises(NotSent, match="could not be reached"):
        _send(database, "http://127.0.0.1:9/v1/traces")
    assert _send(database, collector.url).traces == len(ids)


def test_one_run_that_is_refused_does_not_hold_up_the_others(
    database: Database, collector: Collector
) -> None:
    for name in ("good", "bad", "fine"):
        keeps = recorder(database)
        with recording(name, recorder=keeps) as run:
            generation()
        keeps.close()
        ended_long_ago(database, run.id)
    collector.refuse_names = {"invoke_workflow bad"}
    done = _send(database, collector.url)
    assert (done.traces, done.refused) == (2, 1)
    assert _send(database, collector.url).refused == 0
    roots = {span.name for span in collector.spans if not span.parent_span_id}
    assert roots == {"invoke_workflow good", "invoke_workflow fine"}


def test_judgements_become_evaluations_of_the_run_they_are_about(
    database: Database, collector: Collector
) -> None:
    trace_id = _trace(database, draft_id=3, build_id="b1")
    assert _send(database, collector.url).traces == 1
    with database.transaction() as session:
        ensure_criteria(session=session)
        record_judgement(
            Judge.classifier("grounding"), "grounded", session=session, subject_id=3, answer="no",
            reason="quotes the customer", confidence=0.7,
        )  # fmt: skip
        record_judgement(
            Judge("person", "4"), "draft_discarded", session=session, subject_id=3, answer="tone"
        )
        record_judgement(Judge("person", "4"), "draft_useful", session=session, subject_id=99, answer="yes")
    done = _send(database, collector.url)
    assert (done.traces, done.judgements) == (0, 2)
    assert _send(database, collector.url).judgements == 0
    grounded, discarded = collector.spans[-2:]
    root = collector.spans[0]
    assert grounded.trace_id.hex() == trace_id.removeprefix("trace_")
    assert grounded.parent_span_id == root.span_id
    (event,) = grounded.events
    assert event.name == "gen_ai.evaluation.result"
    known = values(event.attributes)
    assert json.loads(known.pop("evaluation.metadata")) == {
        "criterion_version": 1, "judge_type": "classifier", "judge": "grounding", "confidence": 0.7,
        "superseded": False,
    }  # fmt: skip
    assert known.pop("evaluation.identifier").startswith("judgement-")
    assert known == {
        "gen_ai.evaluation.name": "grounded",
        "gen_ai.evaluation.score.label": "no",
        "gen_ai.evaluation.score.value": 0.0,
        "evaluation.name": "grounded",
        "evaluation.label": "no",
        "evaluation.score": 0.0,
        "evaluation.annotator_kind": "CODE",
    }
    on_span = values(discarded.attributes)
    assert on_span["trace.evaluations.0.evaluation.label"] == "tone"
    assert on_span["trace.evaluations.0.evaluation.annotator_kind"] == "HUMAN"
    assert "trace.evaluations.0.evaluation.score" not in on_span
    assert "quotes the customer" not in str(collector.requests)


def test_the_file_is_otlp_json(database: Database, tmp_path: Path) -> None:
    trace_id = _trace(database)
    path = tmp_path / "out" / "traces.jsonl"
    export_telemetry(database=database, destination=FileDestination(path))
    with path.open("a") as handle:
        handle.write('{"resourceSpans": [')  # killed in mid-line
    _trace(database)
    export_telemetry(database=database, destination=FileDestination(path))
    lines = path.read_text().splitlines()
    assert len(lines) == 2
    first = json.loads(lines[0])
    root = first["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert root["traceId"] == trace_id.removeprefix("trace_")
    assert len(root["spanId"]) == 16
    assert root["kind"] == 1
    assert root["startTimeUnixNano"].isdecimal()
    for line in lines:
        message = ParseDict(_with_base64_ids(json.loads(line)), ExportTraceServiceRequest())
        assert len(spans_of(message)) == 5


def _with_base64_ids(parsed: Any) -> Any:
    """OTLP's JSON writes ids in hexadecimal; protobuf's own reader wants base64."""
    if isinstance(parsed, dict):
        return {
            key: base64.b64encode(bytes.fromhex(item)).decode()
            if key in {"traceId", "spanId", "parentSpanId"}
            else _with_base64_ids(item)
            for key, item in parsed.items()
        }
    return [_with_base64_ids(item) for item in parsed] if isinstance(parsed, list) else parsed


def test_two_exporters_do_not_send_the_same(database: Database, collector: Collector) -> None:
    _trace(database)
    destination = EndpointDestination(collector.url)
    with database.transaction() as session:
        assert cursor.take_turn(destination.id, session=session, lease=timedelta(minutes=1))
    with pytest.raises(Conflict, match="Another process"):
        export_telemetry(database=database, destination=destination)
    with database.transaction() as session:  # that process died
        session.get_one(TelemetrySent, (destination.id, "lease", "lease")).moment = now() - timedelta(1)
    assert export_telemetry(database=database, destination=destination).traces == 1
    destination.close()


def test_the_duty_sends_to_the_endpoint_of_the_settings(database: Database, collector: Collector) -> None:
    _trace(database)
    settings = get_settings()
    assert export_due(database=database, settings=settings) == 0
    pointed = settings.model_copy(update={"trace_endpoint": collector.url})
    assert export_due(database=database, settings=pointed) == 1
    assert export_due(database=database, settings=pointed) == 0
    with pytest.raises(InvalidInput, match="/v1/traces"):
        export_due(database=database, settings=settings.model_copy(update={"trace_endpoint": "nowhere"}))


def test_the_window_forgets_what_it_left_behind(database: Database, collector: Collector) -> None:
    old = _trace(database)
    _send(database, collector.url)
    with database.reading() as session:
        (found,) = session.exec(select(TelemetrySent)).all()
    sent = (found.destination, "trace", old)
    with database.transaction() as session:
        long_ago = now() - timedelta(days=3)
        session.get_one(Trace, old).ended_at = long_ago
        session.get_one(
            TelemetrySent, (EndpointDestination(collector.url).id, "trace", old)
        ).moment = long_ago
    _trace(database)
    assert _send(database, collector.url).traces == 1
    assert _send(database, collector.url).traces == 0
    with database.reading() as session:
        assert session.get(TelemetrySent, sent) is None
