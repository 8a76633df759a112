"""Which published rule a refund falls under.

The periods are those of the articles on refunds for monthly and annual plans: they start on the
invoice date and include their last day until 23:59 UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core.actions.connectors.halyard.balance import Balance
from core.actions.connectors.halyard.formats import format_day
from core.actions.connectors.halyard.tables import Customer, Invoice, Subscription
from core.actions.declaration import ActionRefused

MONTHLY_FIRST_DAYS = 7
ANNUAL_FIRST_DAYS = 30
ANNUAL_RENEWAL_DAYS = 7


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say of a refund.

    ``rule``: first_payment, renewal, duplicate or exception; only exceptions count towards limits.
    """

    rule: str
    policy: str
    article: str
    warnings: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        return self.rule == "exception"


def last_day(invoice: Invoice) -> date | None:
    """The last day (UTC) of the published refund period; None when there is none for such an invoice."""
    if invoice.kind != "plan":
        return None
    if invoice.period == "monthly":
        days = MONTHLY_FIRST_DAYS if invoice.first_payment else None
    elif invoice.first_payment:
        days = ANNUAL_FIRST_DAYS
    else:
        days = ANNUAL_RENEWAL_DAYS if invoice.renewal else None
    return None if days is None else invoice.issued_at.astimezone(UTC).date() + timedelta(days=days)


def refuse_forbidden(
    customer: Customer, subscription: Subscription, invoice: Invoice, balance: Balance
) -> None:
    """Let pass what may be refunded at all.

    Raises:
        ActionRefused: a fraud flag, the Fleet contract, an open chargeback, an unpaid invoice or a domain.
    """
    if customer.fraud_flag:
        raise ActionRefused(
            "The account is under review by security. No refunds until they lift the flag; pass it to them."
        )
    if subscription.plan == "fleet":
        raise ActionRefused(
            "This is a Fleet contract, which has its own terms. Pass the request to the named contact."
        )
    if invoice.disputed:
        raise ActionRefused(
            f"A chargeback is open for invoice {invoice.number}. A refund now would return the money twice."
        )
    if not balance.paid:
        raise ActionRefused(f"Invoice {invoice.number} is not paid, so there is nothing to refund.")
    if invoice.kind == "domain" and not balance.surplus:
        raise ActionRefused("Domain registrations, transfers and redemption fees are not refunded.")


def ruling_for(invoice: Invoice, balance: Balance, *, at: datetime) -> Ruling:
    """The rule for a refund of ``invoice`` at the moment ``at``."""
    if balance.surplus:
        return Ruling(
            "duplicate", "Duplicate charges are always refunded in full, at any time.", "refunds-monthly-plan"
        )
    until = last_day(invoice)
    if until is not None and at.astimezone(UTC).date() <= until:
        return _published(invoice)
    article = "internal-refund-exceptions"
    policy = "A refund outside of the published rules is an exception that somebody must decide on."
    if invoice.kind == "overage":
        why = "Overage is refunded only when a fault of ours caused it."
    elif until is not None:
        shown = format_day(datetime.combine(until, datetime.min.time(), tzinfo=UTC))
        why = f"The published refund period ended on {shown}."
    elif invoice.renewal:
        why = "Monthly renewals are not refunded by the published rules."
    else:
        why = "No published rule refunds this payment."
    return Ruling("exception", policy, article, (f"{why} This is an exception.",))


def _published(invoice: Invoice) -> Ruling:
    if invoice.period == "monthly":
        return Ruling(
            "first_payment",
            "A monthly plan is refunded in full within 7 days of the first payment.",
            "refunds-monthly-plan",
        )
    if invoice.first_payment:
        return Ruling(
            "first_payment",
            "An annual plan is refunded in full within 30 days of the first payment.",
            "refunds-annual-plan",
        )
    return Ruling("renewal", "An annual renewal is refunded in full within 7 days.", "refunds-annual-plan")
