"""What the conversations say about each customer's account."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.sample.details import Particulars
from core.sample.story import Story

_INVOICE = re.compile(r"HLY-\d{4}-\d{6}")
_ABOUT_MONEY = frozenset(
    {
        "refund-monthly-first", "refund-monthly-late", "refund-annual-first", "refund-annual-renewal-late",
        "refund-exception", "refund-where", "refund-domain", "duplicate-charge", "inc-2041",
        "failed-payment", "suspended", "overage-transfer", "vat-charged", "trial", "impersonation",
    }
)  # fmt: skip
"""Scenarios that say something about the account even where no invoice is named."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One conversation, as far as the back office is concerned. ``named``: it names its invoice."""

    scenario: str
    at: datetime
    is_open: bool
    named: bool
    particulars: Particulars


def matters_of(stories: Iterable[Story]) -> dict[str, list[Matter]]:
    """Customer's external id -> matters, the one that shapes the account first.

    That is what is open now, then what names an invoice, then what is newest.
    """
    found: dict[str, list[Matter]] = defaultdict(list)
    for story in stories:
        texts = " ".join([story.record.subject, *(message.text for message in story.record.messages)])
        if story.draft is not None:
            texts += f" {story.draft.text} {story.draft.final}"
        named = story.particulars.invoice in _INVOICE.findall(texts)
        if named or story.scenario in _ABOUT_MONEY:
            found[story.record.customer.external_id].append(
                Matter(
                    story.scenario,
                    story.record.created_at,
                    story.record.status in ("open", "waiting"),
                    named,
                    story.particulars,
                )
            )
    for matters in found.values():
        matters.sort(key=lambda matter: (matter.is_open, matter.named, matter.at), reverse=True)
    return dict(found)
