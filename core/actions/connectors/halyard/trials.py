"""Give a trial more days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from core.actions.connectors.halyard.accounts import subscription_of
from core.actions.connectors.halyard.formats import format_day
from core.actions.connectors.halyard.prepared import Prepared, digest
from core.actions.connectors.halyard.statements import say, tell
from core.actions.connectors.halyard.tables import Customer
from core.actions.declaration import ActionRefused, Outcome, Preview

MOST_DAYS = 7
GRACE = timedelta(days=7)
"""How long after its end a trial can still be extended."""


def extend_trial(
    session: Session, customer: Customer, arguments: Mapping[str, Any], at: datetime
) -> Prepared:
    """Once, by up to seven days, before the end or within seven days after it.

    An extension after the end runs from now, so that the customer gets all of its days.

    Raises:
        ActionRefused: no trial, extended before, too many days or too late.
    """
    subscription = subscription_of(session, customer)
    days, ends = int(arguments["days"]), subscription.trial_ends_at
    if subscription.status != "trial" or ends is None:
        raise ActionRefused("This customer has no trial.")
    if not 1 <= days <= MOST_DAYS:
        raise ActionRefused(f"A trial can be extended by 1 to {MOST_DAYS} days.")
    if subscription.trial_extended:
        raise ActionRefused("The trial was extended before. A second extension is not possible.")
    if at.astimezone(UTC).date() > (ends + GRACE).date():
        raise ActionRefused(
            f"The trial ended on {format_day(ends)}, and that is more than 7 days ago. "
            "It can no longer be extended."
        )
    over = ends <= at
    new_end = max(ends, at) + timedelta(days=days)
    preview = Preview(
        effect=f"Extend the trial by {days} {'day' if days == 1 else 'days'}, to {format_day(new_end)}.",
        before={"Trial ends": format_day(ends), "Extended": "no"},
        after={"Trial ends": format_day(new_end), "Extended": "yes"},
        facts=digest(subscription.status, ends, over, days),
        warnings=("The trial is over already; the days count from now.",) if over else (),
        policy="Support can extend a trial once, by 7 days, until 7 days after its end.",
        policy_article="free-trial",
    )

    def carry_out() -> Outcome:
        subscription.trial_ends_at = subscription.period_end = new_end
        subscription.trial_extended = True
        session.add(subscription)
        key = "trial_extended_one" if days == 1 else "trial_extended"
        return Outcome(
            result={"trial_ends": new_end.date().isoformat(), "days": days},
            summary=f"The trial now ends on {format_day(new_end)}.",
            statements=tell(say(key, days=days, date=new_end), say("never_charged")),
        )

    return Prepared(preview, carry_out)
