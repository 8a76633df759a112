"""The names telemetry gives to things: OpenTelemetry GenAI conventions 1.41, OpenInference for the rest.

GenAI has operations for agents, models, tools and retrieval, and the event of an evaluation. Guardrails,
verification and abstention have none there: OpenInference has kinds for them. What neither knows is
called ``ratchet.*``.
"""

from __future__ import annotations

import json
from typing import Any

from core.traces import Span, Trace

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0"
EVALUATION_EVENT = "gen_ai.evaluation.result"
_KINDS = {
    "agent": "AGENT",
    "generation": "LLM",
    "tool": "TOOL",
    "guardrail": "GUARDRAIL",
    "retrieval": "RETRIEVER",
    "verification": "EVALUATOR",
    "abstention": "DECISION",
}
_OFFLINE = "offline"


def root_attributes(trace: Trace) -> tuple[str, dict[str, Any]]:
    """Name and attributes of the span that stands for a whole run."""
    name = trace.name or "run"
    return f"invoke_workflow {name}", {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": name,
        "gen_ai.conversation.id": _text(trace.conversation_id),
        "gen_ai.usage.input_tokens": trace.input_tokens,
        "gen_ai.usage.output_tokens": trace.output_tokens,
        "openinference.span.kind": "CHAIN",
        "session.id": _text(trace.conversation_id),
        "llm.cost.total": trace.cost,
        "ratchet.draft.id": trace.draft_id,
        "ratchet.build.id": trace.build_id,
        "ratchet.model": trace.model,
        "ratchet.status": trace.status,
        **error_attributes(trace.status, trace.error),
    }


def span_attributes(span: Span, trace: Trace) -> tuple[str, dict[str, Any]]:
    """Name and attributes of the span of a step."""
    known = dict(span.attributes)
    attributes: dict[str, Any] = {
        "openinference.span.kind": _KINDS.get(span.kind, "CHAIN"),
        "gen_ai.conversation.id": _text(trace.conversation_id),
        **error_attributes(span.status, span.error),
    }
    match span.kind:
        case "agent":
            name = f"invoke_agent {span.name}"
            attributes |= {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.provider.name": provider(trace.model),
                "gen_ai.agent.name": span.name,
            }
        case "generation":
            model = known.pop("model", span.name)
            name = f"chat {model}"
            attributes |= {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": provider(trace.model),
                "gen_ai.request.model": model,
                "gen_ai.request.temperature": known.pop("temperature", None),
                "gen_ai.request.top_p": known.pop("top_p", None),
                "gen_ai.request.max_tokens": known.pop("max_tokens", None),
                "gen_ai.response.id": known.pop("response_id", None),
                "gen_ai.usage.input_tokens": span.input_tokens,
                "gen_ai.usage.output_tokens": span.output_tokens,
                "gen_ai.usage.cache_read.input_tokens": known.pop("cached_tokens", None),
                "gen_ai.usage.reasoning.output_tokens": known.pop("reasoning_tokens", None),
            }
        case "tool":
            name = f"execute_tool {span.name}"
            attributes |= {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": span.name,
                "gen_ai.tool.type": "extension" if "mcp_server" in known else "function",
                "gen_ai.tool.call.id": known.pop("call_id", None),
            }
        case "retrieval":
            name = f"retrieval {span.name}"
            attributes |= {
                "gen_ai.operation.name": "retrieval",
                "gen_ai.data_source.id": span.name,
                "gen_ai.retrieval.documents": _json(
                    _documents(known.pop("passages", None), known.pop("scores", None))
                ),
            }
        case _:
            name = f"{span.kind} {span.name}".strip()
    return name, attributes | {f"ratchet.{key}": _plain(value) for key, value in known.items()}


def text_attributes(kind: str, field: str, text: str) -> dict[str, Any]:
    """Attributes of raw text, for whoever asked for it. ``field``: input or output."""
    attributes = {f"{field}.value": text}
    if kind == "tool":
        name = "arguments" if field == "input" else "result"
        return {**attributes, f"gen_ai.tool.call.{name}": text}
    if kind == "generation":
        messages = _messages(text, role="user" if field == "input" else "assistant")
        return {**attributes, f"gen_ai.{field}.messages": json.dumps(messages, ensure_ascii=False)}
    if kind == "retrieval" and field == "input":
        return {**attributes, "gen_ai.retrieval.query.text": text}
    return attributes


def error_attributes(status: str, error: str) -> dict[str, Any]:
    """``error.type`` of what did not end well: a class name, or how it ended."""
    if status in {"ok", "running", "waiting"}:
        return {}
    name = error.rpartition("(")[2].rstrip(")")
    return {"error.type": name if name.isidentifier() else status}


def provider(model: str) -> str:
    """``gen_ai.provider.name`` of a model as builds name it."""
    head, slash, _ = model.partition("/")
    return head if slash else _OFFLINE


def _messages(text: str, *, role: str) -> list[dict[str, Any]]:
    """The model's messages in the conventions' own shape; text that was cut stays one message."""
    try:
        items = json.loads(text)
    except ValueError:
        items = text
    if not isinstance(items, list):
        items = [{"role": role, "content": text}]
    return [_message(item, role) for item in items if isinstance(item, dict)]


def _message(item: dict[str, Any], role: str) -> dict[str, Any]:
    if item.get("type") == "function_call":
        call = {"type": "tool_call", "id": item.get("call_id"), "name": item.get("name")}
        return {"role": "assistant", "parts": [{**call, "arguments": item.get("arguments")}]}
    if item.get("type") == "function_call_output":
        answer = {"type": "tool_call_response", "id": item.get("call_id"), "response": item.get("output")}
        return {"role": "tool", "parts": [answer]}
    content = item.get("content", item)
    pieces = content if isinstance(content, list) else [content]
    parts = [
        {"type": "text", "content": piece.get("text", "") if isinstance(piece, dict) and "text" in piece
         else piece if isinstance(piece, str) else json.dumps(piece, ensure_ascii=False)}
        for piece in pieces
    ]  # fmt: skip
    return {"role": item.get("role", role), "parts": parts}


def _documents(passages: Any, scores: Any) -> list[dict[str, Any]] | None:
    if not isinstance(passages, list):
        return None
    known = scores if isinstance(scores, list) else []
    return [
        {"id": str(passage), "score": known[position]} if position < len(known) else {"id": str(passage)}
        for position, passage in enumerate(passages)
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Attributes hold scalars and lists of one kind of scalar; anything else goes as JSON."""
    if isinstance(value, list):
        kinds = {type(item) for item in value}
        return value if len(kinds) == 1 and kinds <= {str, int, float, bool} else _json(value)
    return _json(value) if isinstance(value, dict) else value
