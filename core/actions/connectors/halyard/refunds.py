"""Give money back for an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from core.actions.connectors.halyard.accounts import invoice_of, subscription_of
from core.actions.connectors.halyard.balance import Balance, balance_of, counted
from core.actions.connectors.halyard.formats import Money
from core.actions.connectors.halyard.money import shown, to_decimal, to_minor
from core.actions.connectors.halyard.prepared import Prepared, digest
from core.actions.connectors.halyard.rules import Ruling, refuse_forbidden, ruling_for
from core.actions.connectors.halyard.statements import Said, say, tell
from core.actions.connectors.halyard.tables import Customer, Invoice, Refund, Subscription
from core.actions.declaration import ActionRefused, Outcome, Preview

_SENTENCE = {"duplicate": "refunded_duplicate", "exception": "refunded_exception"}


def refund_invoice(
    session: Session, customer: Customer, arguments: Mapping[str, Any], at: datetime
) -> Prepared:
    """A full (``amount`` None) or partial refund.

    Of an invoice that was paid twice, only what was paid too much goes back; the rest would be a
    refund of its own, under its own rule.

    Raises:
        ActionRefused: not this customer's invoice, more than what is left, or a rule forbids it.
    """
    invoice = invoice_of(session, customer, str(arguments["invoice"]))
    subscription = subscription_of(session, customer)
    balance = balance_of(session, invoice)
    refuse_forbidden(customer, subscription, invoice, balance)
    ruling = ruling_for(invoice, balance, at=at)
    amount = _amount(arguments.get("amount"), invoice, balance)
    ends_plan = _ends_plan(subscription, invoice, ruling, remaining=balance.left - amount)
    # A refund under a published rule stands by itself, so nothing is added to it for the limit.
    before = counted(session, customer, at=at) if ruling.counts else 0
    preview = _preview(customer, subscription, invoice, balance, ruling, amount, before, ends_plan=ends_plan)

    def carry_out() -> Outcome:
        refund = Refund(
            customer_id=customer.key,
            invoice_id=invoice.key,
            amount=amount,
            rule=ruling.rule,
            counts=ruling.counts,
            reason=str(arguments.get("reason", ""))[:500],
            refunded_at=at,
        )
        session.add(refund)
        session.flush()
        if ends_plan:
            subscription.status, subscription.period_end = "cancelled", at
            subscription.next_plan = subscription.next_period = ""
            session.add(subscription)
        return _outcome(refund, subscription, invoice, balance, ends_plan=ends_plan)

    return Prepared(preview, carry_out)


def _amount(given: Any, invoice: Invoice, balance: Balance) -> int:
    """What goes back, in hundredths."""
    most = balance.surplus or balance.left
    if most <= 0:
        raise ActionRefused(f"Invoice {invoice.number} was refunded already; nothing is left.")
    if given is None:
        return most
    amount = to_minor(given)
    if amount <= most:
        return amount
    if balance.surplus:
        raise ActionRefused(
            f"Invoice {invoice.number} was paid twice, {shown(most, invoice.currency)} too much. "
            "Refund at most that first; anything more is a refund of its own."
        )
    raise ActionRefused(
        f"At most {shown(most, invoice.currency)} of invoice {invoice.number} is left to refund."
    )


def _ends_plan(subscription: Subscription, invoice: Invoice, ruling: Ruling, *, remaining: int) -> bool:
    """Whether the published rule ends the plan: the payment of the running period goes back in full."""
    return (
        ruling.rule in ("first_payment", "renewal")
        and remaining == 0
        and subscription.status in ("active", "suspended")
        and invoice.issued_at >= subscription.period_start
    )


def _preview(
    customer: Customer,
    subscription: Subscription,
    invoice: Invoice,
    balance: Balance,
    ruling: Ruling,
    amount: int,
    before: int,
    *,
    ends_plan: bool,
) -> Preview:
    currency = invoice.currency
    target = (
        f"the card ending {customer.card_last4}" if customer.card_last4 else "the original payment method"
    )
    changes = {"Refunded so far": (balance.returned, balance.returned + amount)}
    if balance.surplus:
        changes["Paid too much"] = (balance.surplus, balance.surplus - amount)
    warnings = list(ruling.warnings)
    was = {label: shown(old, currency) for label, (old, _) in changes.items()}
    becomes = {label: shown(new, currency) for label, (_, new) in changes.items()}
    if ends_plan:
        warnings.append("The plan ends at once and the sites go offline.")
        was["Plan"] = f"{subscription.plan.capitalize()}, {subscription.status}"
        becomes["Plan"] = f"{subscription.plan.capitalize()}, ended"
    return Preview(
        effect=f"Refund {shown(amount, currency)} of invoice {invoice.number} to {target}.",
        amount=to_decimal(amount),
        currency=currency,
        counted_before=to_decimal(before) if before else Decimal(0),
        counts=ruling.counts,
        before=was,
        after=becomes,
        facts=digest(
            invoice.number, balance.as_facts(), ruling.rule, amount, before, ends_plan, subscription.plan
        ),
        warnings=tuple(warnings),
        policy=ruling.policy,
        policy_article=ruling.article,
    )


def _outcome(
    refund: Refund, subscription: Subscription, invoice: Invoice, balance: Balance, *, ends_plan: bool
) -> Outcome:
    amount = shown(refund.amount, invoice.currency)
    reference = f"RF-{refund.key:06d}"
    sentence = _SENTENCE.get(refund.rule, "refunded")
    said: list[Said] = [
        say(sentence, amount=Money(refund.amount, invoice.currency), invoice=invoice.number),
        say("refund_arrives"),
    ]
    if ends_plan:
        said.append(say("plan_ended", plan=subscription.plan.capitalize()))
    return Outcome(
        result={
            "refund": reference,
            "invoice": invoice.number,
            "amount": str(to_decimal(refund.amount)),
            "currency": invoice.currency,
            "rule": refund.rule,
            "refunded_so_far": str(to_decimal(balance.returned + refund.amount)),
            "plan_ended": ends_plan,
        },
        summary=f"Refunded {amount} of invoice {invoice.number}. Receipt {reference}.",
        reference=reference,
        statements=tell(*said),
    )
