"""Invoices, payments and incidents in what look-ups gave, whatever the system calls their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.llm.offline.tools.arguments import decimal_of, incident_numbers, invoice_numbers, period_named
from core.llm.offline.tools.results import ToolResult

_MOST = 200
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of this customer. ``left`` is what can still be refunded; None: not known.

    ``surplus`` is what was paid too much (a double payment), ``tax`` the tax in the total.
    ``rule`` is first, renewal or empty.
    """

    number: str
    total: Decimal | None = None
    left: Decimal | None = None
    surplus: Decimal = Decimal(0)
    tax: Decimal | None = None
    currency: str = ""
    date: str = ""
    status: str = ""
    kind: str = ""
    period: str = ""
    rule: str = ""
    refundable: bool | None = None

    @property
    def shown(self) -> str:
        """For the rep: number, amount and date as far as they are known."""
        amount = f"{self.total:.2f} {self.currency}".strip() if self.total is not None else ""
        detail = ", ".join(part for part in (amount, self.date[:10]) if part)
        return f"{self.number} ({detail})" if detail else self.number


def invoices(results: Sequence[ToolResult]) -> list[Invoice]:
    """The invoices that ``list_invoices`` gave, in its order, each once."""
    found: dict[str, Invoice] = {}
    for result in results:
        if result.name != "list_invoices" or not result.done:
            continue
        for entry in _entries(result.data):
            number = next(
                iter(invoice_numbers(_text(entry, "number", "invoice", "invoice_number", "id"))), ""
            )
            if number and number not in found:
                found[number] = _invoice(number, entry)
    return list(found.values())


def paid_twice(results: Sequence[ToolResult]) -> list[str]:
    """Numbers of invoices with more than one successful payment that nobody has returned yet."""
    counts: dict[str, int] = {}
    for result in results:
        if result.name != "list_payments" or not result.done:
            continue
        for entry in _entries(result.data):
            number = next(iter(invoice_numbers(_text(entry, "invoice", "invoice_number"))), "")
            good = _text(entry, "status", "state").lower() in (
                "",
                "succeeded",
                "success",
                "paid",
                "ok",
                "captured",
            )
            if number and good and "refund" not in entry and entry.get("kind") != "refund":
                counts[number] = counts.get(number, 0) + 1
    return [number for number, count in counts.items() if count > 1]


def open_incidents(results: Sequence[ToolResult]) -> list[str]:
    """Numbers of the incidents that are not over."""
    found: list[str] = []
    for result in results:
        if result.name != "incident_status" or not result.done:
            continue
        for entry in _entries(result.data):
            number = next(iter(incident_numbers(_text(entry, "number", "incident", "id"))), "")
            state = _text(entry, "status", "state").lower()
            ended = any(entry.get(name) for name in ("resolved_at", "resolved_on", "ended_at", "closed_at"))
            if number and not ended and state not in ("resolved", "closed", "done", "over"):
                found.append(number)
    return found


def api_keys(results: Sequence[ToolResult]) -> list[Mapping[str, Any]]:
    """The customer's working keys with ``id``, ``name`` and ``begins``."""
    return [
        entry
        for result in results
        if result.name == "find_customer" and result.done
        for entry in _entries(result.data)
        if isinstance(entry.get("id"), str)
        and "begins" in entry
        and entry.get("status", "active") == "active"
    ]


def subscription(results: Sequence[ToolResult]) -> Mapping[str, Any]:
    """The fields of the customer's subscription; empty where they are not known."""
    for result in results:
        if result.name == "get_subscription" and result.done:
            for entry in _entries(result.data):
                if "plan" in entry:
                    return entry
    return {}


def _invoice(number: str, entry: Mapping[str, Any]) -> Invoice:
    total = _figure(entry, "total", "amount", "gross", "amount_total")
    refunded = _figure(entry, "refunded", "refunded_amount", "amount_refunded", "returned") or Decimal(0)
    left = _figure(entry, "left", "refundable_amount", "left_to_refund", "remaining")
    surplus = _figure(entry, "paid_too_much", "surplus", "overpaid") or Decimal(0)
    rule = (
        "first" if entry.get("first_payment") is True else "renewal" if entry.get("renewal") is True else ""
    )
    refundable = entry.get("refundable")
    if left is None and total is not None:
        left = max(Decimal(0), total - refunded)
    return Invoice(
        number=number,
        total=total,
        left=left,
        surplus=surplus,
        tax=_figure(entry, "vat", "tax", "amount_tax"),
        currency=_text(entry, "currency")[:3].upper(),
        date=_text(entry, "issued_on", "issued_at", "issued", "date", "created_at"),
        status=_text(entry, "status", "state").lower(),
        kind=_text(entry, "kind", "type").lower(),
        period=_text(entry, "period", "billing", "interval").lower()
        or period_named(_text(entry, "description")),
        rule=rule,
        refundable=refundable if isinstance(refundable, bool) else None,
    )


def _entries(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Every object in a result, outer ones first."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
        for inner in list(value.values())[:_MOST]:
            yield from _entries(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:_MOST]:
            yield from _entries(inner, depth + 1)


def _text(entry: Mapping[str, Any], *names: str) -> str:
    return next((entry[name] for name in names if isinstance(entry.get(name), str)), "")


def _figure(entry: Mapping[str, Any], *names: str) -> Decimal | None:
    for name in names:
        value = entry.get(name)
        value = value.get("amount") if isinstance(value, dict) else value
        number = decimal_of(value)
        if number is not None:
            return number
    return None
