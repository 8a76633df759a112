"""Billing periods: their length, and what has become of a subscription by a moment."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime

from core.actions.connectors.halyard.tables import Subscription

MONTHS = {"monthly": 1, "annual": 12, "contract": 12}


def add_months(at: datetime, months: int) -> datetime:
    """The same day ``months`` later; the last day of the month where there is no such day."""
    count = at.year * 12 + at.month - 1 + months
    year, month = divmod(count, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def settle(subscription: Subscription, at: datetime) -> None:
    """Let time pass: a scheduled change takes effect at the end of its period, and periods follow each other.

    The day of the month stays the one of ``started_at``, also after a short month.
    """
    if subscription.status not in ("active", "suspended"):
        return
    while subscription.period_end <= at:
        subscription.period_start = subscription.period_end
        if subscription.next_plan:
            subscription.plan, subscription.period = subscription.next_plan, subscription.next_period
            subscription.next_plan = subscription.next_period = ""
        months = MONTHS[subscription.period]
        following = add_months(subscription.period_start, months)
        day = min(subscription.started_at.day, monthrange(following.year, following.month)[1])
        subscription.period_end = following.replace(day=day)
