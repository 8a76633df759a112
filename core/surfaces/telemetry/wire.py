"""OTLP: our rows as the protocol's own messages, and those as bytes or as lines of JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Status
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from core.surfaces.telemetry.conventions import (
    SCHEMA_URL,
    root_attributes,
    span_attributes,
    text_attributes,
)
from core.traces import Span, Trace

_HEX = frozenset({"traceId", "spanId", "parentSpanId"})


def wire_spans(
    trace: Trace, spans: Sequence[Span], *, texts: Mapping[tuple[str, str], str] | None = None
) -> list[WireSpan]:
    """A run as wire spans, one for the run itself first.

    Args:
        texts: raw text by span id and field, to be sent along.
    """
    name, attributes = root_attributes(trace)
    wired = [
        wire_span(
            trace.id,
            root_id(trace.id),
            name=name,
            started_at=trace.started_at,
            ended_at=trace.ended_at or trace.started_at,
            attributes=attributes,
            status=trace.status,
            error=trace.error,
        )
    ]
    known = {span.id for span in spans}
    for span in spans:
        name, attributes = span_attributes(span, trace)
        for field in ("input", "output"):
            text = (texts or {}).get((span.id, field))
            if text:
                attributes |= text_attributes(span.kind, field, text)
        wired.append(
            wire_span(
                trace.id,
                span_id(span.id),
                parent=span_id(span.parent_id) if span.parent_id in known else root_id(trace.id),
                name=name,
                started_at=span.started_at,
                ended_at=span.ended_at or span.started_at,
                attributes=attributes,
                status=span.status,
                error=span.error,
                client=span.kind == "generation" and "/" in trace.model,
            )
        )
    return wired


def wire_span(
    trace: str,
    own_id: bytes,
    *,
    name: str,
    started_at: datetime,
    ended_at: datetime,
    attributes: Mapping[str, Any],
    parent: bytes = b"",
    status: str = "ok",
    error: str = "",
    client: bool = False,
) -> WireSpan:
    """One span of the protocol. Attributes that are None or empty are left out."""
    good = status in {"ok", "running", "waiting"}
    return WireSpan(
        trace_id=trace_id(trace),
        span_id=own_id,
        parent_span_id=parent,
        name=name,
        kind=WireSpan.SPAN_KIND_CLIENT if client else WireSpan.SPAN_KIND_INTERNAL,
        start_time_unix_nano=nanoseconds(started_at),
        end_time_unix_nano=nanoseconds(max(ended_at, started_at)),
        attributes=key_values(attributes),
        status=Status() if good else Status(code=Status.STATUS_CODE_ERROR, message=error or status),
    )


def request(spans: Iterable[WireSpan]) -> ExportTraceServiceRequest:
    """What is sent: the spans, and who says so."""
    resource = Resource(attributes=key_values({"service.name": "ratchet"}))
    scope = ScopeSpans(scope=InstrumentationScope(name="ratchet.traces"), spans=spans, schema_url=SCHEMA_URL)
    return ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=[scope], schema_url=SCHEMA_URL)]
    )


def as_json_line(message: Message) -> str:
    """A line of an OTLP JSON file: ids in hexadecimal and enums as numbers, unlike protobuf's own JSON."""
    return json.dumps(
        _with_hex_ids(MessageToDict(message, use_integers_for_enums=True)),
        ensure_ascii=False,
        separators=(",", ":"),
    )


def key_values(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Attributes of the protocol; None and empty strings are left out."""
    kept = ((key, value) for key, value in attributes.items() if value is not None and value != "")
    return [KeyValue(key=key, value=_any(value)) for key, value in kept]


def trace_id(own: str) -> bytes:
    """16 bytes: those of an id the SDK made, else a hash."""
    return _bytes(own.removeprefix("trace_"), 16, salt=own)


def span_id(own: str) -> bytes:
    """8 bytes: the first of an id the SDK made, else a hash."""
    return _bytes(own.removeprefix("span_"), 8, salt=own)


def root_id(own: str) -> bytes:
    """The id of the span that stands for the whole run."""
    return _bytes("", 8, salt=f"root of {own}")


def nanoseconds(moment: datetime) -> int:
    """Since 1970, exact to the microsecond, which a float would not be."""
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1_000


def _bytes(digits: str, size: int, *, salt: str) -> bytes:
    try:
        value = bytes.fromhex(digits)[:size]
    except ValueError:
        value = b""
    return value if len(value) == size and any(value) else hashlib.sha256(salt.encode()).digest()[:size]


def _any(value: Any) -> AnyValue:
    if isinstance(value, bool):  # before int: True is one
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[_any(item) for item in value]))
    return AnyValue(string_value=str(value))


def _with_hex_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: base64.b64decode(item).hex() if key in _HEX else _with_hex_ids(item)
            for key, item in value.items()
        }
    return [_with_hex_ids(item) for item in value] if isinstance(value, list) else value
