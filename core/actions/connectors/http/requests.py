"""From the values of an operation to an address, headers and a body that stay on the connection's host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from core.actions.connectors.arguments import placed
from core.actions.connectors.chosen import Chosen
from core.actions.connectors.http.authentication import authenticate
from core.actions.connectors.secrets import Secret
from core.actions.declaration import ActionRefused


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None


def build(base_url: str, chosen: Chosen, values: Mapping[str, Any], secret: Secret, *, key: str) -> Request:
    """The request for one call.

    Raises:
        ActionRefused: a value cannot be part of a path or header.
    """
    operation = chosen.operation
    arguments, wire = operation.arguments, operation.wire
    path = wire["path"]
    for name, value in placed(arguments, values, "path").items():
        path = path.replace(f"{{{name}}}", _path_part(name, value))
    query = [(name, _text(value)) for name, value in placed(arguments, values, "query").items()]
    headers = {"Accept": "application/json", "User-Agent": "Ratchet"}
    for name, value in placed(arguments, values, "header").items():
        headers[name] = _header(name, value)
    content = None
    if "body" in wire:
        body = placed(arguments, values, "body")
        if body or wire["body"] == "required":
            content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
            headers["Content-Type"] = "application/json"
    if key:
        headers[chosen.choice.idempotency_header] = key
    authenticate(wire.get("authentication", {}), secret, headers, query)
    url = base_url + path + (f"?{urlencode(query)}" if query else "")
    return Request(wire["method"], url, headers, content)


def _path_part(name: str, value: Any) -> str:
    text = _text(value)
    if not text or text in {".", ".."} or any(c in "/\\" for c in text):
        # A slash would be escaped, but servers in front of the real one often undo that.
        raise ActionRefused(f"{name} must not be empty or contain slashes.")
    return quote(text, safe="")


def _header(name: str, value: Any) -> str:
    text = _text(value)
    if not text.isascii() or not text.isprintable():
        raise ActionRefused(f"{name} must be plain ASCII text on one line.")
    return text


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
