"""Documents written by somebody else: read, named as unsupported, or refused in plain words; never a hang."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actions.connectors.arguments import schema_of, validator_of
from core.actions.connectors.http import list_operations, read_document, server_of
from core.actions.connectors.operation import Operation, suggest
from core.actions.declaration import InvalidArguments
from core.errors import InvalidInput


def document(*, schema: Any = None, schemas: Any = None, **operation: Any) -> str:
    """A document of one POST whose body has ``schema``."""
    if schema is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    value = {
        "openapi": "3.0.3",
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": schemas or {}},
    }
    return json.dumps(value)


def only(text: str) -> Operation:
    (operation,) = list_operations(read_document(text))
    return operation


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("{", "line 1"),
        ("[]", "object"),
        ("hello", "object"),
        ('{"swagger": "2.0"}', "Swagger 2.0"),
        ('{"openapi": "4.0.0", "paths": {}}', "4.0.0"),
        ('{"openapi": "3.0.0", "paths": {}}', "paths"),
        ('{"openapi": "3.0.0", "paths": []}', "paths"),
        (": : :", "YAML"),
        ("a: !!python/object:os.system x", "YAML"),
        ('{"a":' * 100_000, "JSON|deep"),
        ("[" * 100_000, "deep|JSON"),
        ("- " * 100_000, "deep"),
        ("{a: " * 900 + "}" * 900, "valid JSON"),
        ("x: " + "{a: " * 900 + "}" * 900, "deep"),
        ("a: &x {b: *x}", "too large|YAML"),
        ("a: &a [1]\n<<: *a", "merge keys"),
        ("openapi: 3.0.0\n? [1, 2]\n: x", "valid YAML"),
        ('{"openapi": "3.0.0", "a": ' + "9" * 5_000 + "}", "too long"),
        ("x" * 5_000_001, "5 MB"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_what_is_no_document_is_refused_in_words(text: str, says: str) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidInput, match=says):
        read_document(text)
    assert time.monotonic() - started < 20


def test_repetition_that_explodes_is_refused() -> None:
    bomb = "openapi: 3.0.0\npaths: {}\na0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    with pytest.raises(InvalidInput, match="too large"):
        read_document(bomb)


def test_yaml_and_json_give_the_same() -> None:
    yaml = (
        "openapi: 3.0.3\npaths:\n  /things:\n    post:\n      responses:\n        200: {description: x}\n"
        "      x-since: 2020-01-01\n"
    )
    read = read_document(yaml)
    assert read["paths"]["/things"]["post"] == {
        "responses": {"200": {"description": "x"}},
        "x-since": "2020-01-01",
    }
    json.dumps(read, allow_nan=False)


CYCLE = {
    "type": "object",
    "required": ["next"],
    "properties": {"next": {"$ref": "#/components/schemas/Cycle"}},
}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"$ref": "#/components/schemas/Cycle"}, "nested deeper"),
        ({"$ref": "#/components/schemas/Self"}, "circle"),
        ({"$ref": "https://example.com/x.json"}, "other documents"),
        ({"$ref": "#/components/schemas/None"}, "not there"),
        ({"$ref": 5}, "other documents"),
        ({"allOf": [{"$ref": "#/components/schemas/AllOfSelf"}]}, "circle"),
        ({"type": "array", "items": {}}, "not an object"),
        ({"oneOf": [{"type": "object"}, {"type": "string"}]}, "alternatives"),
        ({}, "not an object"),
        ("text", "not an object"),
        ({"type": "object", "properties": []}, "not an object|properties"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"type": "array"}}}, "a is a list"),
        (
            {"type": "object", "required": ["a"], "properties": {"b": {"type": "string"}}},
            "required but not described",
        ),
        (
            {"type": "object", "properties": {f"a{n}": {"type": "string"} for n in range(50)}},
            "50 arguments",
        ),
    ],
)
def test_a_shape_that_cannot_be_given_is_named(schema: Any, reason: str) -> None:
    schemas = {
        "Cycle": CYCLE,
        "Self": {"$ref": "#/components/schemas/Self"},
        "AllOfSelf": {"allOf": [{"$ref": "#/components/schemas/AllOfSelf"}]},
    }
    operation = only(document(schema=schema, schemas=schemas))
    assert re.search(reason, operation.unsupported), operation.unsupported
    assert operation.arguments == ()


def test_optional_parts_that_cannot_be_given_are_left_out_with_the_reason() -> None:
    schema = {
        "type": "object",
        "required": ["amount"],
        "properties": {
            "amount": {"type": "integer", "minimum": 1},
            "lines": {"type": "array"},
            "metadata": {"type": "object", "additionalProperties": True},
            "self": {"$ref": "#/components/schemas/Self"},
            "id": {"type": "string", "readOnly": True},
            "state": {"type": ["string", "null"], "enum": ["open", None]},
            "on": {"type": "string", "format": "date"},
        },
    }
    operation = only(document(schema=schema, schemas={"Self": {"$ref": "#/components/schemas/Self"}}))
    assert [(a.name, a.kind) for a in operation.arguments] == [
        ("amount", "whole_number"),
        ("state", "choice"),
        ("on", "date"),
    ]
    assert operation.left_out == (
        "lines (lines is a list)",
        "metadata (metadata is an object of any content)",
        "self (references that lead in a circle)",
    )
    validate = validator_of(operation.arguments)
    assert validate({"amount": "3", "state": None, "on": "2026-02-28"}) == {"amount": 3, "on": "2026-02-28"}
    with pytest.raises(InvalidArguments) as raised:
        validate({"amount": 0, "state": "closed", "on": "2026-02-30", "else": 1})
    assert set(raised.value.problems) == {"amount", "state", "on", "else"}


def test_nothing_but_get_is_suggested_as_harmless_and_nothing_is_chosen() -> None:
    text = json.dumps(
        {"openapi": "3.1.0", "paths": {"/a": {m: {} for m in ("get", "post", "put", "patch", "delete")}}}
    )
    choices = [suggest(operation, "Any") for operation in list_operations(read_document(text))]
    assert [choice.risk for choice in choices] == ["read", *["irreversible"] * 4]
    assert not any(choice.enabled or choice.not_about_one_customer for choice in choices)


def test_authentication_that_one_secret_cannot_give_is_named() -> None:
    value = {
        "openapi": "3.0.0",
        "paths": {"/a": {"get": {"security": [{"a": [], "b": []}]}, "post": {"security": [{"c": []}]}}},
        "components": {"securitySchemes": {"c": {"type": "apiKey", "in": "query", "name": "api_key"}}},
    }
    first, second = list_operations(read_document(json.dumps(value)))
    assert "authentication" in first.unsupported
    assert second.wire["authentication"] == {"way": "query", "name": "api_key"}


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x", "http://billing.internal", "file:///etc/passwd", "https://{h}/", 7]
)
def test_the_address_a_document_suggests_is_checked_too(url: Any) -> None:
    assert server_of({"servers": [{"url": url}]}) == ""
    assert server_of({"servers": [{"url": "/v1"}]}, "https://api.example.com/openapi.json") == (
        "https://api.example.com/v1"
    )


words = st.sampled_from(
    [
        "type",
        "properties",
        "$ref",
        "allOf",
        "anyOf",
        "enum",
        "required",
        "items",
        "object",
        "string",
        "a",
        "b",
        "#/components/schemas/a",
        "#/paths/~1x/post",
        "parameters",
        "in",
        "name",
        "query",
        "path",
        "schema",
        "minimum",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=5_000, suppress_health_check=list(HealthCheck))
@given(schema=values, other=values, parameters=values, security=values)
def test_any_content_gives_operations_or_a_clear_refusal(
    schema: Any, other: Any, parameters: Any, security: Any
) -> None:
    value = {
        "openapi": "3.1.0",
        "security": security,
        "paths": {
            "/x/{id}": {
                "parameters": parameters,
                "post": {"requestBody": {"content": {"application/json": {"schema": schema}}}},
                "get": other,
            },
            "/y": other,
        },
        "components": {"schemas": {"a": schema, "b": other}, "securitySchemes": other},
    }
    try:
        operations = list_operations(read_document(json.dumps(value)))
    except InvalidInput:
        return
    for operation in operations:
        assert not (operation.unsupported and operation.arguments)
        json.dumps(schema_of(operation.arguments), allow_nan=False)
        try:
            validator_of(operation.arguments)({argument.name: other for argument in operation.arguments})
        except InvalidArguments:
            continue


@settings(max_examples=200, deadline=5_000, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=200) | st.binary(max_size=100))
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    try:
        found = read_document(text)
    except InvalidInput:
        return
    assert found["paths"]
