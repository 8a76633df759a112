"""Fill Halyard's back office with the accounts of the sample's customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from core.actions import AccountEntry, fill_back_office
from core.conversations import ConversationRecord
from core.sample.billing import Book, Terms, customer_since, fill_gaps, number_invoices, tell_of
from core.sample.calendar import shift
from core.sample.cast import CITIES, Client, make_clients
from core.sample.generator import SEED
from core.sample.holdings import keys_of, usage_of, vat_of
from core.sample.material import Incident, Material
from core.sample.matters import Matter, matters_of
from core.sample.places import country_of
from core.sample.story import Story
from core.sample.terms import begin
from core.settings import Settings

_TRIAL = timedelta(days=14)
_DUPLICATES = "INC-2041"


def accounts(material: Material, stories: Sequence[Story], *, reference: datetime) -> list[AccountEntry]:
    """One account for every customer, agreeing with what their conversations say.

    Args:
        reference: the moment the stories were generated for (aware).
    """
    moved = shift(reference)
    duplicates = material.incidents[_DUPLICATES]
    night = (duplicates.started_at + moved, duplicates.ended_at + moved)
    matters = matters_of(stories)
    clients = make_clients(material.customers, Random(SEED))  # noqa: S311 - as in the stories
    entries = [
        _account(client, matters.get(client.record.external_id, []), night, reference=reference)
        for client in clients
    ]
    number_invoices([invoice for entry in entries for invoice in entry.invoices])
    return entries


def write_back_office(
    settings: Settings, material: Material, entries: Sequence[AccountEntry], *, reference: datetime
) -> int:
    """Add accounts and incidents that are not there yet; how many accounts were added."""
    moved = shift(reference)
    incidents = [_incident(each, moved) for each in material.incidents.values()]
    return fill_back_office(settings, entries, incidents).accounts


def agreeing(record: ConversationRecord, entries: Mapping[str, AccountEntry]) -> ConversationRecord:
    """The conversation with its customer's facts as the back office has them."""
    entry = entries[record.customer.external_id]
    period = entry.subscription["period"]
    if period not in ("monthly", "annual"):
        return record
    plan = [each.invoice for each in entry.invoices if each.invoice["kind"] == "plan"]
    month = max(plan, key=lambda each: each["issued_at"])["net"] / (1200 if period == "annual" else 100)
    facts = record.customer.facts | {
        "billing": period,
        "customer_since": f"{entry.subscription['started_at']:%Y-%m}",
        "monthly_value": round(month, 2),
    }
    return replace(record, customer=replace(record.customer, facts=facts))


def _account(
    client: Client,
    matters: Sequence[Matter],
    night: tuple[datetime, datetime],
    *,
    reference: datetime,
) -> AccountEntry:
    own = Random(f"{SEED}:back-office:{client.record.external_id}")  # noqa: S311 - invented people
    country = country_of(client.record.time_zone)
    vat_id, taxes = vat_of(client, country, matters)
    by_transfer = client.plan in ("fleet", "trial")
    last4 = "" if by_transfer else matters[0].particulars.last4 if matters else f"{own.randrange(10_000):04d}"
    book = Book(client, own, taxes, last4)
    subscription = (
        _trial(own, matters, reference=reference)
        if client.plan == "trial"
        else _paid(book, matters, night, reference=reference)
    )
    first = min((each.invoice["issued_at"] for each in book.invoices), default=subscription["started_at"])
    customer: dict[str, Any] = {
        "external_id": client.record.external_id,
        "email": client.record.email.lower(),
        "name": client.record.name,
        "country": country,
        "currency": client.currency,
        "card_last4": last4,
        "vat_id": vat_id,
        "fraud_flag": any(matter.scenario == "impersonation" and matter.is_open for matter in matters),
        "created_at": min(first, subscription["started_at"]),
    }
    seats, usage = usage_of(client, own)
    keys = keys_of(client, own, since=subscription["started_at"], reference=reference)
    return AccountEntry(customer | usage, subscription | {"seats": seats}, book.invoices, keys)


def _paid(
    book: Book, matters: Sequence[Matter], night: tuple[datetime, datetime], *, reference: datetime
) -> dict[str, Any]:
    """Subscription and invoices of a customer who pays."""
    main = matters[0] if matters else None
    terms = begin(book, main, night, since=customer_since(book.client, book.own), reference=reference)
    for matter in matters[1:]:
        if matter.named:
            tell_of(book, matter, terms.period, reference=reference)
    start, end = fill_gaps(book, terms, reference=reference)
    if book.own.random() < 0.3:
        at = reference - timedelta(days=book.own.randint(20, 340))
        if at > terms.started_at:
            book.bill(at, net=1400, kind="domain", description=f"Domain {book.client.domain}, one year")
    if book.own.random() < 0.03 and len(book.invoices) > 3:
        book.invoices[-1].invoice["disputed"] = True
    return _subscription(book.client.plan, terms, start, end)


def _subscription(plan: str, terms: Terms, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "plan": plan,
        "period": terms.period,
        "status": terms.status,
        "started_at": terms.started_at,
        "period_start": start,
        "period_end": terms.ended_at or end,
    }


def _trial(own: Random, matters: Sequence[Matter], *, reference: datetime) -> dict[str, Any]:
    """A trial that runs, or the one a conversation asked to extend on its last day but one."""
    asked = next((matter for matter in matters if matter.scenario == "trial"), None)
    if asked is None:
        ends = reference + timedelta(days=own.randint(2, 12), hours=own.randint(0, 23))
    else:
        ends = asked.at + timedelta(days=1)
    extended = asked is not None and not asked.is_open
    started = ends - _TRIAL
    ends += timedelta(days=7) if extended else timedelta()
    return {
        "plan": "sloop",
        "period": "",
        "status": "trial",
        "started_at": started,
        "period_start": started,
        "period_end": ends,
        "trial_ends_at": ends,
        "trial_extended": extended,
    }


def _incident(incident: Incident, moved: timedelta) -> dict[str, Any]:
    regions = [CITIES[region] for region in incident.regions]
    return {
        "number": incident.number,
        "title": incident.title,
        "description": incident.summary,
        "regions": [] if len(regions) == len(CITIES) else regions,
        "status": "resolved",
        "started_at": incident.started_at + moved,
        "ended_at": incident.ended_at + moved,
    }
