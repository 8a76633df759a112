"""Move an account to another plan or billing period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.actions.connectors.halyard.accounts import next_invoice_number, subscription_of
from core.actions.connectors.halyard.formats import Money, Word, format_day
from core.actions.connectors.halyard.money import share, shown, to_decimal
from core.actions.connectors.halyard.periods import MONTHS, add_months, settle
from core.actions.connectors.halyard.prepared import Prepared, digest
from core.actions.connectors.halyard.statements import say, tell
from core.actions.connectors.halyard.tables import Customer, Invoice, Payment, Subscription
from core.actions.connectors.halyard.tariffs import TARIFFS, too_much, vat_for
from core.actions.declaration import ActionRefused, Outcome, Preview

_UPGRADE = "An upgrade takes effect at once, and only the difference for the days left is paid."
_DOWNGRADE = (
    "A downgrade takes effect at the end of the current period and must fit the smaller limits first."
)
_TO_ANNUAL = (
    "A change from monthly to annual takes effect at once; the unused days of the month are deducted."
)
_TO_MONTHLY = "A change from annual to monthly takes effect at the end of the paid year."
_LOSES = {
    ("schooner", "sloop"): "Staging sites and backups older than 7 days are deleted.",
    ("schooner", "harbor"): "Staging sites are deleted; only one weekly backup remains.",
    ("sloop", "harbor"): "Daily backups end, and only one weekly backup remains.",
}


def change_plan(session: Session, customer: Customer, arguments: Mapping[str, Any], at: datetime) -> Prepared:
    """Upgrade now, or schedule a downgrade; asking for the running plan withdraws a scheduled one.

    Raises:
        ActionRefused: the account is in no state for it, it does not fit, or nothing would change.
    """
    subscription = subscription_of(session, customer)
    settle(subscription, at)
    plan, period = str(arguments["plan"]), str(arguments["period"])
    _refuse_unready(subscription)
    current = (subscription.plan, subscription.period)
    if (plan, period) == current:
        return _withdrawal(session, subscription)
    rank = TARIFFS[plan].rank - TARIFFS[subscription.plan].rank
    to_monthly = current[1] == "annual" and period == "monthly"
    if rank > 0 and to_monthly:
        raise ActionRefused(
            "A larger plan and monthly instead of annual billing do not go in one step: annual billing can "
            "only end with the paid year. Choose the larger plan with annual billing."
        )
    if rank < 0 or to_monthly:
        return _scheduled(session, customer, subscription, plan, period)
    return _at_once(session, customer, subscription, plan, period, at)


def _refuse_unready(subscription: Subscription) -> None:
    if subscription.plan == "fleet":
        raise ActionRefused("A move from Fleet goes through the named contact or sales@halyard.example.")
    reasons = {
        "trial": "This is a trial without a payment method. The customer starts a plan under Billing > Plan.",
        "suspended": "The account is suspended. The open invoice must be paid before the plan can change.",
        "cancelled": "The plan has ended. The customer starts a new one under Billing > Plan.",
    }
    if subscription.status in reasons:
        raise ActionRefused(reasons[subscription.status])


def _withdrawal(session: Session, subscription: Subscription) -> Prepared:
    label = _label(subscription.plan, subscription.period)
    if not subscription.next_plan:
        raise ActionRefused(f"The account is on {label} already.")
    coming = _label(subscription.next_plan, subscription.next_period)
    preview = Preview(
        effect=f"Withdraw the scheduled change to {coming}; the account stays on {label}.",
        before={"Scheduled": f"{coming} on {format_day(subscription.period_end)}"},
        after={"Scheduled": "none"},
        facts=_facts(subscription),
        policy="A scheduled downgrade can be withdrawn at any time before it takes effect.",
        policy_article="change-plan",
    )

    def carry_out() -> Outcome:
        subscription.next_plan = subscription.next_period = ""
        session.add(subscription)
        return Outcome(
            result=_result(subscription, "withdrawn"),
            summary=f"The scheduled change is withdrawn; the account stays on {label}.",
            statements=tell(
                say(
                    "change_withdrawn",
                    plan=subscription.plan.capitalize(),
                    period=Word(subscription.period),
                )
            ),
        )

    return Prepared(preview, carry_out)


def _scheduled(
    session: Session, customer: Customer, subscription: Subscription, plan: str, period: str
) -> Prepared:
    if (subscription.next_plan, subscription.next_period) == (plan, period):
        raise ActionRefused(f"The change to {_label(plan, period)} is scheduled already.")
    if over := too_much(customer, subscription, TARIFFS[plan]):
        raise ActionRefused(
            f"The account does not fit {plan.capitalize()}: {', '.join(over)}. "
            "The customer must remove what is too much first."
        )
    old, new = subscription.plan, _label(plan, period)
    day = format_day(subscription.period_end)
    scheduled = _label(subscription.next_plan, subscription.next_period) if subscription.next_plan else "none"
    preview = Preview(
        effect=f"Change the plan to {new} at the end of the period, on {day}.",
        before={"Plan": _label(old, subscription.period), "Scheduled": scheduled},
        after={"Plan": _label(old, subscription.period), "Scheduled": f"{new} on {day}"},
        facts=_facts(subscription, customer.sites, customer.storage_gb, customer.databases),
        warnings=(_LOSES[(old, plan)],) if (old, plan) in _LOSES else (),
        policy=_DOWNGRADE if old != plan else _TO_MONTHLY,
        policy_article="change-plan",
    )

    def carry_out() -> Outcome:
        subscription.next_plan, subscription.next_period = plan, period
        session.add(subscription)
        return Outcome(
            result=_result(subscription, "scheduled"),
            summary=f"The plan changes to {new} on {day}.",
            statements=tell(
                say(
                    "change_scheduled",
                    plan=plan.capitalize(),
                    period=Word(period),
                    date=subscription.period_end,
                ),
                say("keeps_until_then", plan=old.capitalize()),
            ),
        )

    return Prepared(preview, carry_out)


def _at_once(
    session: Session, customer: Customer, subscription: Subscription, plan: str, period: str, at: datetime
) -> Prepared:
    same_period = period == subscription.period
    net = _difference(subscription, plan, period, at)
    vat = vat_for(customer.country, vat_id=customer.vat_id, net=net)
    currency = customer.currency
    old, new = _label(subscription.plan, subscription.period), _label(plan, period)
    ends = subscription.period_end if same_period else add_months(at, MONTHS[period])
    before = {"Plan": old, "Period ends": format_day(subscription.period_end)}
    if subscription.next_plan:
        before["Scheduled"] = _label(subscription.next_plan, subscription.next_period)
    after = {"Plan": new, "Period ends": format_day(ends), "Charged today": shown(net + vat, currency)}
    if "Scheduled" in before:
        after["Scheduled"] = "none"
    preview = Preview(
        effect=f"Change the plan to {new} at once and charge {shown(net + vat, currency)}.",
        amount=to_decimal(net + vat),
        currency=currency,
        counts=False,
        before=before,
        after=after,
        facts=_facts(subscription, net, vat),
        policy=_UPGRADE if same_period else _TO_ANNUAL,
        policy_article="change-plan",
    )

    def carry_out() -> Outcome:
        number = _charge(session, customer, net, vat, f"Change from {old} to {new}", at)
        subscription.plan, subscription.period = plan, period
        subscription.next_plan = subscription.next_period = ""
        if not same_period:
            subscription.period_start, subscription.started_at = at, at
        subscription.period_end = ends
        session.add(subscription)
        said = [say("plan_changed", plan=plan.capitalize(), period=Word(period))]
        if number:
            said.append(say("charged", amount=Money(net + vat, currency), invoice=number))
        said.append(say("renews", date=ends))
        return Outcome(
            result=_result(subscription, "changed")
            | {"charged": str(to_decimal(net + vat)), "invoice": number},
            summary=f"The plan is {new} now; {shown(net + vat, currency)} charged.",
            reference=number,
            statements=tell(*said),
        )

    return Prepared(preview, carry_out)


def _difference(subscription: Subscription, plan: str, period: str, at: datetime) -> int:
    """What is paid today without VAT: the new price less what is left unused, by whole days left."""
    whole = (subscription.period_end.date() - subscription.period_start.date()).days
    left = (subscription.period_end.date() - at.date()).days
    unused = share(TARIFFS[subscription.plan].price(subscription.period), left, whole)
    price = TARIFFS[plan].price(period)
    return max(0, (share(price, left, whole) if period == subscription.period else price) - unused)


def _charge(session: Session, customer: Customer, net: int, vat: int, description: str, at: datetime) -> str:
    """The number of the invoice for the difference, or empty when there is nothing to pay."""
    if not net:
        return ""
    invoice = Invoice(
        customer_id=customer.key,
        number=next_invoice_number(session, at.year),
        description=description,
        net=net,
        vat=vat,
        total=net + vat,
        currency=customer.currency,
        issued_at=at,
    )
    session.add(invoice)
    session.flush()
    method = f"card ending {customer.card_last4}" if customer.card_last4 else "payment method on file"
    session.add(Payment(invoice_id=invoice.key, amount=net + vat, method=method, paid_at=at))
    return invoice.number


def _label(plan: str, period: str) -> str:
    return f"{plan.capitalize()} {period}"


def _facts(subscription: Subscription, *more: Any) -> str:
    return digest(
        subscription.plan, subscription.period, subscription.status, subscription.period_end,
        subscription.next_plan, subscription.next_period, subscription.seats, *more,
    )  # fmt: skip


def _result(subscription: Subscription, change: str) -> dict[str, Any]:
    return {
        "change": change,
        "plan": subscription.plan,
        "period": subscription.period,
        "period_end": subscription.period_end.date().isoformat(),
        "next_plan": subscription.next_plan,
        "next_period": subscription.next_period,
    }
