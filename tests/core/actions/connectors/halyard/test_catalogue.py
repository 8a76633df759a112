"""The catalogue that agents, pages and connections rely on."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from core.actions import InvalidArguments
from core.actions.connectors.halyard.catalogue import ACTIONS
from core.identity import Role
from core.settings import ROOT

BY_NAME = {action.name: action for action in ACTIONS}


@pytest.mark.parametrize(
    ("name", "risk", "fields"),
    [
        ("find_customer", "read", ["email"]),
        ("list_invoices", "read", []),
        ("list_payments", "read", []),
        ("get_subscription", "read", []),
        ("incident_status", "read", ["number", "topic"]),
        ("refund_invoice", "irreversible", ["invoice", "amount", "reason"]),
        ("resend_invoice", "reversible", ["invoice"]),
        ("change_plan", "reversible", ["plan", "period"]),
        ("extend_trial", "reversible", ["days"]),
        ("rotate_api_key", "irreversible", ["key"]),
        ("open_incident", "reversible", ["title", "description", "region"]),
    ],
)
def test_names_risks_and_arguments(name: str, risk: str, fields: list[str]) -> None:
    action = BY_NAME[name]
    assert action.risk == risk
    assert [field.name for field in action.fields] == fields
    assert action.idempotent is (risk != "read")
    assert action.schema["additionalProperties"] is False


def test_limits_of_a_refund() -> None:
    assert BY_NAME["refund_invoice"].limits == {
        Role.REP: Decimal(100),
        Role.SPECIALIST: Decimal(300),
        Role.MANAGER: Decimal(2000),
    }


@pytest.mark.parametrize("action", [a for a in ACTIONS if a.risk != "read"], ids=lambda a: a.name)
def test_every_effect_names_a_policy_that_exists(action: object) -> None:
    article: Path = ROOT / "data/halyard/articles/en" / f"{action.policy_article}.md"  # type: ignore[attr-defined]
    assert action.policy.endswith(".")  # type: ignore[attr-defined]
    assert article.exists()


@pytest.mark.parametrize(
    ("name", "arguments", "wrong"),
    [
        ("refund_invoice", {"invoice": "HLY-2026-048213", "amount": -1, "reason": "x"}, "amount"),
        ("refund_invoice", {"invoice": "HLY-2026-048213", "amount": "1.234", "reason": "x"}, "amount"),
        ("refund_invoice", {"invoice": "", "amount": None, "reason": "x"}, "invoice"),
        ("change_plan", {"plan": "fleet", "period": "monthly"}, "plan"),
        ("extend_trial", {"days": 8}, "days"),
        (
            "open_incident",
            {"title": "Builds wait", "description": "All wait.....", "region": "Mars"},
            "region",
        ),
    ],
)
def test_arguments_that_do_not_fit(name: str, arguments: dict[str, object], wrong: str) -> None:
    with pytest.raises(InvalidArguments) as refused:
        BY_NAME[name].validate(arguments)
    assert set(refused.value.problems) == {wrong}


def test_a_whole_key_is_never_taken() -> None:
    with pytest.raises(InvalidArguments, match="never the key itself") as refused:
        BY_NAME["rotate_api_key"].validate({"key": "hly_live_" + "x" * 32})
    assert "xxx" not in str(refused.value)
