"""Guardrails on actions. ``core.actions`` enforces them; here they get their names and severities."""

from __future__ import annotations

from core.assist.guardrails.registry import Guardrail, declare

declare(
    Guardrail(
        "limits",
        "Above the limit",
        "tools",
        "block",
        "Nobody approves more money than their role may, however it is split.",
    )
)
declare(
    Guardrail(
        "wrong_customer",
        "Another customer's account",
        "tools",
        "block",
        "An action reaches only the account of the customer of the conversation.",
    )
)
declare(
    Guardrail(
        "stale_facts",
        "Facts have changed",
        "tools",
        "block",
        "An approval counts only for the facts that the approver saw.",
    )
)
