"""Chooses the arguments of an effect from what the customer says and what was looked up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.llm.offline.decide import Verdict
from core.llm.offline.tools.arguments import (
    amounts,
    choices,
    days_ago,
    days_named,
    invoice_numbers,
    key_named,
    percentage,
    period_named,
    plan_named,
    region_named,
    says_twice,
)
from core.llm.offline.tools.intents import Intent
from core.llm.offline.tools.records import (
    Invoice,
    api_keys,
    invoices,
    open_incidents,
    paid_twice,
    subscription,
)
from core.llm.offline.tools.results import ToolResult
from core.llm.offline.tools.wording import WORDINGS
from core.llm.offline.words import fold

_MOST_DAYS = 7
_REFUND_DAYS = {("monthly", "first"): 7, ("annual", "first"): 30, ("annual", "renewal"): 7}
_TAX = re.compile(r"\b(?:vat|tax|mwst|ust|mehrwertsteuer|umsatzsteuer|iva|impuestos?)\b")
_DIFFERENCE = re.compile(r"\b(?:difference|too much|overcharged?|differenz|zu ?viel|diferencia|de mas)\b")
_MONTHS_TEXT = """
january januar enero|february februar febrero|march marz marzo|april abril|may mai mayo|june juni junio|
july juli julio|august agosto|september septiembre|october oktober octubre|november noviembre|
december dezember diciembre
"""
_MONTHS = {
    name: f"{number:02}"
    for number, names in enumerate(_MONTHS_TEXT.replace("\n", "").split("|"), start=1)
    for name in names.split()
}
_TITLE = 80
_TEXT = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """The arguments to call with; or why not: a question, or that the published rules say no.

    ``outside`` names the rule: monthly_renewal, refund_period, domain, overage or trial.
    """

    arguments: dict[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from.

    Attributes:
        own: the customer's own words.
        answered: what the rep answered, which goes before what the customer says.
        facts: what our records say about the customer.
        schema: of the tool's arguments.
    """

    own: str
    intent: Intent
    language: str
    results: Sequence[ToolResult] = ()
    answered: str = ""
    facts: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)


def choose(known: Known) -> Chosen:
    """The arguments for the effect that ``known.intent`` names."""
    return {
        "refund_invoice": _refund,
        "resend_invoice": _resend,
        "change_plan": _plan,
        "extend_trial": _trial,
        "rotate_api_key": _key,
        "open_incident": _incident,
    }[known.intent.effect](known)


def _refund(known: Known) -> Chosen:
    found = _invoice(known, refunding=True)
    if isinstance(found, Verdict):
        fitting = _fitting(invoices(known.results), known, refunding=True)
        rules = {_outside(each, known) for each in fitting}
        if len(rules) == 1 and all(rules) and not invoice_numbers(known.own):
            return Chosen(outside=rules.pop())  # whichever is meant
    if isinstance(found, Verdict):
        return Chosen(verdict=found)
    outside = _outside(found, known)
    if outside:
        return Chosen(outside=outside)
    amount = _amount(found, known)
    if isinstance(amount, Verdict):
        return Chosen(verdict=amount)
    figure = float(amount) if amount is not None else None
    return Chosen({"invoice": found.number, "amount": figure, "reason": _cut(known.intent.words, _TEXT)})


def _resend(known: Known) -> Chosen:
    found = _invoice(known, refunding=False)
    return Chosen(verdict=found) if isinstance(found, Verdict) else Chosen({"invoice": found.number})


def _invoice(known: Known, *, refunding: bool) -> Invoice | Verdict:
    """The one invoice that is meant, or what to ask."""
    listed = invoices(known.results)
    by_number = {each.number: each for each in listed}
    named = (
        invoice_numbers(known.answered) or invoice_numbers(known.intent.words) or invoice_numbers(known.own)
    )
    what = "refunded" if refunding else "sent again"
    if len(named) == 1:
        if listed and named[0] not in by_number:
            return _needs(
                f"Invoice {named[0]}, which the customer names, is not among theirs. Which one is to be "
                f"{what}?"
            )
        return by_number.get(named[0], Invoice(named[0]))
    if named:
        return _several(
            f"The customer names {len(named)} invoices: {', '.join(named)}. Which one is to be {what}?"
        )
    fitting = _fitting(listed, known, refunding=refunding)
    if len(fitting) == 1:
        return fitting[0]
    if not listed:
        return _needs(f"No invoice is known. Which invoice is to be {what}?")
    if not fitting:
        return _needs(f"No invoice fits what the customer writes. Which invoice, if any, is to be {what}?")
    shown = ", ".join(each.shown for each in fitting[:5])
    return _several(f"Several invoices fit: {shown}. Which one is to be {what}?")


