"""A small back office with a clock that tests set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from core.actions.connectors.halyard import AccountEntry, HalyardConnector, InvoiceEntry, fill
from core.actions.connectors.halyard.store import open_store
from core.actions.declaration import Account, Call, Outcome, Preview
from core.settings import Settings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Office:
    """The connector with the accounts of a test. ``now`` is what its clock shows, ``once`` a call's key."""

    settings: Settings
    now: datetime = NOON
    calls: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.connector = HalyardConnector(self.settings, clock=lambda: self.now)

    def call(self, action: str, who: str = "ada", *, once: str = "", **arguments: Any) -> Call:
        if action == "refund_invoice":
            arguments = {"amount": None, "reason": "As asked"} | arguments
        return Call(action, arguments, Account(email=f"{who}@example.com", external_id=f"cus_{who}"), once)

    def preview(self, action: str, who: str = "ada", **arguments: Any) -> Preview:
        return self.connector.preview(self.call(action, who, **arguments))

    def look(self, action: str, who: str = "ada", **arguments: Any) -> Outcome:
        return self.connector.execute(self.call(action, who, **arguments))

    def execute(self, action: str, who: str = "ada", *, once: str = "", **arguments: Any) -> Outcome:
        return self.connector.execute(
            self.call(action, who, once=once or f"key-{next(self.calls)}", **arguments)
        )

    def rows(self, table: type[Any]) -> list[Any]:
        with open_store(self.settings).reading() as session:
            return list(session.exec(select(table)))

    def open_account(
        self,
        who: str = "ada",
        *invoices: InvoiceEntry,
        customer: dict[str, Any] | None = None,
        subscription: dict[str, Any] | None = None,
        keys: list[dict[str, Any]] | None = None,
    ) -> None:
        started = self.now - timedelta(days=10)
        fill(
            self.settings,
            [
                AccountEntry(
                    {
                        "external_id": f"cus_{who}",
                        "email": f"{who}@example.com",
                        "name": who.capitalize(),
                        "country": "DE",
                        "currency": "EUR",
                        "card_last4": "4242",
                        "vat_id": True,
                        "sites": 1,
                        "storage_gb": 5,
                        "databases": 1,
                        "created_at": started,
                    }
                    | (customer or {}),
                    {
                        "plan": "sloop",
                        "period": "monthly",
                        "status": "active",
                        "started_at": started,
                        "period_start": started,
                        "period_end": started + timedelta(days=30),
                        "seats": 1,
                    }
                    | (subscription or {}),
                    list(invoices),
                    keys or [],
                )
            ],
            [],
        )


_numbers = count(48213)


def invoice(
    issued: datetime = NOON - timedelta(days=60),
    *,
    net: int = 2900,
    number: str = "",
    times_paid: int = 1,
    **values: Any,
) -> InvoiceEntry:
    """An invoice without VAT, paid as often as said; by default a monthly renewal."""
    entry = InvoiceEntry(
        {
            "number": number or f"HLY-{issued.year}-{next(_numbers):06d}",
            "period": "monthly",
            "net": net,
            "total": net,
            "currency": "EUR",
            "issued_at": issued,
            "renewal": not values.get("first_payment", False),
            "status": "paid" if times_paid else "open",
        }
        | values
    )
    for _ in range(times_paid):
        entry.payments.append({"amount": net, "method": "card ending 4242", "paid_at": issued})
    return entry


@pytest.fixture
def office(home: Path) -> Iterator[Office]:
    settings = Settings(home=home, action_timeout_seconds=5)
    office = Office(settings)
    yield office
    open_store(settings).dispose()
