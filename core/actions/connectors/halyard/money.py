"""Hundredths to amounts and back."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.actions.declaration import ActionRefused

_CENT = Decimal("0.01")


def to_minor(amount: Any) -> int:
    """An amount (number or text) in hundredths.

    Raises:
        ActionRefused: it is not a positive amount with at most two decimals.
    """
    value = Decimal(str(amount))
    if not value.is_finite() or value <= 0 or value != value.quantize(_CENT):
        raise ActionRefused("The amount must be more than 0 and have at most two decimals.")
    return int(value * 100)


def to_decimal(minor: int) -> Decimal:
    """Hundredths as an amount with two decimals."""
    return (Decimal(minor) / 100).quantize(_CENT)


def shown(minor: int, currency: str) -> str:
    """For people who work here: ``29.00 EUR``."""
    return f"{to_decimal(minor):,.2f} {currency}"


def share(minor: int, part: int, whole: int) -> int:
    """``part`` of ``whole`` of an amount in hundredths, rounded half up."""
    return int((Decimal(minor) * part / whole).quantize(Decimal(1), rounding=ROUND_HALF_UP))
