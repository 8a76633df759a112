"""Halyard's back office: accounts, invoices, plans, keys and incidents of the sample company."""

from core.actions.connectors.halyard.connector import NAME, HalyardConnector
from core.actions.connectors.halyard.filling import (
    AccountEntry,
    Filled,
    InvoiceEntry,
    Values,
    fill,
    is_filled,
)
from core.actions.connectors.halyard.tariffs import vat_for

__all__ = [
    "NAME",
    "AccountEntry",
    "Filled",
    "HalyardConnector",
    "InvoiceEntry",
    "Values",
    "fill",
    "is_filled",
    "vat_for",
]
