"""The particulars of one conversation (amounts, numbers, dates) and how they get into a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from core.sample.cast import PRICES, Client
from core.sample.material import Opening

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DATE = {"en": "{day} {month}", "de": "{day}. {month}", "es": "{day} de {month}"}
FLEET_MONTH = 2400
TRANSFER_PRICE = 0.08

Details = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a conversation is about, in numbers. The back office has the same ones.

    ``paid_at``: when the invoice was paid; ``months``: used of an annual plan; ``gigabytes``: billed
    transfer.
    """

    invoice: str
    paid_at: datetime
    months: int
    gigabytes: int
    last4: str
    deploy: str


def draw_particulars(rng: Random, opening: Opening, *, at: datetime) -> Particulars:
    """The particulars of a conversation that begins at ``at``."""
    months = opening.months or rng.randint(2, 7)
    gigabytes = rng.randint(40, 460)
    paid_at = at - timedelta(days=rng.randint(2, 5))
    return Particulars(
        invoice=f"HLY-{paid_at.year}-{rng.randint(41000, 59999):06d}",
        paid_at=paid_at,
        months=months,
        gigabytes=gigabytes,
        last4=f"{rng.randrange(10_000):04d}",
        deploy=f"dpl_{rng.getrandbits(32):08x}",
    )


def details(
    rng: Random, client: Client, opening: Opening, *, locale: str, at: datetime, rep: str
) -> dict[str, str]:
    """Values for every placeholder the material uses, agreeing with each other and with the account."""
    return describe(draw_particulars(rng, opening, at=at), client, locale=locale, rep=rep)


def describe(particulars: Particulars, client: Client, *, locale: str, rep: str) -> dict[str, str]:
    """The particulars as texts of a language, with what else the material's placeholders ask for."""
    monthly = monthly_price(client)

    def money(amount: float, *, cents: bool = False) -> str:
        return _money(amount, client.currency, locale, cents=cents)

    return {
        "first": client.first,
        "name": client.record.name,
        "company": client.company or client.record.name,
        "phone": client.record.phone or client.domain,
        "domain": client.domain,
        "rep": rep.split()[0],
        "plan": "Sloop" if client.plan == "trial" else client.plan.capitalize(),
        "price": money(monthly),
        "annual": money(monthly * 10),
        "months": str(particulars.months),
        "credit": money(max(0, monthly * (10 - particulars.months))),
        "invoice": particulars.invoice,
        "last4": particulars.last4,
        "date": _date(particulars.paid_at, locale),
        "gb": str(particulars.gigabytes),
        "overage": money(particulars.gigabytes * TRANSFER_PRICE, cents=True),
        "deploy": particulars.deploy,
    }


def monthly_price(client: Client) -> int:
    """What a month of the client's plan costs; of a trial, what it would cost."""
    return PRICES[client.plan] or (FLEET_MONTH if client.plan == "fleet" else PRICES["sloop"])


def fill(text: str, values: Details) -> str:
    """``text`` with its placeholders replaced.

    Raises:
        KeyError: the text asks for something there is no value for.
    """
    return text.format_map(values)


def _date(at: datetime, locale: str) -> str:
    return _DATE[locale].format(day=at.day, month=_MONTHS[locale].split()[at.month - 1])


def _money(amount: float, currency: str, locale: str, *, cents: bool) -> str:
    number = f"{amount:,.2f}" if cents else f"{amount:,.0f}"
    if locale != "en":
        number = number.translate(str.maketrans(",.", ".,"))
        return f"{number} {'€' if currency == 'EUR' else 'USD'}"
    return f"€{number}" if currency == "EUR" else f"${number}"
