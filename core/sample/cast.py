"""The customers of the sample: their accounts, addresses and telephone numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from core.conversations import CustomerRecord
from core.sample.material import SampleCustomer

PRICES = {"harbor": 9, "sloop": 29, "schooner": 99, "fleet": 0, "trial": 0}
CITIES = {"eu-west": "Cork", "eu-north": "Bergen", "us-east": "Norfolk", "us-west": "Oregon"}
_REGIONS = {
    "Europe": ("Cork", "Bergen"),
    "America": ("Norfolk", "Oregon"),
    "Asia": ("Oregon", "Cork"),
    "Africa": ("Cork", "Cork"),
    "Australia": ("Oregon", "Oregon"),
}
_EURO = ("Dublin", "Paris", "Brussels", "Amsterdam", "Berlin", "Vienna", "Madrid", "Lisbon", "Rome",
         "Athens", "Helsinki", "Riga", "Ljubljana", "Nicosia", "Zagreb")  # fmt: skip
# Number ranges that regulators keep free for fiction; elsewhere a customer has no telephone number.
_PHONES = {
    "Europe/London": "+44 20 7946 0{:03d}",
    "Europe/Dublin": "+353 20 911 0{:03d}",
    "Europe/Berlin": "+49 30 23125 {:03d}",
    "Europe/Stockholm": "+46 8 465 004 {:02d}",
    "Australia/Sydney": "+61 2 5550 {:04d}",
}
_NORTH_AMERICA = ("New_York", "Chicago", "Los_Angeles", "Denver", "Toronto")


@dataclass(frozen=True, slots=True)
class Client:
    """A customer with everything the conversations need to know."""

    record: CustomerRecord
    plan: str
    annual: bool
    currency: str
    company: str
    domain: str
    city: str

    @property
    def locale(self) -> str:
        return self.record.locale

    @property
    def first(self) -> str:
        return self.record.name.split()[0]


def make_clients(customers: Sequence[SampleCustomer], rng: Random) -> list[Client]:
    """One client for each line of ``customers.yaml``, the same ones for the same seed."""
    return [_client(number, customer, rng) for number, customer in enumerate(customers, start=1)]


def plain(text: str) -> str:
    """``text`` in lower-case ASCII letters, for addresses: ``Zürcher`` -> ``zurcher``."""
    decomposed = unicodedata.normalize("NFKD", text.translate(str.maketrans("øØłŁıß", "oOlLis")))
    return re.sub(r"[^a-z]", "", decomposed.encode("ascii", "ignore").decode().lower())


def _client(number: int, customer: SampleCustomer, rng: Random) -> Client:
    area, _, city = customer.time_zone.rpartition("/")
    area = area.split("/")[0]
    first, last = customer.name.split()[0], customer.name.split()[-1]
    own = f"{plain(first)}@{customer.domain}.example"
    email = own if customer.company else f"{plain(first)}.{plain(last)}@post.example"
    annual = customer.plan in PRICES and PRICES[customer.plan] > 0 and rng.random() < 0.4
    region = rng.choice(_REGIONS.get(area, ("Cork",)))
    currency = "EUR" if city in _EURO else "USD"
    facts: dict[str, Any] = {
        "plan": customer.plan.capitalize(),
        "billing": "contract" if customer.plan == "fleet" else "annual" if annual else "monthly",
        "customer_since": f"{rng.randint(2019, 2026)}-{rng.randint(1, 7):02d}",
        "region": region,
        "currency": currency,
        "domain": f"{customer.domain}.example",
        "sites": {"harbor": 1, "sloop": rng.randint(1, 5), "schooner": rng.randint(3, 22)}.get(
            customer.plan, rng.randint(1, 3) if customer.plan == "trial" else rng.randint(20, 140)
        ),
    }
    if customer.plan == "trial":
        facts |= {"billing": "none", "customer_since": "trial"}
    elif PRICES[customer.plan]:
        facts["monthly_value"] = round(PRICES[customer.plan] * (10 / 12 if annual else 1), 2)
    if customer.company:
        facts["company"] = customer.company
    record = CustomerRecord(
        external_id=f"cus_{number:04d}",
        name=customer.name,
        email=email,
        phone=_phone(customer.time_zone, rng),
        locale=customer.locale,
        time_zone=customer.time_zone,
        facts=facts,
    )
    return Client(
        record=record,
        plan=customer.plan,
        annual=annual,
        currency=currency,
        company=customer.company,
        domain=f"{customer.domain}.example",
        city=region,
    )


def _phone(zone: str, rng: Random) -> str:
    number = rng.randrange(100)
    if zone.rpartition("/")[2] in _NORTH_AMERICA:
        return f"+1 202 555 01{number:02d}"
    return _PHONES.get(zone, "").format(number)
