"""The Quality page's figures as one read model, and as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from core.identity import Actor
from core.reporting.criteria import CriterionEstimate, criterion_estimates
from core.reporting.customers import CustomerAnswers, customer_answers
from core.reporting.estimates import Estimate
from core.reporting.filters import Filters
from core.reporting.outcomes import DraftOutcomes, draft_outcomes

COLUMNS = (
    "section",
    "label",
    "counted",
    "estimate",
    "low",
    "high",
    "level",
    "n",
    "conversations",
    "found",
    "random_or_complete",
    "sample",
    "method",
    "warning",
)


@dataclass(frozen=True, slots=True)
class Quality:
    """Everything the page shows. Criteria are about what their queues were drawn from, not the filters."""

    drafts: DraftOutcomes
    customers: CustomerAnswers
    criteria: list[CriterionEstimate]


def read_quality(actor: Actor, *, session: Session, filters: Filters) -> Quality:
    """Compute every figure of the Quality page.

    Raises:
        PermissionDenied: the actor may not see quality.
    """
    return Quality(
        draft_outcomes(actor, session=session, filters=filters),
        customer_answers(actor, session=session, filters=filters),
        criterion_estimates(actor, session=session),
    )


def quality_rows(quality: Quality) -> list[dict[str, Any]]:
    """One row for each figure, with :data:`COLUMNS`; a share is 0 to 1, empty where there is no rate."""
    return [_row(section, label, estimate) for section, label, estimate in _sections(quality)]


def _sections(quality: Quality) -> Iterator[tuple[str, str, Estimate]]:
    drafts = quality.drafts
    for estimate in (drafts.accepted, drafts.as_drafted, drafts.discarded, drafts.first_rank):
        yield "drafts", estimate.label, estimate
    cuts = (
        (drafts.unit, drafts.by_time),
        ("source", drafts.by_source),
        ("channel", drafts.by_channel),
        ("language", drafts.by_locale),
        ("model", drafts.by_model),
    )
    for name, estimates in cuts:
        for estimate in estimates:
            yield f"accepted by {name}", estimate.label, estimate
    for estimate in (quality.customers.csat, *quality.customers.questions):
        yield "customers", estimate.label, estimate
    for criterion in quality.criteria:
        label = f"{criterion.name} (queue {criterion.queue})" if criterion.queue else criterion.name
        yield "criteria", label, criterion.people
        for combined in criterion.combined:
            if combined.estimate is not None:
                yield "criteria with a classifier", f"{label} with {combined.classifier}", combined.estimate


def _row(section: str, label: str, estimate: Estimate) -> dict[str, Any]:
    rate = estimate.rate if estimate.n else None
    values = (
        section,
        label,
        estimate.what,
        *((rate.estimate, rate.low, rate.high, rate.level) if rate else ("", "", "", "")),
        estimate.n,
        estimate.clusters,
        estimate.found,
        "yes" if estimate.probability else "no",
        estimate.sample,
        rate.method if rate else "",
        estimate.warning,
    )
    return dict(zip(COLUMNS, values, strict=True))
