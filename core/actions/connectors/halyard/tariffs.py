"""Plans: prices in hundredths without VAT (the same number in USD and EUR), and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.actions.connectors.halyard.tables import Customer, Subscription

VAT_PERCENT: Mapping[str, int] = {
    "AT": 20, "BE": 21, "CZ": 21, "DE": 19, "DK": 25, "ES": 21, "FI": 25, "FR": 20, "GR": 24, "HR": 25,
    "IE": 23, "IT": 22, "LV": 21, "NL": 21, "PL": 23, "PT": 23, "RO": 19, "SE": 25, "SI": 22, "BG": 20,
    "CY": 19,
}  # fmt: skip
"""Rates in whole percent of the EU countries that Halyard's customers live in."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """``monthly`` in hundredths; a year costs ten months. The rest are limits."""

    monthly: int
    sites: int
    storage_gb: int
    databases: int
    seats: int
    rank: int

    def price(self, period: str) -> int:
        """What one period costs, in hundredths."""
        return self.monthly * (10 if period == "annual" else 1)


TARIFFS: Mapping[str, Tariff] = {
    "harbor": Tariff(monthly=900, sites=1, storage_gb=10, databases=1, seats=1, rank=0),
    "sloop": Tariff(monthly=2900, sites=5, storage_gb=50, databases=5, seats=3, rank=1),
    "schooner": Tariff(monthly=9900, sites=25, storage_gb=250, databases=25, seats=10, rank=2),
}
SELF_SERVICE = tuple(TARIFFS)


def vat_for(country: str, *, vat_id: bool, net: int) -> int:
    """The VAT on ``net``: the country's rate in the EU, none with a VAT ID outside of Ireland."""
    rate = VAT_PERCENT.get(country, 0)
    if vat_id and country != "IE":
        rate = 0
    return (net * rate + 50) // 100


def too_much(customer: Customer, subscription: Subscription, tariff: Tariff) -> list[str]:
    """What of the account does not fit ``tariff``, in words; empty when everything does."""
    uses = (
        ("sites", customer.sites, tariff.sites, ""),
        ("storage", customer.storage_gb, tariff.storage_gb, " GB"),
        ("databases", customer.databases, tariff.databases, ""),
        ("seats", subscription.seats, tariff.seats, ""),
    )
    return [f"{name} {used}{unit} of {most}{unit}" for name, used, most, unit in uses if used > most]
