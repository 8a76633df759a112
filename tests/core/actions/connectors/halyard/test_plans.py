"""Moving between plans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.actions import ActionRefused
from core.actions.connectors.halyard.tables import Invoice, Payment, Subscription
from tests.core.actions.connectors.halyard.conftest import Office

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
HALF = START + timedelta(days=15)
RUNNING = {"started_at": START, "period_start": START, "period_end": START + timedelta(days=30)}


def subscription_of(office: Office) -> Subscription:
    found: Subscription = office.rows(Subscription)[0]
    return found


def test_an_upgrade_is_pro_rated_as_the_article_says(office: Office) -> None:
    """Sloop to Schooner with 15 of 30 days left: 49.50 less 14.50 is 35.00."""
    office.open_account(subscription=RUNNING)
    office.now = HALF
    preview = office.preview("change_plan", plan="schooner", period="monthly")
    assert (preview.amount, preview.counts) == (Decimal("35.00"), False)
    assert preview.before["Plan"] == "Sloop monthly"
    assert preview.after["Plan"] == "Schooner monthly"
    outcome = office.execute("change_plan", plan="schooner", period="monthly")
    changed = subscription_of(office)
    assert (changed.plan, changed.period_end) == ("schooner", RUNNING["period_end"])
    (bill,) = office.rows(Invoice)
    (payment,) = office.rows(Payment)
    assert (bill.total, payment.amount, bill.number) == (3500, 3500, outcome.reference)
    assert outcome.statements["de"] == (
        "Ihr Tarif ist jetzt Schooner mit monatlicher Abrechnung.",
        f"Für den Wechsel zahlen Sie heute 35,00 EUR; die Rechnung ist {bill.number}.",
        "Ihr aktueller Abrechnungszeitraum endet am 1. Dezember 2026.",
    )


def test_an_upgrade_carries_vat(office: Office) -> None:
    office.open_account(subscription=RUNNING, customer={"vat_id": False, "country": "DE"})
    office.now = HALF
    assert office.preview("change_plan", plan="schooner", period="monthly").amount == Decimal("41.65")


def test_monthly_to_annual_starts_a_year_at_once(office: Office) -> None:
    office.open_account(subscription=RUNNING)
    office.now = HALF
    assert office.preview("change_plan", plan="sloop", period="annual").amount == Decimal("275.50")
    office.execute("change_plan", plan="sloop", period="annual")
    changed = subscription_of(office)
    assert (changed.period, changed.period_end) == ("annual", HALF.replace(year=2027))


def test_a_downgrade_waits_for_the_end_of_the_period(office: Office) -> None:
    office.open_account(subscription=RUNNING)
    office.now = HALF
    outcome = office.execute("change_plan", plan="harbor", period="monthly")
    assert outcome.statements["en"] == (
        "Your plan changes to Harbor with monthly billing on 1 December 2026.",
        "Until then you keep Sloop, and no money is refunded for the current period.",
    )
    assert subscription_of(office).plan == "sloop"
    office.now = START + timedelta(days=30)
    assert office.look("get_subscription").result["plan"] == "harbor"


def test_a_scheduled_downgrade_is_withdrawn_by_naming_the_running_plan(office: Office) -> None:
    office.open_account(subscription=RUNNING)
    office.now = HALF
    office.execute("change_plan", plan="harbor", period="monthly")
    with pytest.raises(ActionRefused, match="scheduled already"):
        office.preview("change_plan", plan="harbor", period="monthly")
    office.execute("change_plan", plan="sloop", period="monthly")
    assert subscription_of(office).next_plan == ""


def test_a_downgrade_that_does_not_fit_is_refused_with_what_is_too_much(office: Office) -> None:
    office.open_account(
        subscription=RUNNING | {"seats": 3}, customer={"sites": 4, "storage_gb": 30, "databases": 2}
    )
    with pytest.raises(ActionRefused) as refused:
        office.preview("change_plan", plan="harbor", period="monthly")
    for part in ("sites 4 of 1", "storage 30 GB of 10 GB", "databases 2 of 1", "seats 3 of 1"):
        assert part in str(refused.value)


def test_annual_to_monthly_waits_for_the_end_of_the_year(office: Office) -> None:
    year = {"period": "annual", "period_end": START + timedelta(days=365)}
    office.open_account(subscription=RUNNING | year)
    office.execute("change_plan", plan="sloop", period="monthly")
    assert (subscription_of(office).period, subscription_of(office).next_period) == ("annual", "monthly")


def test_a_larger_plan_cannot_cut_a_paid_year_short(office: Office) -> None:
    office.open_account(subscription=RUNNING | {"period": "annual"})
    with pytest.raises(ActionRefused, match="do not go in one step"):
        office.preview("change_plan", plan="schooner", period="monthly")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"plan": "fleet", "period": "contract"}, "Fleet"),
        ({"status": "trial", "period": ""}, "trial"),
        ({"status": "suspended"}, "suspended"),
        ({"status": "cancelled"}, "has ended"),
        ({}, "on Sloop monthly already"),
    ],
)
def test_accounts_that_cannot_change(office: Office, state: dict[str, object], why: str) -> None:
    office.open_account(subscription=state)
    with pytest.raises(ActionRefused, match=why):
        office.preview("change_plan", plan="sloop", period="monthly")


def test_facts_change_with_the_plan(office: Office) -> None:
    office.open_account(subscription=RUNNING)
    office.now = HALF
    before = office.preview("change_plan", plan="schooner", period="monthly").facts
    office.execute("change_plan", plan="harbor", period="monthly")
    assert office.preview("change_plan", plan="schooner", period="monthly").facts != before
