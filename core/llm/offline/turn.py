"""Decides what the model does in one turn: search, use a tool, or write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.llm.embeddings import Embedder
from core.llm.offline.case import SEARCH_TOOL, Case
from core.llm.offline.drafting import write
from core.llm.offline.reading import read
from core.llm.offline.searching import further_query, next_query
from core.llm.offline.tools.plan import Offered, next_step
from core.llm.output import DraftOutput


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to call."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def take_turn(
    case: Case, *, offered: Offered, organisation: str, embedder: Embedder | None
) -> Call | DraftOutput:
    """One turn: the knowledge is searched first, then the account is looked at, then something is asked for.

    Args:
        offered: the tools of this run and the schemas of their arguments; works with any of them missing.
    """
    reading = read(case)
    can_search = SEARCH_TOOL in offered
    if can_search and not case.tools and (query := next_query(reading)):
        return Call(SEARCH_TOOL, {"query": query})
    step = next_step(reading, offered)
    if step.tool:
        return Call(step.tool, step.arguments)
    if can_search and (query := further_query(reading, step)):
        return Call(SEARCH_TOOL, {"query": query})
    return write(reading, organisation=organisation, embedder=embedder, step=step)
