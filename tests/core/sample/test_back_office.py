"""The back office agrees with what the sample's customers say, and a second load leaves it alone."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from core.actions import AccountEntry, InvoiceEntry
from core.actions.connectors.halyard import HalyardConnector, is_filled
from core.actions.declaration import Account, Call
from core.sample.back_office import accounts, agreeing, write_back_office
from core.sample.material import Material
from core.sample.story import Story
from core.settings import Settings
from tests.core.sample.conftest import REFERENCE

_NUMBER = re.compile(r"HLY-\d{4}-\d{6}")


@pytest.fixture(scope="module")
def entries(material: Material, stories: list[Story]) -> dict[str, AccountEntry]:
    found = accounts(material, stories, reference=REFERENCE)
    return {entry.customer["external_id"]: entry for entry in found}


def _of(story: Story, entries: dict[str, AccountEntry]) -> AccountEntry:
    return entries[story.record.customer.external_id]


def _named(story: Story, entry: AccountEntry) -> InvoiceEntry:
    return next(each for each in entry.invoices if each.invoice["number"] == story.particulars.invoice)


def _open(stories: list[Story], *scenarios: str) -> list[Story]:
    found = [s for s in stories if s.record.status in ("open", "waiting") and s.scenario in scenarios]
    assert found, f"no open conversation of {scenarios}"
    return found


def test_every_customer_has_an_account(material: Material, entries: dict[str, AccountEntry]) -> None:
    assert len(entries) == len(material.customers)
    assert len({entry.customer["email"] for entry in entries.values()}) == len(entries)


def test_every_invoice_that_is_named_is_the_customers(
    stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    named = 0
    for story in stories:
        texts = " ".join([story.record.subject, *(message.text for message in story.record.messages)])
        own = {each.invoice["number"] for each in _of(story, entries).invoices}
        numbers = set(_NUMBER.findall(texts))
        assert numbers <= own, story.record.external_id
        named += len(numbers)
    assert named > 40


def test_invoice_numbers_are_unique_and_of_their_year(entries: dict[str, AccountEntry]) -> None:
    invoices = [each.invoice for entry in entries.values() for each in entry.invoices]
    assert len({each["number"] for each in invoices}) == len(invoices) > 1000
    for each in invoices:
        assert _NUMBER.fullmatch(each["number"])
        assert each["total"] == each["net"] + each["vat"]
        assert each["issued_at"] <= REFERENCE


def test_plans_are_those_of_the_customers(
    material: Material, stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    for customer, entry in zip(material.customers, entries.values(), strict=True):
        subscription = entry.subscription
        assert entry.customer["name"] == customer.name
        if customer.plan == "trial":
            assert (subscription["status"], subscription["plan"], entry.invoices) == ("trial", "sloop", [])
        else:
            assert subscription["plan"] == customer.plan
            assert entry.invoices


def test_a_year_of_invoices_without_gaps(entries: dict[str, AccountEntry]) -> None:
    for entry in entries.values():
        if entry.subscription["period"] != "monthly":
            continue
        dates = sorted(e.invoice["issued_at"] for e in entry.invoices if e.invoice["kind"] == "plan")
        since = max(entry.subscription["started_at"], REFERENCE - timedelta(days=365))
        recent = [at for at in dates if at >= since]
        gaps = [(later - earlier).days for earlier, later in pairwise(recent)]
        assert max(gaps, default=0) <= 47, entry.customer["external_id"]
        if entry.subscription["status"] != "cancelled":
            assert REFERENCE - dates[-1] <= timedelta(days=32), entry.customer["external_id"]


def test_the_first_payment_of_an_open_request_is_in_time(
    stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    for story in _open(stories, "refund-monthly-first"):
        entry = _of(story, entries)
        invoice = _named(story, entry).invoice
        assert invoice["first_payment"]
        assert REFERENCE - invoice["issued_at"] < timedelta(days=7)
        assert [each.invoice["number"] for each in entry.invoices if each.invoice["kind"] == "plan"] == [
            story.particulars.invoice
        ]


def test_a_renewal_during_an_illness_was_twelve_days_ago(
    stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    for story in _open(stories, "refund-exception"):
        entry = _of(story, entries)
        invoice = _named(story, entry).invoice
        assert (invoice["period"], invoice["renewal"]) == ("annual", True)
        assert (story.record.created_at - invoice["issued_at"]).days == 12
        assert not _named(story, entry).refunds


def test_an_open_double_charge_has_two_payments_and_an_old_one_went_back(
    stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    for story in _open(stories, "duplicate-charge"):
        found = _named(story, _of(story, entries))
        assert len(found.payments) == 2
        assert not found.refunds
    over = [s for s in stories if s.scenario == "inc-2041"]
    returned = [found for s in over if (found := _maybe(s, _of(s, entries))) is not None]
    assert len(returned) > 5
    for found in returned:
        assert [each["note"] for each in found.payments if "note" in each].count("inc-2041") == 1
        assert [each["rule"] for each in found.refunds] == ["duplicate"]


def _maybe(story: Story, entry: AccountEntry) -> InvoiceEntry | None:
    own = [each for each in entry.invoices if each.invoice["number"] == story.particulars.invoice]
    return own[0] if own and own[0].refunds and own[0].refunds[0]["reason"] == "INC-2041" else None


def test_a_suspended_account_has_an_open_invoice(
    stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    for story in _open(stories, "suspended"):
        entry = _of(story, entries)
        found = _named(story, entry)
        assert entry.subscription["status"] == "suspended"
        assert found.invoice["status"] == "open"
        assert [each["status"] for each in found.payments] == ["failed"] * 4


def test_a_trial_that_ends_tomorrow_can_still_be_extended(
    stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    for story in _open(stories, "trial"):
        subscription = _of(story, entries).subscription
        assert (subscription["trial_ends_at"] - story.record.created_at).days == 1
        assert not subscription["trial_extended"]


def test_facts_of_customers_say_what_the_back_office_says(
    stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    for story in stories:
        entry = _of(story, entries)
        facts = agreeing(story.record, entries).customer.facts
        if entry.subscription["period"] in ("monthly", "annual"):
            assert facts["billing"] == entry.subscription["period"]
            assert facts["customer_since"] == f"{entry.subscription['started_at']:%Y-%m}"


def test_the_same_moment_gives_the_same_accounts(material: Material, stories: list[Story]) -> None:
    once, again = (accounts(material, stories, reference=REFERENCE) for _ in range(2))
    assert once == again


def test_a_second_load_changes_nothing_also_after_a_refund(
    home: Path, material: Material, stories: list[Story], entries: dict[str, AccountEntry]
) -> None:
    settings = Settings(home=home)
    listed = list(entries.values())
    assert not is_filled(settings)
    assert write_back_office(settings, material, listed, reference=REFERENCE) == len(listed)
    (story,) = _open(stories, "refund-monthly-first")
    connector = HalyardConnector(settings, clock=lambda: REFERENCE)
    account = Account(external_id=story.record.customer.external_id)
    arguments = {"invoice": story.particulars.invoice, "amount": None, "reason": "Within 7 days"}
    connector.execute(Call("refund_invoice", arguments, account, "once"))
    before = connector.execute(Call("list_payments", {}, account))
    assert write_back_office(settings, material, listed, reference=REFERENCE) == 0
    assert connector.execute(Call("list_payments", {}, account)) == before
    assert len(before.result["refunds"]) == 1


def test_incidents_of_the_sample_are_known(
    home: Path, material: Material, entries: dict[str, AccountEntry]
) -> None:
    settings = Settings(home=home)
    write_back_office(settings, material, [], reference=REFERENCE)
    found = HalyardConnector(settings).execute(
        Call("incident_status", {"number": "", "topic": "certificates not issued"}, Account())
    )
    assert found.result["incidents"][0]["number"] == "INC-2063"
    assert found.statements["en"][0] == "Incident INC-2063 was resolved on 10 November 2026."
