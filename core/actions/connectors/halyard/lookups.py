"""What the back office knows of a customer. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from core.actions.connectors.halyard.accounts import invoices_of, subscription_of
from core.actions.connectors.halyard.balance import Balance, balances
from core.actions.connectors.halyard.formats import Money, Word, format_day
from core.actions.connectors.halyard.money import shown, to_decimal
from core.actions.connectors.halyard.periods import settle
from core.actions.connectors.halyard.rules import last_day
from core.actions.connectors.halyard.statements import Said, say, tell
from core.actions.connectors.halyard.tables import ApiKey, Customer, Invoice, Payment, Refund, Subscription
from core.actions.declaration import ActionRefused, Outcome

_SHOWN = 14
"""Invoices and payments in one answer: a year of monthly ones and a little more."""


def find_customer(
    session: Session, customer: Customer, arguments: Mapping[str, Any], _at: datetime
) -> Outcome:
    """The account of this customer. ``email``, when given, must be theirs.

    Raises:
        ActionRefused: the address belongs to somebody else, or to nobody.
    """
    email = str(arguments.get("email") or "").strip().lower()
    if email and email != customer.email:
        raise ActionRefused("This e-mail address is not the one of this customer's account.")
    subscription = subscription_of(session, customer)
    keys = session.exec(
        select(ApiKey).where(ApiKey.customer_id == customer.key).order_by(col(ApiKey.id))
    ).all()
    return Outcome(
        result={
            "account": customer.external_id,
            "name": customer.name,
            "country": customer.country,
            "currency": customer.currency,
            "plan": subscription.plan,
            "status": subscription.status,
            "fraud_flag": customer.fraud_flag,
            "api_keys": [
                {"id": key.key_id, "begins": key.prefix, "name": key.name, "status": key.status}
                for key in keys
            ],
        },
        summary=f"{customer.name} ({customer.external_id}), {subscription.plan.capitalize()}, "
        f"{subscription.status}{', under review by security' if customer.fraud_flag else ''}.",
        statements=tell(say("account_found")),
    )


def list_invoices(
    session: Session, customer: Customer, _arguments: Mapping[str, Any], at: datetime
) -> Outcome:
    """The newest invoices with what was paid and what went back."""
    found = invoices_of(session, customer)[:_SHOWN]
    if not found:
        return Outcome(result={"invoices": []}, summary="No invoices.", statements=tell(say("no_invoice")))
    held = balances(session, found)
    last = found[0]
    said = [say("last_invoice", **_named(last), status=Word(last.status))]
    said += [say("open_invoice", **_named(each)) for each in found[1:] if each.status == "open"]
    said += [_twice(each, held[each.key]) for each in found if held[each.key].surplus]
    return Outcome(
        result={"invoices": [_as_result(each, held[each.key], at) for each in found]},
        summary=f"{_count(len(found), 'invoice')}; the last is {last.number} of "
        f"{format_day(last.issued_at)} over {shown(last.total, last.currency)}, {last.status}.",
        statements=tell(*said),
    )


def list_payments(
    session: Session, customer: Customer, _arguments: Mapping[str, Any], _at: datetime
) -> Outcome:
    """The newest payments and refunds, failed payments and double ones included."""
    invoices = {each.key: each for each in invoices_of(session, customer)}
    payments = session.exec(
        select(Payment)
        .where(col(Payment.invoice_id).in_(list(invoices)))
        .order_by(col(Payment.paid_at).desc(), col(Payment.id).desc())
        .limit(_SHOWN)
    ).all()
    refunds = session.exec(
        select(Refund)
        .where(Refund.customer_id == customer.key)
        .order_by(col(Refund.refunded_at).desc(), col(Refund.id).desc())
        .limit(_SHOWN)
    ).all()
    held = balances(session, invoices.values())
    said = _told_payments(payments, invoices)
    said += [_twice(each, held[each.key]) for each in invoices.values() if held[each.key].surplus]
    said += [
        say(
            "refund_issued",
            amount=_money(each.amount, invoice),
            invoice=invoice.number,
            date=each.refunded_at,
        )
        for each in refunds[:3]
        for invoice in [invoices[each.invoice_id]]
    ]
    failed = sum(each.status == "failed" for each in payments)
    return Outcome(
        result={
            "payments": [
                {
                    "invoice": invoices[each.invoice_id].number,
                    "amount": str(to_decimal(each.amount)),
                    "currency": invoices[each.invoice_id].currency,
                    "method": each.method,
                    "status": each.status,
                    "note": each.note,
                    "date": each.paid_at.date().isoformat(),
                }
                for each in payments
            ],
            "refunds": [
                {
                    "refund": f"RF-{each.key:06d}",
                    "invoice": invoices[each.invoice_id].number,
                    "amount": str(to_decimal(each.amount)),
                    "currency": invoices[each.invoice_id].currency,
                    "date": each.refunded_at.date().isoformat(),
                }
                for each in refunds
            ],
        },
        summary=f"{_count(len(payments), 'payment')}, {failed} of them failed; "
        f"{_count(len(refunds), 'refund')}.",
        statements=tell(*said) if said else tell(say("no_payment")),
    )


def get_subscription(
    session: Session, customer: Customer, _arguments: Mapping[str, Any], at: datetime
) -> Outcome:
    """Plan, status and period as of now."""
    subscription = subscription_of(session, customer)
    settle(subscription, at)
    ends = subscription.trial_ends_at
    return Outcome(
        result={
            "plan": subscription.plan,
            "period": subscription.period,
            "status": subscription.status,
            "started": subscription.started_at.date().isoformat(),
            "period_end": subscription.period_end.date().isoformat(),
            "seats": subscription.seats,
            "trial_ends": ends.date().isoformat() if ends else None,
            "trial_extended": subscription.trial_extended,
            "next_plan": subscription.next_plan,
            "next_period": subscription.next_period,
        },
        summary=f"{subscription.plan.capitalize()} ({subscription.period or 'trial'}), "
        f"{subscription.status}; the period ends on {format_day(subscription.period_end)}.",
        statements=tell(*_standing(subscription, at)),
    )


def _standing(subscription: Subscription, at: datetime) -> list[Said]:
    plan = subscription.plan.capitalize()
    if subscription.status == "trial" and subscription.trial_ends_at is not None:
        over = subscription.trial_ends_at <= at
        return [say("trial_over" if over else "in_trial", plan=plan, date=subscription.trial_ends_at)]
    if subscription.status in ("suspended", "cancelled"):
        return [say(subscription.status, plan=plan)]
    if subscription.period == "contract":
        return [say("has_contract", plan=plan)]
    said = [
        say("has_plan", plan=plan, period=Word(subscription.period)),
        say("renews", date=subscription.period_end),
    ]
    if subscription.next_plan:
        said.append(
            say(
                "change_scheduled",
                plan=subscription.next_plan.capitalize(),
                period=Word(subscription.next_period),
                date=subscription.period_end,
            )
        )
    return said


def _told_payments(payments: Any, invoices: Mapping[int, Invoice]) -> list[Said]:
    said = []
    last = next((each for each in payments if each.status == "succeeded"), None)
    if last is not None:
        invoice = invoices[last.invoice_id]
        said.append(
            say(
                "last_payment", amount=_money(last.amount, invoice), invoice=invoice.number, date=last.paid_at
            )
        )
    if payments and payments[0].status == "failed":
        failed, invoice = payments[0], invoices[payments[0].invoice_id]
        said.append(
            say(
                "payment_failed",
                amount=_money(failed.amount, invoice),
                invoice=invoice.number,
                date=failed.paid_at,
            )
        )
    return said


def _named(invoice: Invoice) -> dict[str, Any]:
    return {"invoice": invoice.number, "date": invoice.issued_at, "amount": _money(invoice.total, invoice)}


def _twice(invoice: Invoice, balance: Balance) -> Said:
    return say("paid_twice", invoice=invoice.number, amount=_money(balance.surplus, invoice))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _money(minor: int, invoice: Invoice) -> Money:
    return Money(minor, invoice.currency)


def _as_result(invoice: Invoice, balance: Balance, at: datetime) -> dict[str, Any]:
    until = last_day(invoice)
    return {
        "number": invoice.number,
        "date": invoice.issued_at.date().isoformat(),
        "kind": invoice.kind,
        "period": invoice.period,
        "description": invoice.description,
        "net": str(to_decimal(invoice.net)),
        "vat": str(to_decimal(invoice.vat)),
        "total": str(to_decimal(invoice.total)),
        "currency": invoice.currency,
        "status": invoice.status,
        "first_payment": invoice.first_payment,
        "renewal": invoice.renewal,
        "paid": str(to_decimal(balance.paid)),
        "paid_too_much": str(to_decimal(balance.surplus)),
        "refunded": str(to_decimal(balance.returned)),
        "left": str(to_decimal(balance.surplus or balance.left)),
        "refund_period_ends": until.isoformat() if until else "",
        "refundable": at.astimezone(UTC).date() <= until if until else None,
    }
