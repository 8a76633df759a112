"""The billing system, running, and a connection to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.actions import (
    Choice,
    Connection,
    Connector,
    add_connection,
    choose_operations,
    operations_of,
    suggest,
)
from core.actions.connectors import connected
from core.database import Database
from core.identity import SYSTEM
from core.settings import Settings
from tests.core.actions.connectors.http.billing import DOCUMENT, TOKEN, Billing
from tests.serving import running

SECRET_NAME = "RATCHET_CONNECTION_BILLING"

CHOSEN: dict[str, dict[str, Any]] = {
    "GET /customers/{email}/invoices": {"account_argument": "email", "action": "billing__invoices"},
    "GET /invoices/{invoice}": {"not_about_one_customer": True, "action": "billing__invoice"},
    "GET /refunds": {"not_about_one_customer": True, "action": "billing__find_refunds"},
    "POST /refunds": {
        "account_argument": "email",
        "action": "billing__refund",
        "risk": "irreversible",
        "idempotent": True,
        "amount_argument": "amount",
        "currency": "EUR",
        "limits": {"rep": "50", "manager": "5000"},
        "approvers": ["rep", "manager"],
        "state_operation": "GET /invoices/{invoice}",
        "check_operation": "GET /refunds",
        "check_argument": "key",
        "reference_field": "id",
        "sentences": {"en": "We have refunded {amount} EUR for invoice {invoice}."},
    },
}

Connect = Callable[..., Connector]


@pytest.fixture
def billing() -> Billing:
    return Billing()


@pytest.fixture
def address(billing: Billing) -> Iterator[str]:
    with running(billing.app()) as url:
        yield url


@pytest.fixture
def settings(database: Database, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(SECRET_NAME, TOKEN)
    return Settings(action_timeout_seconds=2.0, back_office="none")


def choices_for(connection: Connection, wanted: dict[str, dict[str, Any]]) -> list[Choice]:
    """The suggestions for some operations, changed as an admin would."""
    offered = {operation.id: operation for operation in operations_of(connection)}
    return [
        Choice.model_validate(
            {**suggest(offered[key], connection.name).model_dump(), "enabled": True, **changes}
        )
        for key, changes in wanted.items()
    ]


@pytest.fixture
def connect(database: Database, settings: Settings) -> Connect:
    """``connect(url)``: the connector for a billing system at that address."""

    def make(url: str, **changes: Any) -> Connector:
        with database.transaction() as session:
            row = add_connection(
                SYSTEM,
                session=session,
                kind="openapi",
                name="Billing",
                base_url=url,
                document=DOCUMENT,
                secret_name=SECRET_NAME,
            )
            wanted = {**CHOSEN, "POST /refunds": {**CHOSEN["POST /refunds"], **changes}}
            choose_operations(SYSTEM, row.key, choices_for(row, wanted), session=session)
        (connector,) = connected(database, settings)
        return connector

    return make
