"""How an account stands, given the conversation that says most about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.sample.billing import Book, Terms, shifted, tell_of
from core.sample.matters import Matter

_SOON = timedelta(hours=3)


def begin(
    book: Book,
    main: Matter | None,
    night: tuple[datetime, datetime],
    *,
    since: datetime,
    reference: datetime,
) -> Terms:
    """The terms of the account, with the invoice of ``main`` written.

    Args:
        main: the matter the account must agree with; None: nobody wrote about it.
        night: from when to when renewals were charged twice.
        since: the first payment, unless ``main`` says otherwise.
    """
    client = book.client
    if client.plan == "fleet":
        terms = Terms("contract", since, _latest(since, 1, reference))
        if main is not None and main.named:
            terms.anchor = main.particulars.paid_at
            tell_of(book, main, "contract", reference=reference)
        return terms
    period = "annual" if client.annual else "monthly"
    if main is None:
        return Terms(period, since, _latest(since, 12 if client.annual else 1, reference))
    return _with(book, main, night, period, since, reference)


def _with(
    book: Book,
    main: Matter,
    night: tuple[datetime, datetime],
    period: str,
    since: datetime,
    reference: datetime,
) -> Terms:
    if main.scenario in ("refund-monthly-first", "refund-annual-first"):
        return _first_payment(book, main, reference)
    if main.scenario in ("refund-annual-renewal-late", "refund-exception", "inc-2041"):
        return _annual_renewal(book, main, night, since)
    if main.scenario in ("refund-monthly-late", "duplicate-charge", "arabic-hebrew"):
        period = "monthly"
    if main.scenario in ("overage-transfer", "refund-domain", "impersonation"):
        if main.scenario != "impersonation":
            tell_of(book, main, period, reference=reference)
        return Terms(period, since, _latest(since, 12 if period == "annual" else 1, reference))
    tell_of(book, main, period, reference=reference)
    anchor = max(each.invoice["issued_at"] for each in book.invoices)
    suspended = main.scenario == "suspended" and main.is_open
    return Terms(
        period,
        min(since, shifted(anchor, -13, day=anchor.day)),
        anchor,
        "suspended" if suspended else "active",
    )


def _first_payment(book: Book, main: Matter, reference: datetime) -> Terms:
    """A new customer who wants the first payment back; once they have it, they start again later."""
    told = main.particulars
    period = "annual" if main.scenario == "refund-annual-first" else "monthly"
    entry = book.bill(told.paid_at, number=told.invoice, net=book.price(period), period=period, first=True)
    if main.is_open:
        return Terms(period, told.paid_at, told.paid_at)
    book.give_back(entry, main.at + _SOON, rule="first_payment", reason="Within the refund period")
    again = main.at + timedelta(days=16)
    if again >= reference:
        return Terms(period, told.paid_at, told.paid_at, "cancelled", main.at + _SOON)
    book.bill(again, net=book.price("monthly"), period="monthly")  # not a first payment any more
    return Terms("monthly", again, again)


def _annual_renewal(book: Book, main: Matter, night: tuple[datetime, datetime], since: datetime) -> Terms:
    """An annual plan that was renewed: too long ago, during an illness, or charged twice in one night."""
    told = main.particulars
    if main.scenario == "inc-2041":
        renewed = max(night[0], min(main.at - timedelta(hours=1), night[1] - timedelta(minutes=5)))
    elif main.scenario == "refund-exception":
        renewed = main.at - timedelta(days=12)
    else:  # a month that has started counts as used
        renewed = main.at - timedelta(days=30 * (told.months - 1) + 15)
    entry = book.bill(renewed, number=told.invoice, net=book.price("annual"), period="annual")
    if main.scenario == "inc-2041":
        book.pay(entry, renewed + timedelta(minutes=2), tag="inc-2041")
        book.give_back(entry, night[0] + timedelta(days=2, hours=15), rule="duplicate", reason="INC-2041")
    elif main.scenario == "refund-exception" and not main.is_open:
        book.give_back(entry, main.at + _SOON, rule="exception", reason="Illness of the customer")
    return Terms("annual", min(since, shifted(renewed, -12, day=renewed.day)), renewed)


def _latest(since: datetime, months: int, reference: datetime) -> datetime:
    """The start of the period that runs at ``reference``, counted from ``since``."""
    count = 0
    while shifted(since, months * (count + 1), day=since.day) <= reference:
        count += 1
    return shifted(since, months * count, day=since.day)
