"""What people did with drafts: sent, edited, discarded; and with which rank of what was suggested."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.assist.tables import ANSWERED, Draft
from core.identity import Actor, Permission, require
from core.reporting.cells import Cell, histogram, outcome_cells
from core.reporting.estimates import Estimate, counted
from core.reporting.filters import Calendar, Filters, calendar

_SAMPLE = "a full count of what was sent, edited or discarded in the period"
_RANKED = "a full count of what was sent and whose rank is known"
_MANY_UNDECIDED = 0.2


@dataclass(frozen=True, slots=True)
class DraftOutcomes:
    """Rates of drafts, and of acceptance by several cuts.

    Attributes:
        accepted: sent, edited or not. ``discarded`` is the rest.
        as_drafted: sent without a change.
        first_rank: suggestions that were ranked first, of those that were sent.
        undecided: drafts left out, because nobody decided on them or a newer one took their place.
        by_time: by week or month; labels are the days these begin on.
    """

    accepted: Estimate
    as_drafted: Estimate
    discarded: Estimate
    first_rank: Estimate
    undecided: int
    by_time: list[Estimate]
    unit: str
    by_source: list[Estimate]
    by_channel: list[Estimate]
    by_locale: list[Estimate]
    by_model: list[Estimate]


def draft_outcomes(actor: Actor, *, session: Session, filters: Filters) -> DraftOutcomes:
    """Count what people did with drafts that answered.

    Raises:
        PermissionDenied: the actor may not see quality.
    """
    require(actor, Permission.QUALITY_READ)
    cells = outcome_cells(filters, session=session)
    undecided = sum(cell.undecided * cell.conversations for cell in cells)
    decided = sum(cell.decided * cell.conversations for cell in cells)
    warning = ""
    if undecided > _MANY_UNDECIDED * (decided + undecided):
        warning = (
            f"{undecided:,} more drafts are left out: nobody decided on them, or a newer one took their "
            "place. If weak drafts are passed over, the shares are too high."
        )

    def whole(
        label: str, of: Callable[[Cell], tuple[int, int]], what: str, sample: str = _SAMPLE
    ) -> Estimate:
        return counted(label, histogram(cells, of), sample=sample, what=what, warning=warning)

    period = _calendar(filters, session=session)
    timed = outcome_cells(filters, session=session, cut="part", calendar=period) if period else []
    return DraftOutcomes(
        accepted=whole("Accepted", _accepted, "sent, as drafted or edited"),
        as_drafted=whole("Sent as drafted", lambda cell: (cell.decided, cell.as_drafted), "sent unchanged"),
        discarded=whole("Discarded", lambda cell: (cell.decided, cell.decided - cell.accepted), "not used"),
        first_rank=whole("First-ranked", lambda cell: (cell.ranked, cell.first), "ranked first", _RANKED),
        undecided=undecided,
        by_time=_by_time(timed, period) if period else [],
        unit=period.unit if period else "week",
        by_source=_by(cells, lambda cell: cell.source),
        by_channel=_by(cells, lambda cell: cell.channel),
        by_locale=_by(cells, lambda cell: cell.locale or "unknown"),
        by_model=_by(
            outcome_cells(filters, session=session, cut="model"), lambda cell: cell.key or "unknown"
        ),
    )


def _accepted(cell: Cell) -> tuple[int, int]:
    return cell.decided, cell.accepted


def _by(cells: Iterable[Cell], label: Callable[[Cell], str]) -> list[Estimate]:
    """Acceptance for each label, most drafts first."""
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[label(cell)].append(cell)
    made = [counted(name, histogram(group, _accepted), sample=_SAMPLE) for name, group in groups.items()]
    return sorted((each for each in made if each.n), key=lambda each: (-each.n, each.label))


def _by_time(cells: Iterable[Cell], period: Calendar) -> list[Estimate]:
    labels = period.labels
    return sorted(_by(cells, lambda cell: labels[int(cell.key)]), key=lambda each: each.label)


def _calendar(filters: Filters, *, session: Session) -> Calendar | None:
    """Weeks or months from the first to the last draft in the period; None when there is none."""
    moment = col(Draft.created_at)
    ends = [
        session.scalar(select(end(moment)).where(ANSWERED, *filters.within(moment)))
        for end in (func.min, func.max)
    ]
    first, last = ends
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None
    return calendar(first, last, zone=filters.zone)
