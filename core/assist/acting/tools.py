"""The catalogue as the agent's tools."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from agents import FunctionTool, Tool
from agents.tool_context import ToolContext

from core.actions import Action, Catalogue
from core.assist.acting.desk import Desk
from core.assist.grounding.evidence import Evidence

_WAITS = (
    " A person decides whether this is carried out, perhaps with other arguments; the result says what was "
    "really done. Call it only when the customer asks for it in their own words."
)


@dataclass
class Work:
    """What the tools of one run share. ``desk`` is None where there are no actions."""

    evidence: Evidence
    desk: Desk | None = None


def action_tools(catalogue: Catalogue | None) -> list[Tool]:
    """One tool an action. Look-ups run; the others pause the run and only report afterwards."""
    return [_tool(action) for action in catalogue.actions()] if catalogue is not None else []


def _tool(action: Action) -> Tool:
    async def invoke(context: ToolContext[Work], arguments: str) -> str:
        desk = context.context.desk
        if desk is None:
            return '{"status": "failed", "error": "There are no actions in this run."}'
        if action.reads_only:
            return await asyncio.to_thread(desk.look_up, action.name, arguments)
        # The effect itself never happens in here: a run may be resumed twice, an effect must not.
        return await asyncio.to_thread(desk.report, context.tool_call_id)

    return FunctionTool(
        name=action.name,
        description=action.description + ("" if action.reads_only else _WAITS),
        params_json_schema=dict[str, Any](action.schema),
        on_invoke_tool=invoke,
        needs_approval=not action.reads_only,
    )
