"""Reads an agent's input items as a support case."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.llm.briefing import Briefing, is_briefing
from core.llm.offline.query import Turn

SEARCH_TOOL = "search_knowledge"


@dataclass(frozen=True, slots=True)
class Case:
    """The conversation, the briefing, and what was searched so far in this run.

    Attributes:
        turns: customer's and our messages, oldest first.
        briefing: organisation, names and note; empty fields where the caller gave none.
        queries: queries of the search calls since the last message, in order.
        results: the outputs of those calls.
        facts: what other system messages say about the customer.
    """

    turns: tuple[Turn, ...]
    briefing: Briefing
    queries: tuple[str, ...]
    results: tuple[str, ...]
    facts: str = ""


def read_case(items: str | Sequence[Any]) -> Case:
    """Read input items in the Responses format.

    ``user`` messages are the customer's, ``assistant`` messages ours. Calls and results of tools
    other than the search are skipped.
    """
    if isinstance(items, str):
        return Case((Turn("customer", items),), Briefing(), (), ())
    turns: list[Turn] = []
    queries: list[str] = []
    results: list[str] = []
    facts: list[str] = []
    calls: set[str] = set()
    for item in items:
        if not isinstance(item, dict):
            continue
        kind = item.get("type", "message")
        if kind == "message" and item.get("role") in ("user", "assistant"):
            text = _text(item.get("content"))
            if item["role"] == "user":
                queries, results = [], []
            if text.strip():
                turns.append(Turn("customer" if item["role"] == "user" else "rep", text))
        elif kind == "message" and item.get("role") in ("system", "developer"):
            if not is_briefing(item):
                facts.append(_text(item.get("content")))
        elif kind == "function_call" and item.get("name") == SEARCH_TOOL:
            calls.add(str(item.get("call_id")))
            queries.append(_query(item.get("arguments")))
        elif kind == "function_call_output" and str(item.get("call_id")) in calls:
            results.append(_text(item.get("output")))
    return Case(tuple(turns), Briefing.read(items), tuple(queries), tuple(results), "\n".join(facts))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def _query(arguments: Any) -> str:
    try:
        value = json.loads(arguments)
    except (TypeError, ValueError):
        return ""
    query = value.get("query") if isinstance(value, dict) else None
    return query if isinstance(query, str) else ""
