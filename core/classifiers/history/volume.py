"""How often each answer was given, day by day, week by week or month by month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Values, and_, column, func, values
from sqlmodel import Session, col

from core.classifiers.history.asked import Asked, find_asked
from core.classifiers.tables import ClassifierAnswer
from core.criteria import given
from core.database import UTCDateTime

Step = Literal["day", "week", "month"]

_MOST_PARTS = 400
_LONGER: dict[Step, Step] = {"day": "week", "week": "month"}


@dataclass(slots=True)
class Part:
    """One day, week or month. Where several answers may be right, a subject counts for each of them."""

    start: date
    answers: Counter[str] = field(default_factory=Counter)
    unsure: int = 0
    """Subjects to which no answer was given: the classifier abstained, nothing applied, or it failed."""
    total: int = 0
    """Subjects judged."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Parts in order, without a gap. ``step`` is longer than asked for where there would be too many."""

    step: Step
    parts: list[Part]


def volume_over_time(
    *,
    session: Session,
    version_id: int | None = None,
    backtest_id: int | None = None,
    step: Step = "week",
    time_zone: str = "UTC",
) -> Volume:
    """How often each answer was given over time, by when the subjects were said.

    Days begin at midnight in ``time_zone``, weeks on Monday. Counted by the database off one index.
    Checks no permission.

    Args:
        version_id: all its answers, wherever they were given; or
        backtest_id: those in the part of history that the backtest is about.

    Raises:
        InvalidInput: neither is given, or both are.
        NotFound: there is no such version or backtest.
    """
    asked = find_asked(version_id, backtest_id, session=session)
    moment = col(ClassifierAnswer.occurred_at)
    # One at a time: each is the end of an index, both together would read all of it.
    first = session.execute(asked.select(moment).order_by(moment).limit(1)).scalar()
    last = session.execute(asked.select(moment).order_by(moment.desc()).limit(1)).scalar()
    if first is None or last is None:
        return Volume(step, [])
    zone = ZoneInfo(time_zone)
    starts = list(_starts(first, last, step, zone))
    while len(starts) > _MOST_PARTS and step in _LONGER:
        step = _LONGER[step]
        starts = list(_starts(first, last, step, zone))
    parts = [Part(start) for start in starts]
    _count(parts, asked, _borders([*starts, _next(starts[-1], step)], zone), session=session)
    return Volume(step, parts)


def _count(parts: list[Part], asked: Asked, borders: Values, *, session: Session) -> None:
    part = borders.cte("part")
    answer, abstained = col(ClassifierAnswer.answer), col(ClassifierAnswer.abstained)
    within = and_(
        col(ClassifierAnswer.occurred_at) >= part.c.start, col(ClassifierAnswer.occurred_at) < part.c.end
    )
    rows = session.execute(
        asked.select(part.c.number, answer, abstained, func.count())
        .where(within)
        .group_by(part.c.number, answer, abstained)
    )
    for number, stored, unsure, count in rows:
        found = parts[number]
        found.total += count
        if unsure or not stored:
            found.unsure += count
            continue
        for each in given(stored):
            found.answers[each] += count


def _borders(starts: list[date], zone: ZoneInfo) -> Values:
    moments = [datetime.combine(start, time(), zone).astimezone(UTC) for start in starts]
    return values(
        column("number", Integer), column("start", UTCDateTime), column("end", UTCDateTime), name="part"
    ).data([(number, *pair) for number, pair in enumerate(pairwise(moments))])


def _starts(first: datetime, last: datetime, step: Step, zone: ZoneInfo) -> Iterator[date]:
    day = first.astimezone(zone).date()
    if step == "week":
        day -= timedelta(days=day.weekday())
    elif step == "month":
        day = day.replace(day=1)
    final = last.astimezone(zone).date()
    while day <= final:
        yield day
        day = _next(day, step)


def _next(day: date, step: Step) -> date:
    if step == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if step == "week" else 1)
