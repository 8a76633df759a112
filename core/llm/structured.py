"""Finds the JSON object that was asked for in what a model wrote."""

from __future__ import annotations

import json
from typing import Any

from agents import AgentOutputSchema
from agents.agent_output import AgentOutputSchemaBase
from agents.exceptions import ModelBehaviorError
from pydantic import BaseModel, TypeAdapter, ValidationError


def read_json(text: str, output_schema: AgentOutputSchemaBase) -> str | None:
    """The JSON in ``text`` that fits the schema, as a canonical string; None when there is none."""
    for candidate in _candidates(text):
        try:
            output_schema.validate_json(candidate)
        except ModelBehaviorError:
            loose = _loosely(candidate, output_schema)
            if loose is not None:
                return loose
        else:
            return candidate
    return None


def _candidates(text: str) -> list[str]:
    """The text itself, then every JSON object that starts in it, longest first."""
    found = [text.strip()]
    decoder = json.JSONDecoder(strict=False)  # models put raw line breaks into strings
    objects: list[str] = []
    at = text.find("{")
    while at >= 0 and len(objects) < 5:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            at = text.find("{", at + 1)
            continue
        objects.append(json.dumps(value, ensure_ascii=False))
        at = text.find("{", end)
    return [*found, *sorted(objects, key=len, reverse=True)]


def _loosely(candidate: str, output_schema: AgentOutputSchemaBase) -> str | None:
    """The candidate with types coerced, defaults filled in and fields nobody asked for left out."""
    if not isinstance(output_schema, AgentOutputSchema):
        return None
    kind = output_schema.output_type
    try:
        value = json.loads(candidate, strict=False)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            value = _known_fields(value, output_schema.json_schema())
            return kind.model_validate(value).model_dump_json()
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        return adapter.dump_json(adapter.validate_python(value)).decode()
    except (ValueError, ValidationError, RecursionError):
        return None


def _known_fields(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    root = schema if root is None else root
    reference = schema.get("$ref")
    if isinstance(reference, str):
        schema = root.get("$defs", {}).get(reference.rpartition("/")[2], {})
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        return {name: _known_fields(item, known[name], root) for name, item in value.items() if name in known}
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_known_fields(item, schema["items"], root) for item in value]
    return value
