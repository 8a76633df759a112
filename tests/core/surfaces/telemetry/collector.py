"""A collector on this machine that reads OTLP with the protocol's official classes."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """What arrived. ``answers``: status codes for the next requests, 200 when there are none left."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[int] = []
        self.refuse_names: set[str] = set()
        self.url = ""
        self.logs: list[ExportLogsServiceRequest] = []

    @property
    def records(self) -> list[LogRecord]:
        return [record for request in self.logs for record in records_of(request)]

    @property
    def logs_url(self) -> str:
        return self.url.replace("/v1/traces", "/v1/logs")

    @property
    def spans(self) -> list[Span]:
        return [span for request in self.requests for span in spans_of(request)]


def spans_of(request: ExportTraceServiceRequest) -> list[Span]:
    return [span for each in request.resource_spans for scope in each.scope_spans for span in scope.spans]


def records_of(request: ExportLogsServiceRequest) -> list[LogRecord]:
    scopes = [scope for each in request.resource_logs for scope in each.scope_logs]
    return [record for scope in scopes for record in scope.log_records]


def values(attributes: Any) -> dict[str, Any]:
    """Attributes as plain values."""
    return {each.key: value(each.value) for each in attributes}


def value(wired: AnyValue) -> Any:
    kind = wired.WhichOneof("value")
    if kind == "array_value":
        return [value(each) for each in wired.array_value.values]
    return getattr(wired, kind) if kind else None


@contextmanager
def collecting() -> Iterator[Collector]:
    """A running collector; its address is ``collector.url``."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            status = collector.answers.pop(0) if collector.answers else 200
            if self.path.endswith("/v1/logs"):
                self._take_logs(ExportLogsServiceRequest.FromString(body), status)
                return
            request = ExportTraceServiceRequest.FromString(body)
            if any(span.name in collector.refuse_names for span in spans_of(request)):
                status = 400
            if status == 200:
                collector.requests.append(request)
                collector.headers.append(dict(self.headers))
            self._answer(status)

        def _take_logs(self, request: ExportLogsServiceRequest, status: int) -> None:
            names = {values(each.attributes)["gen_ai.evaluation.name"] for each in records_of(request)}
            if names & collector.refuse_names:
                status = 400
            if status == 200:
                collector.logs.append(request)
            self._answer(status)

        def _answer(self, status: int) -> None:
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
