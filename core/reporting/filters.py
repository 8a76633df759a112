"""Which conversations and which time a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, case, literal
from sqlmodel import Session, col, func, select

from core.conversations import CHANNELS, Conversation

MOST_CHOICES = 100
_MOST_WEEKS = 26
_MOST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """What a report is limited to. Empty texts and None mean everything.

    ``since`` is the first instant, ``until`` the first one no more; weeks and months begin at midnight
    in ``zone``.
    """

    source: str = ""
    channel: str = ""
    locale: str = ""
    since: datetime | None = None
    until: datetime | None = None
    zone: tzinfo = UTC

    @property
    def by_conversation(self) -> list[ColumnElement[bool]]:
        """SQL conditions on the conversation, without the time."""
        wanted = (("source", self.source), ("channel", self.channel), ("locale", self.locale))
        return [getattr(Conversation, name) == value for name, value in wanted if value]

    def within(self, moment: Any) -> list[ColumnElement[bool]]:
        """SQL conditions that a column of instants is in the period."""
        conditions = [moment >= self.since] if self.since is not None else []
        return conditions + ([moment < self.until] if self.until is not None else [])


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be filtered by, as it occurs in the database."""

    sources: list[str]
    channels: list[str]
    locales: list[str]


def filter_choices(*, session: Session) -> Choices:
    """Sources and languages that occur, and every channel. Checks no permission."""
    return Choices(
        sources=_distinct(Conversation.source, session=session),
        channels=list(CHANNELS),
        locales=_distinct(Conversation.locale, session=session),
    )


def _distinct(column: Any, *, session: Session) -> list[str]:
    """Values of an indexed column, one look at the index for each: a million rows are not read."""
    found: list[str] = []
    newest = session.scalar(select(func.min(column)).where(column != ""))
    while newest is not None and len(found) < MOST_CHOICES:
        found.append(newest)
        newest = session.scalar(select(func.min(column)).where(column > newest))
    return found


@dataclass(frozen=True, slots=True)
class Calendar:
    """A period cut into weeks or months: ``starts[i]`` to ``starts[i + 1]``, the last open."""

    unit: str
    starts: list[datetime]

    @property
    def labels(self) -> list[str]:
        """Days the parts begin on, ISO, in the zone they were cut in."""
        return [f"{start:%Y-%m-%d}" for start in self.starts]

    def part_of(self, moment: Any) -> ColumnElement[int]:
        """SQL: the number of the part a column of instants falls in, found by halving."""
        return self._between(moment, 0, len(self.starts))

    def _between(self, moment: Any, low: int, high: int) -> ColumnElement[int]:
        if high - low == 1:
            return literal(low)
        middle = (low + high) // 2
        return case(
            (col(moment) < self.starts[middle], self._between(moment, low, middle)),
            else_=self._between(moment, middle, high),
        )


def calendar(first: datetime, last: datetime, *, zone: tzinfo) -> Calendar:
    """Weeks from Monday, or months where there would be more than 26 of them; the newest 60 at most."""
    begin = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = begin - timedelta(days=begin.weekday())
    if last - monday <= timedelta(weeks=_MOST_WEEKS):
        starts = [monday]
        while (following := starts[-1] + timedelta(weeks=1)) <= last:  # wall-clock weeks, also over DST
            starts.append(following)
        return Calendar("week", starts)
    starts = [begin.replace(day=1)]
    while (following := _next_month(starts[-1])) <= last:
        starts.append(following)
    return Calendar("month", starts[-_MOST_MONTHS:])


def _next_month(start: datetime) -> datetime:
    year, month = divmod(start.year * 12 + start.month, 12)
    return start.replace(year=year, month=month + 1)
