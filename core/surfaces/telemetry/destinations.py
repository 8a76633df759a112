"""Where telemetry goes: a file of JSON lines, or an OTLP endpoint."""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
from pathlib import Path
from typing import Protocol

import httpx2
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from core.errors import InvalidInput, RatchetError
from core.surfaces.telemetry.wire import as_json_line

log = logging.getLogger(__name__)

TIMEOUT = httpx2.Timeout(15.0, connect=5.0)
_TRY_LATER = frozenset({408, 429, 500, 502, 503, 504})


class NotSent(RatchetError):
    """It did not arrive now; it stays due and is sent again."""


class Refused(RatchetError):
    """The destination will not take this request, however often it is sent."""


class Destination(Protocol):
    """Somewhere to send requests to. ``id`` names it for the cursor."""

    id: str

    def send(self, message: Message) -> int:
        """Deliver a request for good.

        Returns:
            How many of its spans or records the other side turned away.

        Raises:
            NotSent: trying again may help.
            Refused: it will not.
        """
        ...

    def close(self) -> None:
        """Give back what is held open."""
        ...


class FileDestination:
    """Appends each request as a line of JSON: the OTLP file format, which collectors read.

    Raises:
        InvalidInput: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.id = _id("file", str(path.resolve()))
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            with path.open("r+b") as handle:  # a crash in mid-line left a part; its request is due again
                content = handle.read()
                handle.truncate(content.rfind(b"\n") + 1)
        except OSError as error:
            raise InvalidInput(f"{path} cannot be written: {error.strerror or error}") from None

    def send(self, message: Message) -> int:
        try:
            with self._path.open("ab") as handle:
                handle.write(as_json_line(message).encode() + b"\n")
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise NotSent(f"{self._path} cannot be written: {error.strerror or error}") from None
        return 0

    def close(self) -> None:
        """Nothing is held open."""


class EndpointDestination:
    """Posts OTLP over HTTP, protobuf and gzip. Redirects are not followed.

    Args:
        setting: that the address comes from, for messages; ``takes``: traces or logs.

    Raises:
        InvalidInput: not an http(s) address.
    """

    def __init__(self, url: str, *, setting: str = "RATCHET_TRACE_ENDPOINT", takes: str = "traces") -> None:
        if not url.startswith(("http://", "https://")):
            raise InvalidInput(
                f"{url!r} is not an http:// or https:// address. An OTLP address ends in /v1/{takes}."
            )
        self._advice = f"Check {setting}: it must be the address that takes {takes}."
        self.id = _id("http", url)
        self._url = url
        self._client = httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

    def send(self, message: Message) -> int:
        headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
        content = gzip.compress(message.SerializeToString(), compresslevel=4)
        try:
            response = self._client.post(self._url, content=content, headers=headers)
        except httpx2.TimeoutException:
            raise NotSent("The telemetry endpoint did not answer in time.") from None
        except httpx2.TransportError as error:
            raise NotSent(f"The telemetry endpoint could not be reached: {error}") from None
        if response.is_success:
            return _turned_away(response.content)
        said = f"The telemetry endpoint answered HTTP {response.status_code}."
        if response.status_code in {401, 403, 404, 405} or response.is_redirect:
            raise NotSent(f"{said} {self._advice}")
        raise NotSent(said) if response.status_code in _TRY_LATER else Refused(said)

    def close(self) -> None:
        self._client.close()


def _turned_away(content: bytes) -> int:
    try:  # answers about logs have the same form
        partial = ExportTraceServiceResponse.FromString(content).partial_success
    except DecodeError:  # some servers answer in words
        return 0
    if partial.rejected_spans:
        log.warning("the telemetry endpoint turned %s spans or records away", partial.rejected_spans)
    return int(partial.rejected_spans)


def _id(kind: str, address: str) -> str:
    return f"{kind}-{hashlib.sha256(address.encode()).hexdigest()[:24]}"
