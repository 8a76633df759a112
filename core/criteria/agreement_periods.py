"""Agreement of a person with others, week by week or month by month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlmodel import Session

from core.criteria.doubles import (
    ConversationsOf,
    Pair,
    clusters_of,
    comparable_criterion,
    pairs_of,
    read_doubles,
    same_rate,
)
from core.statistics import Rate

Step = Literal["week", "month"]


@dataclass(frozen=True, slots=True)
class Period:
    """The week or month from ``start`` on (UTC), and how often answers given in it were those of others."""

    start: date
    same: Rate


def agreement_over_time(
    criterion_id: int,
    *,
    session: Session,
    judge: str | None = None,
    step: Step = "week",
    conversations_of: ConversationsOf | None = None,
    level: float = 0.95,
) -> list[Period]:
    """How often one person's answers were those of others, period by period, oldest first.

    An answer counts in the period in which the person gave it. Without a ``judge``, all pairs count, in
    the period of the later answer. Periods without a common subject are left out. Checks no permission.

    Args:
        judge: as stored: a person's key as text, or ``outside:NAME``.
        conversations_of: see :func:`core.criteria.agreement`.

    Raises:
        NotFound: there is no such criterion.
        InvalidInput: it asks for free words, which cannot be compared.
    """
    comparable_criterion(criterion_id, session=session)
    doubles = read_doubles(criterion_id, session=session)
    clusters = clusters_of(doubles, conversations_of)
    periods: dict[date, list[Pair]] = defaultdict(list)
    for pair in pairs_of(doubles):
        _, one, other = pair
        if judge is None:
            own = max(one, other, key=lambda opinion: opinion.given_at)
        elif judge in (one.judge, other.judge):
            own = one if one.judge == judge else other
        else:
            continue
        periods[_start(own.given_at.date(), step)].append(pair)
    return [
        Period(start, same_rate(pairs, clusters, level=level)) for start, pairs in sorted(periods.items())
    ]


def _start(day: date, step: Step) -> date:
    return day.replace(day=1) if step == "month" else day - timedelta(days=day.weekday())