def _fitting(listed: Sequence[Invoice], known: Known, *, refunding: bool) -> list[Invoice]:
    """The invoices that the customer can mean, from the clearest sign to the weakest."""
    open_ones = [
        each
        for each in listed
        if not refunding
        or (each.status != "open" and (each.left is None or each.left > 0 or each.surplus > 0))
    ]
    folded = fold(known.own)
    if refunding and says_twice(known.own):
        twice = set(paid_twice(known.results))
        doubled = [each for each in open_ones if each.surplus > 0] or [
            each for each in open_ones if each.number in twice
        ]
        if doubled:
            return doubled
    figures = amounts(known.answered) or amounts(known.own)
    equal = [
        each for each in open_ones if each.total in figures or (each.surplus > 0 and each.surplus in figures)
    ]
    months = {number for name, number in _MONTHS.items() if re.search(rf"\b{name}\b", folded)}
    dated = [each for each in open_ones if each.date[5:7] in months]
    if equal and dated:
        return [each for each in equal if each in dated] or equal
    if equal or dated:
        return equal or dated
    if WORDINGS[known.language].newest.search(folded) and open_ones and all(each.date for each in open_ones):
        return [max(open_ones, key=lambda each: each.date)]
    return open_ones


def _outside(invoice: Invoice, known: Known) -> str:
    """The published rule that plainly says no, or empty. What is not plain is for a person to decide."""
    if invoice.surplus > 0 or invoice.number in paid_twice(known.results):
        return ""
    if invoice.refundable is False:
        return "refund_period"
    if invoice.kind in ("domain", "overage"):
        return invoice.kind
    if invoice.rule == "renewal" and invoice.period == "monthly":
        return "monthly_renewal"
    since = days_ago(known.own)
    limit = _REFUND_DAYS.get((invoice.period, invoice.rule))
    return "refund_period" if since is not None and limit is not None and since > limit else ""


def _amount(invoice: Invoice, known: Known) -> Decimal | Verdict | None:
    """How much; None is all that is left."""
    folded = fold(f"{known.answered} {known.intent.words}")
    whole = {each for each in (invoice.total, invoice.left, invoice.surplus) if each}
    ask = f"How much of invoice {invoice.shown} is to be refunded?"
    share = Decimal(50) if WORDINGS[known.language].half.search(folded) else percentage(folded)
    if share is not None and not amounts(known.answered):
        if _TAX.search(folded) or invoice.total is None:
            return _several(ask)
        value = (invoice.total * share / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return None if share == 100 else value
    figures = amounts(known.answered) or amounts(known.intent.words)
    if _TAX.search(folded) and not figures:
        return invoice.tax if invoice.tax and invoice.left and invoice.tax <= invoice.left else _several(ask)
    if not figures and _DIFFERENCE.search(fold(known.own)) and not invoice.surplus:
        return _several(ask)
    figures = figures or amounts(known.own)
    parts = [each for each in figures if each not in whole]
    if not parts:
        return None
    most = invoice.left if invoice.left is not None else invoice.total
    if len(parts) > 1 or (most is not None and parts[0] > most):
        named = ", ".join(f"{each:.2f}" for each in parts)
        return _several(f"The customer names {named}. {ask}")
    return parts[0]


def _plan(known: Known) -> Chosen:
    text = f"{known.answered}\n{known.intent.words}"
    now = subscription(known.results)
    plan = (
        plan_named(known.answered)
        or plan_named(text)
        or (str(now.get("plan") or "") if period_named(text) else "")
    )
    period = period_named(known.answered) or period_named(text) or str(now.get("period") or "")
    if plan not in (choices(known.schema, "plan") or ("harbor", "sloop", "schooner")):
        return Chosen(verdict=_several("Which plan is the customer to get: Harbor, Sloop or Schooner?"))
    if period not in ("monthly", "annual"):
        return Chosen(
            verdict=_several(f"Is the customer to get {plan.capitalize()} with monthly or annual billing?")
        )
    return Chosen({"plan": plan, "period": period})


def _trial(known: Known) -> Chosen:
    days = days_named(known.answered) or days_named(known.intent.words) or _MOST_DAYS
    if days > _MOST_DAYS or subscription(known.results).get("trial_extended") is True:
        return Chosen(outside="trial")
    return Chosen({"days": days})


def _key(known: Known) -> Chosen:
    named = key_named(known.answered) or key_named(known.intent.words) or key_named(known.own)
    keys = api_keys(known.results)
    fitting = [
        key
        for key in keys
        if named
        and (named in (key["id"], key.get("name")) or named.startswith(str(key["begins"]).rstrip(".…")))
    ]
    fitting = fitting or ([] if named else keys)
    if len(fitting) == 1:
        return Chosen({"key": fitting[0]["id"]})
    if named and not fitting:
        return Chosen({"key": named})
    shown = ", ".join(f"{key.get('name') or key['id']} ({key['begins']})" for key in fitting[:5])
    return Chosen(verdict=_several(f"Which API key is to be rotated{f': {shown}' if shown else ''}?"))


def _incident(known: Known) -> Chosen:
    if open_incidents(known.results):
        return Chosen()  # somebody knows: telling it is the answer
    region = region_named(f"{known.answered}\n{known.own}", choices(known.schema, "region")) or region_named(
        known.facts, choices(known.schema, "region")
    )
    if not region:
        return Chosen(
            verdict=_several("The customer reports an outage that nobody knows of. In which region is it?")
        )
    title = _cut(known.intent.words, _TITLE)
    return Chosen({"title": title, "description": _cut(known.own, _TEXT), "region": region})


def _several(question: str) -> Verdict:
    return Verdict("abstain", "several_resolutions", question)


def _needs(question: str) -> Verdict:
    return Verdict("abstain", "needs_tool", question)


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
