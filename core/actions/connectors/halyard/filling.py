"""Fill the back office with the accounts of a sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from core.actions.connectors.halyard.store import exists, open_store
from core.actions.connectors.halyard.tables import (
    ApiKey,
    BackOfficeRow,
    Customer,
    Incident,
    Invoice,
    Payment,
    Refund,
    Subscription,
)
from core.settings import Settings

Values = dict[str, Any]
"""Columns of one row, without keys: the account and the invoice are known from where it stands."""


@dataclass(slots=True)
class InvoiceEntry:
    """An invoice with its payments and refunds."""

    invoice: Values
    payments: list[Values] = field(default_factory=list)
    refunds: list[Values] = field(default_factory=list)


@dataclass(slots=True)
class AccountEntry:
    """An account with everything that belongs to it. Columns as in the back office's tables."""

    customer: Values
    subscription: Values
    invoices: list[InvoiceEntry] = field(default_factory=list)
    keys: list[Values] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a fill added."""

    accounts: int = 0
    invoices: int = 0
    incidents: int = 0


def fill(settings: Settings, accounts: Iterable[AccountEntry], incidents: Sequence[Values]) -> Filled:
    """Add accounts (by external id) and incidents (by number) that are not there yet.

    What is there stays as it is, with everything that people have done to it since. One transaction.
    """
    with open_store(settings).transaction() as session:
        known = set(session.exec(select(Customer.external_id)))
        fresh = [entry for entry in accounts if entry.customer["external_id"] not in known]
        listed = set(session.exec(select(Incident.number)))
        new_incidents = [each for each in incidents if each["number"] not in listed]
        _insert(session, Incident, new_incidents)
        customers = _insert(session, Customer, [entry.customer for entry in fresh])
        owned = list(zip(customers, fresh, strict=True))
        _insert(session, Subscription, [_of(key, entry.subscription) for key, entry in owned])
        _insert(session, ApiKey, [_of(key, each) for key, entry in owned for each in entry.keys])
        entries = [(key, each) for key, entry in owned for each in entry.invoices]
        invoices = _insert(session, Invoice, [_of(key, each.invoice) for key, each in entries])
        billed = list(zip(invoices, entries, strict=True))
        _insert(
            session,
            Payment,
            [each | {"invoice_id": key} for key, (_, entry) in billed for each in entry.payments],
        )
        _insert(
            session,
            Refund,
            [
                _of(owner, each) | {"invoice_id": key}
                for key, (owner, entry) in billed
                for each in entry.refunds
            ],
        )
    return Filled(accounts=len(fresh), invoices=len(invoices), incidents=len(new_incidents))


def is_filled(settings: Settings) -> bool:
    """Whether the back office has any account."""
    if not exists(settings):
        return False
    with open_store(settings).reading() as session:
        return bool(session.scalar(select(func.count()).select_from(Customer)))


def _of(customer_id: int, values: Values) -> Values:
    return values | {"customer_id": customer_id}


def _insert(session: Session, table: type[BackOfficeRow], rows: Sequence[Values]) -> range:
    """Add ``rows`` in one statement; their keys. The write lock is held, so nobody takes a key between."""
    first = (session.scalar(select(func.max(col(table.id)))) or 0) + 1
    if rows:
        fields = table.model_fields.items()
        blank = {
            name: info.get_default(call_default_factory=True)
            for name, info in fields
            if not info.is_required()
        }
        keyed = [blank | values | {"id": key} for key, values in enumerate(rows, start=first)]
        session.connection().execute(insert(table), keyed)
    return range(first, first + len(rows))
