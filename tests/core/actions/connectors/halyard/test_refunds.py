"""Each rule of the refund policy, on the real back office."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from core.actions import ActionRefused
from core.actions.connectors.halyard.tables import Refund, Subscription
from tests.core.actions.connectors.halyard.conftest import NOON, Office, invoice

FIRST = datetime(2026, 11, 1, 15, 30, tzinfo=UTC)


def number_of(entry: object) -> str:
    return str(entry.invoice["number"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "days"),
    [
        pytest.param({"period": "monthly", "first_payment": True}, 7, id="first monthly payment"),
        pytest.param({"period": "annual", "first_payment": True}, 30, id="first annual payment"),
        pytest.param({"period": "annual"}, 7, id="annual renewal"),
    ],
)
def test_a_published_period_lasts_until_the_end_of_its_last_day(
    office: Office, values: dict[str, object], days: int
) -> None:
    entry = invoice(FIRST, **values)  # type: ignore[arg-type]
    office.open_account("ada", entry)
    last_minute = datetime(2026, 11, 1, 23, 59, 59, tzinfo=UTC) + timedelta(days=days)

    office.now = last_minute
    assert not office.preview("refund_invoice", invoice=number_of(entry)).counts

    office.now = last_minute + timedelta(seconds=1)
    late = office.preview("refund_invoice", invoice=number_of(entry))
    assert late.counts
    assert "This is an exception." in " ".join(late.warnings)


def test_a_monthly_renewal_has_no_published_period(office: Office) -> None:
    entry = invoice(NOON - timedelta(hours=1))
    office.open_account("ada", entry)
    preview = office.preview("refund_invoice", invoice=number_of(entry))
    assert preview.counts
    assert preview.policy_article == "internal-refund-exceptions"
    assert "Monthly renewals are not refunded" in preview.warnings[0]


def test_overage_is_an_exception_that_needs_a_fault_of_ours(office: Office) -> None:
    entry = invoice(NOON, kind="overage", period="", renewal=False)
    office.open_account("ada", entry)
    preview = office.preview("refund_invoice", invoice=number_of(entry))
    assert preview.counts
    assert "fault of ours" in preview.warnings[0]


def test_preview_says_what_changes(office: Office) -> None:
    entry = invoice(NOON - timedelta(days=2), first_payment=True)
    office.open_account("ada", entry)
    preview = office.preview("refund_invoice", invoice=number_of(entry), amount=10.5)
    assert preview.effect == f"Refund 10.50 EUR of invoice {number_of(entry)} to the card ending 4242."
    assert preview.amount == Decimal("10.50")
    assert preview.before == {"Refunded so far": "0.00 EUR"}
    assert preview.after == {"Refunded so far": "10.50 EUR"}
    assert office.rows(Refund) == []


def test_a_full_refund_within_the_period_ends_the_plan(office: Office) -> None:
    entry = invoice(NOON - timedelta(days=2), first_payment=True)
    office.open_account("ada", entry, subscription={"period_start": NOON - timedelta(days=2)})
    outcome = office.execute("refund_invoice", invoice=number_of(entry))
    assert outcome.statements["en"] == (
        f"I have refunded 29.00 EUR for invoice {number_of(entry)}.",
        "The refund reaches your original payment method within 5 to 10 business days.",
        "Your Sloop plan has ended with the refund, and your data is kept for 30 days.",
    )
    assert office.rows(Subscription)[0].status == "cancelled"


def test_a_partial_refund_leaves_the_plan_and_the_rest(office: Office) -> None:
    entry = invoice(NOON - timedelta(days=2), first_payment=True)
    office.open_account("ada", entry, subscription={"period_start": NOON - timedelta(days=2)})
    office.execute("refund_invoice", invoice=number_of(entry), amount=10)
    assert office.rows(Subscription)[0].status == "active"
    assert office.preview("refund_invoice", invoice=number_of(entry)).amount == Decimal("19.00")


def test_more_than_what_is_left_is_refused(office: Office) -> None:
    entry = invoice()
    office.open_account("ada", entry)
    office.execute("refund_invoice", invoice=number_of(entry), amount=20)
    with pytest.raises(ActionRefused, match=r"At most 9\.00 EUR"):
        office.execute("refund_invoice", invoice=number_of(entry), amount=9.01)
    office.execute("refund_invoice", invoice=number_of(entry), amount=9)
    with pytest.raises(ActionRefused, match="nothing is left"):
        office.execute("refund_invoice", invoice=number_of(entry))


@pytest.mark.parametrize("amount", [0, -5, 10.001, "NaN", "Infinity"])
def test_an_amount_that_is_none_is_refused(office: Office, amount: object) -> None:
    entry = invoice()
    office.open_account("ada", entry)
    with pytest.raises(ActionRefused, match="more than 0"):
        office.execute("refund_invoice", invoice=number_of(entry), amount=amount)


def test_a_double_payment_goes_back_once_and_does_not_count(office: Office) -> None:
    entry = invoice(times_paid=2)
    office.open_account("ada", entry)
    preview = office.preview("refund_invoice", invoice=number_of(entry))
    assert (preview.amount, preview.counts, preview.counted_before) == (Decimal("29.00"), False, 0)
    outcome = office.execute("refund_invoice", invoice=number_of(entry))
    assert outcome.statements["en"][0] == (
        f"Invoice {number_of(entry)} was paid twice, and I have refunded 29.00 EUR."
    )
    assert office.preview("refund_invoice", invoice=number_of(entry)).counts, "the rest is an exception"
    assert office.rows(Subscription)[0].status == "active"


def test_a_double_payment_cannot_hide_an_exception(office: Office) -> None:
    entry = invoice(times_paid=2)
    office.open_account("ada", entry)
    with pytest.raises(ActionRefused, match="a refund of its own"):
        office.preview("refund_invoice", invoice=number_of(entry), amount=30)


def test_exceptions_of_twelve_months_add_up_and_others_do_not(office: Office) -> None:
    old, late, twice = invoice(), invoice(), invoice(times_paid=2)
    fresh = invoice(NOON - timedelta(days=1), first_payment=True)
    office.open_account("ada", old, late, twice, fresh)
    office.now = NOON - timedelta(days=365)
    office.execute("refund_invoice", invoice=number_of(old), amount=5)
    office.now = NOON - timedelta(days=365) + timedelta(seconds=1)
    office.execute("refund_invoice", invoice=number_of(old), amount=7)
    office.now = NOON
    office.execute("refund_invoice", invoice=number_of(twice))
    office.execute("refund_invoice", invoice=number_of(fresh), amount=3)
    assert office.preview("refund_invoice", invoice=number_of(late)).counted_before == Decimal("7.00")


def test_an_exception_is_told_as_one_time(office: Office) -> None:
    entry = invoice()
    office.open_account("ada", entry)
    told = office.execute("refund_invoice", invoice=number_of(entry)).statements
    assert told["en"][0].startswith("As a one-time exception, I have refunded 29.00 EUR")
    assert told["de"][0].startswith("Als einmalige Ausnahme habe ich 29,00 EUR")
    assert told["es"][0].startswith("Como excepción única, he reembolsado 29,00 EUR")


def test_a_domain_is_not_refunded(office: Office) -> None:
    entry = invoice(kind="domain", period="", renewal=False)
    office.open_account("ada", entry)
    with pytest.raises(ActionRefused, match="Domain registrations"):
        office.preview("refund_invoice", invoice=number_of(entry))


def test_a_domain_that_was_paid_twice_is(office: Office) -> None:
    entry = invoice(kind="domain", period="", renewal=False, times_paid=2)
    office.open_account("ada", entry)
    assert office.preview("refund_invoice", invoice=number_of(entry)).amount == Decimal("29.00")


@pytest.mark.parametrize(
    ("customer", "subscription", "values", "why"),
    [
        ({"fraud_flag": True}, {}, {}, "under review by security"),
        ({}, {"plan": "fleet", "period": "contract"}, {}, "Fleet contract"),
        ({}, {}, {"disputed": True}, "chargeback is open"),
        ({}, {}, {"times_paid": 0}, "is not paid"),
    ],
)
def test_what_forbids_a_refund(
    office: Office,
    customer: dict[str, object],
    subscription: dict[str, object],
    values: dict[str, object],
    why: str,
) -> None:
    entry = invoice(**values)  # type: ignore[arg-type]
    office.open_account("ada", entry, customer=customer, subscription=subscription)
    with pytest.raises(ActionRefused, match=why):
        office.preview("refund_invoice", invoice=number_of(entry))
    with pytest.raises(ActionRefused, match=why):
        office.execute("refund_invoice", invoice=number_of(entry))
    assert office.rows(Refund) == []


def test_facts_change_with_a_refund_and_with_the_end_of_the_period(office: Office) -> None:
    entry = invoice(FIRST, first_payment=True)
    office.open_account("ada", entry)
    office.now = FIRST
    seen = [office.preview("refund_invoice", invoice=number_of(entry), amount=5).facts]
    assert office.preview("refund_invoice", invoice=number_of(entry), amount=5).facts == seen[0]
    office.now = FIRST + timedelta(days=8)
    seen.append(office.preview("refund_invoice", invoice=number_of(entry), amount=5).facts)
    office.execute("refund_invoice", invoice=number_of(entry), amount=5)
    seen.append(office.preview("refund_invoice", invoice=number_of(entry), amount=5).facts)
    assert len(set(seen)) == 3
