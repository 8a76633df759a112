"""A customer's subscription and invoices, as their conversations tell of them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from core.actions import InvoiceEntry
from core.sample.cast import Client
from core.sample.details import TRANSFER_PRICE, monthly_price
from core.sample.matters import Matter

HISTORY = timedelta(days=396)
"""Invoices reach back thirteen months, so that an annual plan has its last one."""

_RETRIES = (0, 3, 5, 7)
"""Days after the invoice on which a failed payment is tried."""

Taxes = Callable[[int], int]
"""The VAT on a net amount, both in hundredths."""

Values = dict[str, Any]


@dataclass(slots=True)
class Terms:
    """What the account is, once all conversations are taken into account.

    ``anchor`` is the start of one billing period; the others follow from it. ``started_at`` is the
    first payment. ``ended_at``: when a refund ended the plan for good.
    """

    period: str
    started_at: datetime
    anchor: datetime
    status: str = "active"
    ended_at: datetime | None = None


@dataclass(slots=True)
class Book:
    """The invoices of one customer while they are being written."""

    client: Client
    own: Random
    taxes: Taxes
    last4: str
    invoices: list[InvoiceEntry] = field(default_factory=list)

    def bill(
        self,
        at: datetime,
        *,
        number: str = "",
        net: int,
        kind: str = "plan",
        period: str = "",
        description: str = "",
        vat: int | None = None,
        first: bool = False,
        paid: bool = True,
    ) -> InvoiceEntry:
        """Write an invoice of that moment, paid at once unless ``paid`` is false."""
        vat = self.taxes(net) if vat is None else vat
        entry = InvoiceEntry(
            {
                "number": number,
                "kind": kind,
                "period": period,
                "description": description or f"{self.client.plan.capitalize()}, {period}",
                "net": net,
                "vat": vat,
                "total": net + vat,
                "currency": self.client.currency,
                "issued_at": at,
                "status": "paid" if paid else "open",
                "first_payment": first,
                "renewal": kind == "plan" and not first,
            }
        )
        self.invoices.append(entry)
        if paid:
            self.pay(entry, at)
        return entry

    def pay(self, entry: InvoiceEntry, at: datetime, *, failed: str = "", tag: str = "") -> None:
        """A payment of the whole invoice, or an attempt that failed for the reason ``failed``."""
        entry.payments.append(
            {
                "amount": entry.invoice["total"],
                "method": f"card ending {self.last4}" if self.last4 else "bank transfer",
                "status": "failed" if failed else "succeeded",
                "note": failed or tag,
                "paid_at": at,
            }
        )

    def give_back(self, entry: InvoiceEntry, at: datetime, *, rule: str, reason: str) -> None:
        """Refund one whole payment."""
        entry.refunds.append(
            {
                "amount": entry.invoice["total"],
                "rule": rule,
                "counts": rule == "exception",
                "reason": reason,
                "refunded_at": at,
            }
        )

    def price(self, period: str) -> int:
        """What a period costs, in hundredths without VAT."""
        return monthly_price(self.client) * 100 * (10 if period == "annual" else 1)


def customer_since(client: Client, own: Random) -> datetime:
    """The first day as a customer: the month is in the customer's facts."""
    year, month = map(int, client.record.facts["customer_since"].split("-"))
    return datetime(year, month, own.randint(1, 28), own.randint(6, 20), own.randint(0, 59), tzinfo=UTC)


def fill_gaps(book: Book, terms: Terms, *, reference: datetime) -> tuple[datetime, datetime]:
    """Write the periods that no conversation speaks of; the running period's start and end."""
    months = 12 if terms.period == "annual" else 1
    near = timedelta(days=180 if months == 12 else 14)
    until = min(reference, terms.ended_at or reference)
    told = [each.invoice["issued_at"] for each in book.invoices if each.invoice["kind"] == "plan"]
    start = terms.anchor
    for step in _steps(terms.anchor, months, since=max(terms.started_at, reference - HISTORY), until=until):
        start = max(start, step)
        if all(abs(step - at) > near for at in told):
            first = abs(step - terms.started_at) < timedelta(days=1)
            book.bill(step, net=book.price(terms.period), period=terms.period, first=first)
    return start, shifted(start, months, day=terms.anchor.day)


