"""What may be asked of the scores, and which cells that is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from core.criteria import Criterion, current_criterion
from core.errors import InvalidInput, NotFound
from core.evals.scores.splitting import DIMENSIONS, MOST_DIMENSIONS, split_name
from core.evals.scores.subjects import SCORED
from core.evals.tables import ScoreCell, ScoreLink


@dataclass(frozen=True, slots=True)
class ScoreQuery:
    """One score over some days, UTC, both included.

    Args:
        criterion: name of a question that says what is good.
        judge: name of a classifier, or ``people`` or ``customer``.
        subject_type: reply, draft, conversation or message.
        by: channel, theme, product or build for a line each; empty for one.
        channel, theme, product, build: only these; None for all, empty for what has none.
        version: of the question; 0 for the newest this judge has answered.
    """

    criterion: str
    judge: str
    subject_type: str
    since: date
    until: date
    by: str = ""
    channel: str | None = None
    theme: str | None = None
    product: str | None = None
    build: str | None = None
    version: int = 0


def checked_criterion(query: ScoreQuery, *, session: Session) -> Criterion:
    """The version of the question a query is about.

    Raises:
        InvalidInput: the query cannot be answered.
        NotFound: there is no such question.
    """
    if query.subject_type not in SCORED:
        raise InvalidInput(f"Scores are kept of {', '.join(SCORED)}, not of {query.subject_type!r}.")
    if query.by and query.by not in DIMENSIONS:
        raise InvalidInput(f"A score can be split by {', '.join(DIMENSIONS)}, not by {query.by!r}.")
    if len(dimensions_of(query)) > MOST_DIMENSIONS:
        raise InvalidInput("Split or narrow a score by at most two things at once.")
    if query.since > query.until:
        raise InvalidInput("The first day comes after the last one. Choose them the other way round.")
    versions = select(Criterion).where(Criterion.name == query.criterion)
    if query.version:
        found = session.exec(versions.where(Criterion.version == query.version)).one_or_none()
    else:
        judged = (
            select(ScoreCell.day)
            .where(
                ScoreCell.criterion_id == Criterion.id,
                ScoreCell.judge == query.judge,
                ScoreCell.subject_type == query.subject_type,
            )
            .exists()
        )
        newest = versions.where(judged).order_by(col(Criterion.version).desc()).limit(1)
        found = session.exec(newest).first() or current_criterion(query.criterion, session=session)
    if found is None:
        raise NotFound(f"There is no question {query.criterion!r}, or no such version of it.")
    return found


def dimensions_of(query: ScoreQuery) -> set[str]:
    """What the query is split or narrowed by."""
    return {each for each in DIMENSIONS if each == query.by or getattr(query, each) is not None}


def cell_conditions(query: ScoreQuery, criterion_id: int) -> list[Any]:
    """SQL conditions on cells."""
    first, last = query.since.isoformat(), query.until.isoformat()
    return [
        *_of(query, criterion_id, ScoreCell),
        col(ScoreCell.day) >= first,
        col(ScoreCell.day) <= last,
    ]


def link_conditions(query: ScoreQuery, criterion_id: int) -> list[Any]:
    """SQL conditions on links of which both days are wanted."""
    first, last = query.since.isoformat(), query.until.isoformat()
    return [
        *_of(query, criterion_id, ScoreLink),
        col(ScoreLink.later_day) >= first,
        col(ScoreLink.later_day) <= last,
        col(ScoreLink.earlier_day) >= first,
    ]


def column_of(dimension: str, table: type[ScoreCell] | type[ScoreLink]) -> Any:
    """The column that holds a dimension."""
    return col(getattr(table, "build_id" if dimension == "build" else dimension))


def _of(query: ScoreQuery, criterion_id: int, table: type[ScoreCell] | type[ScoreLink]) -> list[Any]:
    narrowed = [
        column_of(each, table) == getattr(query, each)
        for each in DIMENSIONS
        if getattr(query, each) is not None
    ]
    return [
        col(table.criterion_id) == criterion_id,
        col(table.judge) == query.judge,
        col(table.subject_type) == query.subject_type,
        col(table.split) == split_name(dimensions_of(query)),
        *narrowed,
    ]
