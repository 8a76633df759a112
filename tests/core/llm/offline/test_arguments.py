"""Arguments as customers write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.llm.offline.tools.arguments import (
    amounts,
    days_ago,
    days_named,
    decimal_of,
    invoice_numbers,
    key_named,
    percentage,
    period_named,
    plan_named,
    region_named,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the 12.50 that were too much", ["12.50"]),
        ("12,50 € zu viel", ["12.50"]),
        ("€12,50", ["12.50"]),
        ("$1,234.50 and 1.234,50 EUR", ["1234.50"]),
        ("CHF 1'234.50", ["1234.50"]),
        ("29,- EUR", ["29"]),
        ("29 euros, no 30 dólares", ["29", "30"]),
        ("EUR 990", ["990"]),
        ("invoice HLY-2026-048213 of 3.11.2026 at 12.30 Uhr for 500 GB", []),
        ("version 3.11 on 2 servers, 99.95 %", ["3.11"]),
    ],
)
def test_amounts(text: str, expected: list[str]) -> None:
    assert list(amounts(text)) == [Decimal(value) for value in expected]


@given(st.text(max_size=80))
def test_no_text_breaks_the_readers(text: str) -> None:
    assert all(value > 0 for value in amounts(text))
    invoice_numbers(text), key_named(text), days_named(text), days_ago(text), percentage(text)
    plan_named(text), period_named(text), region_named(text), decimal_of(text)


@pytest.mark.parametrize(
    ("text", "plan", "period"),
    [
        ("Please move me from Sloop to Schooner monthly.", "schooner", "monthly"),
        ("von Sloop auf Harbor wechseln, jährlich", "harbor", "annual"),
        ("de Sloop a Schooner, plan anual", "schooner", "annual"),
        ("switch from monthly to annual", "", "annual"),
        ("Sloop or Schooner?", "", ""),
    ],
)
def test_plans(text: str, plan: str, period: str) -> None:
    assert plan_named(text) == plan
    assert period_named(text) == period


def test_days() -> None:
    assert days_named("extend it by another week") == 7
    assert days_named("It ends in 2 days, please extend it by 5 days") == 5
    assert days_named("It ends in 2 days, please extend it") is None
    assert days_named("um zwei Wochen verlängern") == 14
    assert days_named("ampliar 3 días más") == 3
    assert days_ago("renewed four months ago") == 120
    assert days_ago("vor 3 Wochen") == 21
    assert days_ago("hace 10 días") == 10
    assert days_ago("for 3 weeks now") is None


def test_keys_and_regions() -> None:
    assert key_named("rotate the API key named ci-deploy for us") == "ci-deploy"
    assert key_named("rotate [KEY_1] please") == "[KEY_1]"
    assert key_named('rotate the key "build server"') == "build server"
    assert key_named("rotate my API key") == ""
    assert region_named("sites in Cork", ["eu-west", "us-east"]) == "eu-west"
    assert region_named("us-east is down") == "Norfolk"
    assert region_named("everything is down") == ""
