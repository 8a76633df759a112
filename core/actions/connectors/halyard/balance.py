"""What was paid for an invoice, what went back, and what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.actions.connectors.halyard.tables import Customer, Invoice, Payment, Refund

YEAR = timedelta(days=365)
"""The 12 months over which exceptions add up."""


@dataclass(frozen=True, slots=True)
class Balance:
    """In hundredths. ``returned`` is all that went back, ``returned_duplicate`` the part for double payments.

    ``surplus`` is what was paid over the invoice's total and is still to be returned; ``left`` is
    what could go back besides, of the invoice itself.
    """

    total: int
    paid: int
    returned: int
    returned_duplicate: int

    @property
    def surplus(self) -> int:
        return max(0, self.paid - self.total - self.returned_duplicate)

    @property
    def left(self) -> int:
        return min(self.paid, self.total) - (self.returned - self.returned_duplicate)

    def as_facts(self) -> tuple[int, ...]:
        return self.total, self.paid, self.returned, self.returned_duplicate


def balances(session: Session, invoices: Iterable[Invoice]) -> dict[int, Balance]:
    """Invoice key -> balance, in two queries."""
    listed = list(invoices)
    keys = [invoice.key for invoice in listed]
    paid: dict[int, int] = dict(
        session.exec(
            select(Payment.invoice_id, func.sum(Payment.amount))
            .where(col(Payment.invoice_id).in_(keys), Payment.status == "succeeded")
            .group_by(col(Payment.invoice_id))
        ).all()
    )
    returned: dict[int, int] = {}
    duplicates: dict[int, int] = {}
    refunds: Any = session.exec(
        select(Refund.invoice_id, Refund.rule, func.sum(Refund.amount))
        .where(col(Refund.invoice_id).in_(keys))
        .group_by(col(Refund.invoice_id), col(Refund.rule))
    )
    for key, rule, amount in refunds:
        returned[key] = returned.get(key, 0) + amount
        if rule == "duplicate":
            duplicates[key] = amount
    return {
        invoice.key: Balance(
            total=invoice.total,
            paid=paid.get(invoice.key, 0),
            returned=returned.get(invoice.key, 0),
            returned_duplicate=duplicates.get(invoice.key, 0),
        )
        for invoice in listed
    }


def balance_of(session: Session, invoice: Invoice) -> Balance:
    """The balance of one invoice."""
    return balances(session, [invoice])[invoice.key]


def counted(session: Session, customer: Customer, *, at: datetime) -> int:
    """What counts towards the limits in the 12 months up to ``at``, in hundredths."""
    found = session.scalar(
        select(func.coalesce(func.sum(Refund.amount), 0)).where(
            Refund.customer_id == customer.key,
            col(Refund.counts).is_(True),
            col(Refund.refunded_at) > at - YEAR,
            col(Refund.refunded_at) <= at,
        )
    )
    return int(found or 0)
