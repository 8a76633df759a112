"""The particulars of one conversation (amounts, numbers, dates) and how they get into a text."""

from __future__ import annotations

from collections.abc import Mapping
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
_FLEET_MONTH = 2400
TRANSFER_PRICE = 0.08

Details = Mapping[str, str]


def details(
    rng: Random, client: Client, opening: Opening, *, locale: str, at: datetime, rep: str
) -> dict[str, str]:
    """Values for every placeholder the material uses, agreeing with each other and with the account."""
    monthly = PRICES[client.plan] or (_FLEET_MONTH if client.plan == "fleet" else PRICES["sloop"])
    months = opening.months or rng.randint(2, 7)
    gigabytes = rng.randint(40, 460)
    paid = at - timedelta(days=rng.randint(2, 5))

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
        "months": str(months),
        "credit": money(max(0, monthly * (10 - months))),
        "invoice": f"HLY-{paid.year}-{rng.randint(41000, 59999):06d}",
        "last4": f"{rng.randrange(10_000):04d}",
        "date": _date(paid, locale),
        "gb": str(gigabytes),
        "overage": money(gigabytes * TRANSFER_PRICE, cents=True),
        "deploy": f"dpl_{rng.getrandbits(32):08x}",
    }


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
