"""Whose account it is, and that what a call names belongs to it."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.actions.connectors.halyard.tables import ApiKey, Customer, Invoice, Subscription
from core.actions.declaration import Account, ActionRefused

NO_ACCOUNT = "There is no account for this customer in the back office."


def find_account(session: Session, account: Account) -> Customer:
    """The account with this external id, else the one with exactly this e-mail address.

    Raises:
        ActionRefused: there is none.
    """
    found = None
    if account.external_id:
        found = session.exec(select(Customer).where(Customer.external_id == account.external_id)).first()
    if found is None and account.email:
        found = session.exec(select(Customer).where(Customer.email == account.email.strip().lower())).first()
    if found is None:
        raise ActionRefused(NO_ACCOUNT)
    return found


def invoice_of(session: Session, customer: Customer, number: str) -> Invoice:
    """The customer's invoice ``number``.

    Raises:
        ActionRefused: it is not theirs. Says the same of an invoice that exists and one that does not.
    """
    wanted = number.strip().upper()
    found = session.exec(
        select(Invoice).where(Invoice.customer_id == customer.key, Invoice.number == wanted)
    ).first()
    if found is None:
        raise ActionRefused(f"Invoice {wanted} is not an invoice of this customer.")
    return found


def invoices_of(session: Session, customer: Customer) -> list[Invoice]:
    """All of the customer's invoices, newest first."""
    return list(
        session.exec(
            select(Invoice)
            .where(Invoice.customer_id == customer.key)
            .order_by(col(Invoice.issued_at).desc(), col(Invoice.id).desc())
        )
    )


def key_of(session: Session, customer: Customer, name: str) -> ApiKey:
    """The customer's API key with this ID or these first 12 characters.

    Raises:
        ActionRefused: it is not theirs, or two of theirs begin alike.
    """
    wanted = name.strip()
    found = session.exec(
        select(ApiKey).where(
            ApiKey.customer_id == customer.key,
            (col(ApiKey.key_id) == wanted) | (col(ApiKey.prefix) == wanted),
        )
    ).all()
    if not found:
        raise ActionRefused(f"{wanted} is not an API key of this customer.")
    if len(found) > 1:
        raise ActionRefused(f"More than one key of this customer begins with {wanted}. Give the key's ID.")
    return found[0]


def subscription_of(session: Session, customer: Customer) -> Subscription:
    """The account's subscription.

    Raises:
        ActionRefused: it has none.
    """
    found = session.exec(select(Subscription).where(Subscription.customer_id == customer.key)).first()
    if found is None:
        raise ActionRefused("This customer has no subscription.")
    return found


def next_invoice_number(session: Session, year: int) -> str:
    """The number after the highest one of ``year``. Call it inside a write transaction only."""
    highest = session.scalar(
        select(func.max(Invoice.number)).where(col(Invoice.number).startswith(f"HLY-{year}-"))
    )
    last = int(highest.rpartition("-")[2]) if highest else 0
    return f"HLY-{year}-{last + 1:06d}"
