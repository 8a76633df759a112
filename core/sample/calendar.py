"""When things happen in the sample: days, hours, how long an answer takes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

DAYS = 90
WRITTEN = datetime(2026, 11, 22, tzinfo=UTC)
"""The day the material was written for. Loaded later, everything moves by whole weeks."""

KNOWLEDGE_FIX = datetime(2026, 10, 20, 15, 0, tzinfo=UTC)
"""From here on drafts are based on the corrected articles: fewer edits, more replies sent as they are."""

_WEEKDAY = (1.25, 1.2, 1.1, 1.05, 0.95, 0.45, 0.38)  # Monday .. Sunday
_HOUR = (1, 1, 0, 0, 0, 2, 4, 8, 13, 17, 18, 16, 12, 13, 16, 16, 14, 11, 8, 7, 6, 5, 3, 2)  # local hours
_OPEN_FROM, _OPEN_UNTIL = time(7), time(21)  # chat and phone, UTC, Monday to Friday
_DESK_FROM, _DESK_UNTIL = time(7), time(19)  # e-mail is answered, UTC, Monday to Friday
_MEDIAN_MINUTES = {"chat": 5.0, "embedded": 25.0, "email": 260.0, "voice": 0.0}
_PLAN_PACE = {"harbor": 1.7, "sloop": 1.0, "schooner": 0.6, "fleet": 0.35, "trial": 1.1}


def shift(reference: datetime) -> timedelta:
    """By how many whole weeks the dated parts (incidents, the knowledge fix) move."""
    return max(timedelta(), timedelta(weeks=(reference - WRITTEN).days // 7))


def moments(rng: Random, *, reference: datetime, count: int) -> list[datetime]:
    """``count`` moments of the last 90 days, more on weekdays and in office hours.

    The last day is left out: that is where the open conversations are. See :func:`same_clock`.
    """
    days = [reference.date() - timedelta(days=back) for back in range(DAYS - 1, 1, -1)]
    weights = [_WEEKDAY[day.weekday()] * rng.uniform(0.8, 1.2) for day in days]
    return sorted(
        datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), tzinfo=UTC)
        for day, hour in zip(
            rng.choices(days, weights, k=count), rng.choices(range(24), _HOUR, k=count), strict=True
        )
    )


def same_clock(moment: datetime, zone: str) -> datetime:
    """When clocks in ``zone`` show what ``moment`` shows, in UTC: people write by their own clock."""
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def during(rng: Random, started: datetime, ended: datetime, until: datetime) -> datetime:
    """A moment of an incident: most customers write while it lasts, some later."""
    if rng.random() < 0.7:
        return started + (ended - started) * rng.triangular(0.05, 1.0, 0.45)
    return ended + (until - ended) * rng.random() ** 2


def staffed(moment: datetime) -> bool:
    """Whether chat and phone are open."""
    return moment.weekday() < 5 and _OPEN_FROM <= moment.time() < _OPEN_UNTIL


def answered_at(rng: Random, moment: datetime, *, channel: str, plan: str, crowded: bool) -> datetime:
    """When a rep answers what came at ``moment``. Incidents make it slower."""
    minutes = _MEDIAN_MINUTES[channel] * _PLAN_PACE.get(plan, 1.0) * rng.lognormvariate(0, 0.75)
    if crowded:
        minutes *= 2.2
    answer = moment + timedelta(minutes=max(0.7, minutes), seconds=rng.randrange(60))
    if channel in ("email", "embedded"):
        answer = _at_the_desk(rng, answer)
    return answer


def _at_the_desk(rng: Random, moment: datetime) -> datetime:
    """The same moment, or the next morning somebody is there."""
    late = moment.time() >= _DESK_UNTIL
    day = moment.date() + timedelta(days=1) if late else moment.date()
    while day.weekday() >= 5:
        day += timedelta(days=1)
    if day == moment.date() and moment.time() >= _DESK_FROM:
        return moment
    morning = datetime.combine(day, _DESK_FROM, tzinfo=UTC)
    return morning + timedelta(minutes=rng.uniform(2, 150), seconds=rng.randrange(60))