def shifted(at: datetime, months: int, *, day: int) -> datetime:
    """``months`` later (or earlier), on that day of the month or its last one."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(day, monthrange(year, month + 1)[1]))


def tell_of(book: Book, matter: Matter, period: str, *, reference: datetime) -> None:
    """Write the invoice of a matter that is not about how the account itself stands."""
    told = matter.particulars
    over = None if matter.is_open else matter.at + timedelta(hours=3)
    if matter.scenario == "overage-transfer":
        net = round(told.gigabytes * TRANSFER_PRICE * 100)
        text = f"{told.gigabytes} GB of transfer"
        book.bill(told.paid_at, number=told.invoice, net=net, kind="overage", description=text)
    elif matter.scenario == "refund-domain":
        book.bill(
            told.paid_at, number=told.invoice, net=1400, kind="domain", description="Domain, one year", vat=0
        )
    elif matter.scenario in ("failed-payment", "suspended"):
        _fail(book, matter, period, reference=reference)
    elif matter.scenario == "refund-where":
        entry = book.bill(
            told.paid_at - timedelta(days=6), number=told.invoice, net=book.price(period), period=period
        )
        book.pay(entry, told.paid_at - timedelta(days=5))
        book.give_back(entry, told.paid_at, rule="duplicate", reason="Paid twice")
    elif matter.scenario in ("duplicate-charge", "arabic-hebrew"):
        entry = book.bill(told.paid_at, number=told.invoice, net=book.price(period), period=period)
        book.pay(entry, told.paid_at + timedelta(days=1))
        if over is not None:
            book.give_back(entry, over, rule="duplicate", reason="Paid twice")
    elif matter.scenario == "vat-charged":
        net = book.price(period)
        # The VAT ID was valid only after this invoice; later ones carry no VAT.
        vat = net * 21 // 100 if book.client.locale != "de" else net * 19 // 100
        book.bill(told.paid_at, number=told.invoice, net=net, period=period, vat=vat)
    else:
        book.bill(told.paid_at, number=told.invoice, net=book.price(period), period=period)


def number_invoices(entries: Sequence[InvoiceEntry]) -> None:
    """Give every invoice without a number the next one of its year, oldest first."""
    counts: dict[int, int] = {}
    taken = {each.invoice["number"] for each in entries}
    for entry in sorted(entries, key=lambda each: each.invoice["issued_at"]):
        if entry.invoice["number"]:
            continue
        year = entry.invoice["issued_at"].year
        while True:
            counts[year] = counts.get(year, 1000) + 1
            number = f"HLY-{year}-{counts[year]:06d}"
            if number not in taken:
                break
        entry.invoice["number"] = number


def _fail(book: Book, matter: Matter, period: str, *, reference: datetime) -> None:
    """An invoice whose payments failed: still open, or paid when the conversation is over."""
    told = matter.particulars
    issued = told.paid_at if matter.scenario == "failed-payment" else matter.at - timedelta(days=15)
    entry = book.bill(issued, number=told.invoice, net=book.price(period), period=period, paid=False)
    for days in _RETRIES:
        tried = issued + timedelta(days=days, minutes=10)
        if tried < min(matter.at, reference):
            book.pay(entry, tried, failed="declined by the bank")
    if not matter.is_open:
        entry.invoice["status"] = "paid"
        book.pay(entry, matter.at + timedelta(hours=1))


def _steps(anchor: datetime, months: int, *, since: datetime, until: datetime) -> list[datetime]:
    """The starts of periods between two moments, both ways from ``anchor``."""
    found = []
    count = 0
    while (step := shifted(anchor, -months * count, day=anchor.day)) >= since - timedelta(minutes=1):
        found.append(step)
        count += 1
    count = 1
    while (step := shifted(anchor, months * count, day=anchor.day)) <= until:
        found.append(step)
        count += 1
    return sorted(step for step in found if step <= until)
