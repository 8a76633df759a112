"""Reading an OpenAPI document: text to a bounded object, wherever it came from."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import yaml

from core.actions.connectors.addresses import check_address
from core.actions.connectors.http.sending import Lost, NotSent, send
from core.actions.connectors.references import check_size
from core.errors import InvalidInput

LARGEST_DOCUMENT = 5_000_000  # bytes
_LARGEST_YAML = 2_000_000  # characters; it is much slower to read than JSON
_DEEPEST = 64
_MOST_EVENTS = 400_000
_VERSION = re.compile(r"3\.[01](\.\d+)?")


def read_document(text: str | bytes) -> dict[str, Any]:
    """An OpenAPI 3.0 or 3.1 document in JSON or YAML.

    Raises:
        InvalidInput: it is something else, too large, or hides more than it shows.
    """
    if len(text) > LARGEST_DOCUMENT:
        raise InvalidInput(f"The document is larger than {LARGEST_DOCUMENT // 1_000_000} MB.")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidInput("The document is not UTF-8 text.") from None
    if not text.strip():
        raise InvalidInput("The document is empty. Give an OpenAPI document in JSON or YAML.")
    value = _from_json(text) if text.lstrip()[:1] in {"{", "["} else _from_yaml(text)
    if not isinstance(value, dict):
        raise InvalidInput("This is no OpenAPI document: it must be an object with “openapi” and “paths”.")
    document: dict[str, Any] = check_size(value)
    if "swagger" in document:
        raise InvalidInput(
            "This is Swagger 2.0. Convert it to OpenAPI 3, for example on converter.swagger.io."
        )
    version = str(document.get("openapi", ""))
    if not _VERSION.fullmatch(version):
        raise InvalidInput(
            f"“openapi” says {version[:20] or 'nothing'}; versions 3.0 and 3.1 can be read. "
            "Is this the right file?"
        )
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        raise InvalidInput("The document has no “paths”, so there is nothing to choose from.")
    return document


def fetch_document(address: str, *, seconds: float) -> dict[str, Any]:
    """The document at an ``https://`` address. Sends no secret and follows no redirect.

    Raises:
        InvalidInput: the address may not be connected to, or there is no usable document.
    """
    plain, _, query = address.strip().partition("?")
    url = check_address(plain) + (f"?{query}" if query else "")
    try:
        response = send(
            "GET",
            url,
            headers={"Accept": "application/json, application/yaml, text/yaml;q=0.9, */*;q=0.1"},
            seconds=seconds,
            largest=LARGEST_DOCUMENT,
        )
    except (NotSent, Lost) as error:
        raise InvalidInput(f"The document could not be fetched: {error}.") from None
    if response.status != 200:
        more = " It redirects; give the final address." if 300 <= response.status < 400 else ""
        raise InvalidInput(f"The address answered with HTTP {response.status}, not with a document.{more}")
    if not response.complete:
        raise InvalidInput(f"The document is larger than {LARGEST_DOCUMENT // 1_000_000} MB.")
    return read_document(response.body)


def server_of(document: dict[str, Any], fetched_from: str = "") -> str:
    """The address that the document itself names, as a suggestion; empty when none is usable."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else None
    url = first.get("url") if isinstance(first, dict) else None
    if not isinstance(url, str) or "{" in url:
        return ""
    try:
        joined = urljoin(fetched_from, url)
        return check_address(joined) if urlsplit(joined).scheme else ""
    except (InvalidInput, ValueError):
        return ""


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] == "{":
            raise InvalidInput(
                f"The document is not valid JSON: line {error.lineno}, column {error.colno}."
            ) from None
        raise InvalidInput("The document is neither JSON nor YAML of an object.") from None
    except (RecursionError, ValueError):
        raise InvalidInput("The document is nested too deeply or holds numbers that are too long.") from None


def _from_yaml(text: str) -> Any:
    if len(text) > _LARGEST_YAML:
        raise InvalidInput("YAML of more than 2 MB takes too long to read. Give the document as JSON.")
    try:
        _check_yaml(text)
        # A safe loader: plain values only. Looked over before, because it recurses in C.
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" near line {mark.line + 1}" if mark is not None else ""
        raise InvalidInput(f"The document is neither JSON nor valid YAML{where}.") from None
    except (RecursionError, ValueError, TypeError, OverflowError, AttributeError, KeyError):
        raise InvalidInput("The document holds YAML values that have no JSON form.") from None


def _check_yaml(text: str) -> None:
    depth = 0
    for events, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > _DEEPEST or events > _MOST_EVENTS:
            raise InvalidInput("The document is nested too deeply or too large for YAML. Give it as JSON.")
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            raise InvalidInput(
                "The document uses YAML merge keys (“<<”). Write those parts out, or use JSON."
            )
