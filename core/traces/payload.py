"""What a span of the SDK becomes in our table: names, numbers and ids apart from raw text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents import (
    AgentSpanData,
    CustomSpanData,
    FunctionSpanData,
    GenerationSpanData,
    GuardrailSpanData,
    HandoffSpanData,
    MCPListToolsSpanData,
    ResponseSpanData,
    SpanData,
)

LONGEST_NAME = 120
"""Characters of a string in an attribute. What is longer is text, and text has a place of its own."""

LONGEST_TEXT = 20_000
MOST_ITEMS = 50
_KNOBS = ("temperature", "top_p", "max_tokens", "parallel_tool_calls", "store")


@dataclass(slots=True)
class Facts:
    """What is kept of a span. ``texts``: by field, ``input`` and ``output``."""

    kind: str
    name: str
    attributes: dict[str, Any] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    texts: dict[str, str] = field(default_factory=dict)


def read_payload(data: SpanData, *, with_text: bool) -> Facts:
    """The facts of a span's payload, by a list of what may be kept; anything else is left out.

    Args:
        with_text: whether to keep raw text too, apart from the attributes.
    """
    match data:
        case GenerationSpanData():
            knobs = {name: (data.model_config or {}).get(name) for name in _KNOBS}
            facts = _model_call(data.model or "", data.usage, knobs)
            found: dict[str, Any] = {"input": data.input, "output": data.output}
        case ResponseSpanData():
            response = data.response
            known = {"response_id": response.id if response else None}
            usage = data.usage or (response.usage.model_dump() if response and response.usage else None)
            facts = _model_call(str(response.model) if response else "", usage, known)
            found = {"input": data.input, "output": _output(response) if with_text else None}
        case FunctionSpanData():
            server = (data.mcp_data or {}).get("server")
            facts = Facts("tool", data.name, _kept({"mcp_server": server}))
            found = {"input": data.input, "output": data.output}
        case AgentSpanData():
            named = {"tools": data.tools, "handoffs": data.handoffs, "output_type": data.output_type}
            return Facts("agent", data.name, _kept(named))
        case GuardrailSpanData():
            return Facts("guardrail", data.name, {"triggered": data.triggered})
        case HandoffSpanData():
            return Facts("other", "handoff", _kept({"from": data.from_agent, "to": data.to_agent}))
        case MCPListToolsSpanData():
            return Facts("other", "list tools", _kept({"mcp_server": data.server, "tools": data.result}))
        case CustomSpanData():
            return Facts("other", data.name)
        case _:
            return Facts("other", data.type)
    if with_text:
        facts.texts = {field: as_text(value) for field, value in found.items() if value not in (None, "")}
    return facts


def as_text(value: Any) -> str:
    """``value`` as text, cut at :data:`LONGEST_TEXT`; what is not a string becomes JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]} … ({len(text) - LONGEST_TEXT:,} more characters)"


def tidy(value: Any, *, depth: int = 0) -> Any:
    """``value`` fit for an attribute: numbers, short strings, and short lists and mappings of them."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return round(value, 6) if abs(value) < 1e300 else None  # also NaN and infinity: not JSON
    if isinstance(value, str):
        flat = " ".join(value.split())
        return flat if len(flat) <= LONGEST_NAME else f"{flat[: LONGEST_NAME - 1]}…"
    if depth < 3 and isinstance(value, Mapping):
        pairs = list(value.items())[:MOST_ITEMS]
        return {str(key): tidy(item, depth=depth + 1) for key, item in pairs}
    if depth < 3 and isinstance(value, Sequence | set | frozenset):
        return [tidy(item, depth=depth + 1) for item in list(value)[:MOST_ITEMS]]
    return type(value).__name__


def _model_call(model: str, usage: Mapping[str, Any] | None, more: dict[str, Any]) -> Facts:
    counts = usage or {}

    def count(*names: str) -> int:
        return next((int(counts[name]) for name in names if counts.get(name)), 0)

    cached = (counts.get("input_tokens_details") or {}).get("cached_tokens")
    reasoning = (counts.get("output_tokens_details") or {}).get("reasoning_tokens")
    return Facts(
        "generation",
        model or "model",
        _kept({"model": model, "cached_tokens": cached, "reasoning_tokens": reasoning, **more}),
        input_tokens=count("input_tokens", "prompt_tokens"),
        output_tokens=count("output_tokens", "completion_tokens"),
    )


def _output(response: Any) -> Any:
    return [item.model_dump(exclude_none=True) for item in response.output] if response else None


def _kept(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tidy(value) for name, value in attributes.items() if value not in (None, "", [])}
