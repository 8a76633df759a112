"""A score over time: days put together until a point says something, split into lines. Reads cells only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from statistics import median
from typing import Any

from sqlalchemy import literal, select
from sqlmodel import Session, col

from core.criteria import Criterion
from core.evals.scores.querying import (
    ScoreQuery,
    cell_conditions,
    checked_criterion,
    column_of,
    link_conditions,
)
from core.evals.tables import ScoreCell, ScoreLink
from core.identity import Actor, Permission, require
from core.statistics import ClusterSums, Rate, summed_rate

STEPS = (1, 7, 28)
"""Days of a point; weeks begin on Mondays."""
ENOUGH = 20
"""Judgements a usual point has; the line of fewer shows little but chance."""
MOST_LINES = 8
_MONDAY = date(1970, 1, 5).toordinal()


@dataclass(frozen=True, slots=True)
class Point:
    """Some days of one line, the first and the last included. ``clusters``: conversations."""

    start: date
    end: date
    n: int
    clusters: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class Line:
    """Points, the oldest first, and all of them together. ``name``: value it was split by; may be empty."""

    name: str
    total: Point
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """What a query found.

    Attributes:
        total: everything together; its rate is of nothing when ``total.n`` is 0.
        step: days of a point, the fewest with which a usual one has enough judgements.
        left_out: lines that are not shown, those with the fewest judgements.
    """

    query: ScoreQuery
    criterion_id: int
    question: str
    version: int
    good: tuple[str, ...]
    total: Point
    lines: tuple[Line, ...]
    step: int
    left_out: int = 0


Days = dict[str, ClusterSums]
Links = dict[tuple[str, str], tuple[int, int, int, int]]
"""Earlier and later day -> sums of n, good, crosses and how many follow."""


def read_series(actor: Actor, query: ScoreQuery, *, session: Session) -> Series:
    """The share of good answers over time, with intervals that respect conversations.

    The same figures as :func:`core.statistics.clustered_rate` of the judgements behind each point.

    Raises:
        PermissionDenied: the actor may not see evals.
        InvalidInput: the query cannot be answered.
        NotFound: there is no such question.
    """
    require(actor, Permission.EVALS_READ)
    criterion = checked_criterion(query, session=session)
    cells = _cells(query, criterion, session=session)
    sizes = Counter({name: sum(each.n for each in days.values()) for name, days in cells.items()})
    shown = [name for name, _ in sorted(sizes.items(), key=lambda each: (-each[1], each[0]))][:MOST_LINES]
    links = _links(query, criterion, session=session, names=shown)
    step = _step([cells[name] for name in shown])
    lines = tuple(_line(name, cells[name], links[name], step, query) for name in shown)
    return Series(
        query=query,
        criterion_id=criterion.key,
        question=criterion.question,
        version=criterion.version,
        good=tuple(criterion.good),
        total=_total(query, criterion, lines, session=session),
        lines=lines,
        step=step,
        left_out=len(cells) - len(shown),
    )


def together(days: Mapping[str, ClusterSums], links: Links, first: str, last: str) -> ClusterSums:
    """The sums of some days, in which a conversation of several of them is one cluster."""
    of_days = (sums for day, sums in days.items() if first <= day <= last)
    return sum(
        of_days,
        _joined(shared for (earlier, later), shared in links.items() if first <= earlier and later <= last),
    )


def _joined(links: Iterable[tuple[int, int, int, int]]) -> ClusterSums:
    """What has to be added to the sums of days whose clusters are joined."""
    n, good, crosses, follows = (sum(each) for each in zip((0, 0, 0, 0), *links, strict=True))
    return ClusterSums(0, 0, -follows, 2 * n, 2 * good, crosses)


def read_days(
    query: ScoreQuery, criterion_id: int, *, session: Session
) -> tuple[dict[str, Days], dict[str, Links]]:
    """The sums of each day and what days have in common, by line. Checks no permission."""
    criterion = session.get_one(Criterion, criterion_id)
    return _cells(query, criterion, session=session), _links(query, criterion, session=session)


def _cells(query: ScoreQuery, criterion: Criterion, *, session: Session) -> dict[str, Days]:
    name = column_of(query.by, ScoreCell) if query.by else literal("")
    cell = ScoreCell
    sums = (cell.n, cell.good, cell.clusters, cell.n_squares, cell.good_squares, cell.crosses)
    rows = session.execute(
        select(name, col(cell.day), *map(col, sums)).where(*cell_conditions(query, criterion.key))
    )
    found: dict[str, Days] = defaultdict(dict)
    for line, day, *values in rows:
        found[line][day] = ClusterSums(*values)
    return found


def _links(
    query: ScoreQuery, criterion: Criterion, *, session: Session, names: Sequence[str] | None = None
) -> dict[str, Links]:
    found: dict[str, Links] = defaultdict(dict)
    if query.subject_type == "conversation":
        return found
    link = ScoreLink
    name = column_of(query.by, link) if query.by else literal("")
    shown = (link.earlier_day, link.later_day, link.n, link.good, link.crosses, link.follows)
    statement = select(name, *map(col, shown)).where(*link_conditions(query, criterion.key))
    if query.by and names is not None:
        statement = statement.where(name.in_(names))
    for line, earlier, later, n, good, crosses, follows in session.execute(statement):
        found[line][earlier, later] = (n, good, crosses, follows)
    return found


def _line(name: str, days: Days, links: Links, step: int, query: ScoreQuery) -> Line:
    starts: dict[int, ClusterSums] = defaultdict(ClusterSums)
    for day, sums in days.items():
        starts[_start(day, step)] += sums
    if step > 1:
        inside: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        for (earlier, later), shared in links.items():
            start = _start(earlier, step)
            if start == _start(later, step):
                inside[start].append(shared)
        for start, each in inside.items():
            starts[start] += _joined(each)
    points = tuple(
        _point(
            starts[start],
            max(date.fromordinal(start), query.since),
            min(date.fromordinal(start + step - 1), query.until),
        )
        for start in sorted(starts)
    )
    return Line(name, _point(_all(days, links), query.since, query.until), points)


def _all(days: Days, links: Links) -> ClusterSums:
    return together(days, links, "", "9999-12-31")


def _total(query: ScoreQuery, criterion: Criterion, lines: Sequence[Line], *, session: Session) -> Point:
    if not query.by:
        return lines[0].total if lines else _point(ClusterSums(), query.since, query.until)
    # conversations of several builds are in several lines: lines cannot simply be added
    whole = ScoreQuery(**{**_fields(query), "by": ""})
    days = _cells(whole, criterion, session=session)[""]
    links = _links(whole, criterion, session=session)[""]
    return _point(_all(days, links), query.since, query.until)


def _fields(query: ScoreQuery) -> dict[str, Any]:
    return {name: getattr(query, name) for name in ScoreQuery.__slots__}


def _point(sums: ClusterSums, start: date, end: date) -> Point:
    return Point(start, end, sums.n, sums.clusters, summed_rate(sums))


@lru_cache(maxsize=10_000)
def _start(day: str, step: int) -> int:
    number = date.fromisoformat(day).toordinal()
    return number - (number - _MONDAY) % step


def _step(lines: Iterable[Days]) -> int:
    lines = list(lines)
    for step in STEPS:
        counts: Counter[tuple[int, int]] = Counter()
        for place, days in enumerate(lines):
            for day, sums in days.items():
                counts[place, _start(day, step)] += sums.n
        if not counts or median(counts.values()) >= ENOUGH:
            return step
    return STEPS[-1]


def first_day(days: int, *, until: date) -> date:
    """The first of ``days`` days that end with ``until``."""
    return until - timedelta(days=days - 1)
