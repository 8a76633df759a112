"""Chat messages of other tools and the messages of a case."""

from __future__ import annotations

from typing import Any

from core.errors import InvalidInput
from core.evals.formats.json_text import to_json
from core.evals.formats.record import CaseRecord

_ROLES = {"customer": "user", "rep": "assistant", "assistant": "assistant", "system": "system"}
_AUTHORS = {"user": "customer", "human": "customer", "assistant": "assistant", "model": "assistant"}
_SYSTEM = ("system", "developer")


def to_chat(record: CaseRecord) -> list[dict[str, str]]:
    """As a model is asked: the system message first."""
    chat = [{"role": "system", "content": record.system}] if record.system else []
    return [*chat, *({"role": _ROLES[author], "content": text} for author, text in record.messages)]


def from_chat(given: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The input of a case made of a text or of chat messages, and notes on what was left out.

    Raises:
        InvalidInput: it is neither, or nobody asks anything.
    """
    if isinstance(given, str):
        given = [{"role": "user", "content": given}]
    if not isinstance(given, list) or not given:
        raise InvalidInput("the input must be a text or a list of chat messages")
    system: list[str] = []
    messages: list[dict[str, str]] = []
    left_out: dict[str, None] = {}
    for each in given:
        if not isinstance(each, dict) or not isinstance(each.get("role"), str):
            raise InvalidInput("each chat message must be an object with role and content")
        text = _text(each.get("content"), left_out)
        role = each["role"].lower()
        if each.get("tool_calls") or each.get("function_call"):
            left_out["calls of tools"] = None
        if role in _SYSTEM and not messages:
            system.append(text)
        elif role in _SYSTEM:
            messages.append({"author": "system", "text": text})
        elif role in _AUTHORS:
            if text or not each.get("tool_calls"):
                messages.append({"author": _AUTHORS[role], "text": text})
        else:
            left_out[f"messages of the role {role[:40]!r}"] = None
    if not any(each["author"] == "customer" and each["text"].strip() for each in messages):
        raise InvalidInput("there is no message of a user to answer")
    content: dict[str, Any] = {"messages": messages}
    if any(system):
        content["system"] = "\n\n".join(system)
    notes = (f"left out: {', '.join(left_out)}",) if left_out else ()
    return content, notes


def name_of(record_input: dict[str, Any], given: Any = "") -> str:
    """What to call a case: as the file says, else how the customer ends."""
    name = given if isinstance(given, str) else to_json(given) if given is not None else ""
    if not name.strip():
        said = [each["text"] for each in record_input["messages"] if each["author"] == "customer"]
        name = said[-1]
    words = " ".join(name.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"


_LONGEST = 120


def _text(content: Any, left_out: dict[str, None]) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise InvalidInput("the content of a chat message must be a text or a list of parts")
    texts = []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            texts.append(part["text"])
        else:
            kind = part.get("type", "unknown") if isinstance(part, dict) else "unknown"
            left_out[f"content of the type {str(kind)[:40]!r}"] = None
    return "\n".join(texts)
