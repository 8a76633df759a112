"""Reads an agent's input items as a support case."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.llm.briefing import Briefing, is_briefing
from core.llm.offline.query import Turn
from core.llm.offline.tools.answers import RepAnswer, read_answer
from core.llm.offline.tools.results import ToolResult, read_action, read_result

SEARCH_TOOL = "search_knowledge"
_ACTIONS = "Actions in this conversation:"
_ANSWERS = "Answers of the representative:"


@dataclass(frozen=True, slots=True)
class Case:
    """The conversation, the briefing, and what was searched and done so far in this run.

    Attributes:
        turns: customer's and our messages, oldest first.
        briefing: organisation, names and note; empty fields where the caller gave none.
        queries: queries of the search calls since the last message, in order.
        results: the outputs of those calls.
        facts: what other system messages say about the customer.
        tools: what the other tools gave since the last message, in order.
        actions: what earlier runs did, oldest first.
        answers: what the rep answered to the questions of earlier drafts.
    """

    turns: tuple[Turn, ...]
    briefing: Briefing
    queries: tuple[str, ...]
    results: tuple[str, ...]
    facts: str = ""
    tools: tuple[ToolResult, ...] = ()
    actions: tuple[ToolResult, ...] = ()
    answers: tuple[RepAnswer, ...] = ()


def read_case(items: str | Sequence[Any]) -> Case:
    """Read input items in the Responses format.

    ``user`` messages are the customer's, ``assistant`` messages ours; only ``system`` and
    ``developer`` messages tell of earlier actions and of the rep's answers.
    """
    if isinstance(items, str):
        return Case((Turn("customer", items),), Briefing(), (), ())
    turns: list[Turn] = []
    queries: list[str] = []
    results: list[str] = []
    facts: list[str] = []
    tools: list[ToolResult] = []
    actions: list[ToolResult] = []
    answers: list[RepAnswer] = []
    calls: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for item in items:
        if not isinstance(item, dict):
            continue
        kind = item.get("type", "message")
        if kind == "message" and item.get("role") in ("user", "assistant"):
            text = _text(item.get("content"))
            if item["role"] == "user":
                queries, results, tools = [], [], []
            if text.strip():
                turns.append(Turn("customer" if item["role"] == "user" else "rep", text))
        elif kind == "message" and item.get("role") in ("system", "developer"):
            heading, _, rest = _text(item.get("content")).partition("\n")
            if heading.strip() == _ACTIONS:
                actions += [known for line in rest.splitlines() if (known := read_action(line))]
            elif heading.strip() == _ANSWERS:
                answers += [each for line in rest.splitlines() if (each := read_answer(line))]
            elif not is_briefing(item):
                facts.append(_text(item.get("content")))
        elif kind == "function_call":
            name, arguments = str(item.get("name")), _arguments(item.get("arguments"))
            calls[str(item.get("call_id"))] = name, arguments
            if name == SEARCH_TOOL:
                query = arguments.get("query")
                queries.append(query if isinstance(query, str) else "")
        elif kind == "function_call_output" and (called := calls.get(str(item.get("call_id")))):
            if called[0] == SEARCH_TOOL:
                results.append(_text(item.get("output")))
            else:
                tools.append(read_result(*called, _text(item.get("output"))))
    return Case(
        tuple(turns), Briefing.read(items), tuple(queries), tuple(results), "\n".join(facts), tuple(tools),
        tuple(actions), tuple(answers),
    )  # fmt: skip


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def _arguments(raw: Any) -> Mapping[str, Any]:
    try:
        value = json.loads(raw)
    except (TypeError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
