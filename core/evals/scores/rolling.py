"""Keep the daily sums true: add up again the days that are due.

Days are added up outside any transaction that writes, and stored in one: the old cells and links go, the
new ones come, and the mark goes, if it is still the mark that was read. A process may be killed at any
moment, and two may be at it at once: whose mark was renewed meanwhile stores nothing for that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_
from sqlalchemy import select as rows_of
from sqlmodel import Session, col, select

from core.criteria import Criterion
from core.database import Database
from core.evals.scores.adding import add_up
from core.evals.scores.marking import mark_all, mark_changes
from core.evals.scores.progress import PRODUCTS, THEMES, ensure_progress, read_progress
from core.evals.scores.splitting import Added
from core.evals.scores.subjects import chunks
from core.evals.tables import ScoreCell, ScoreDue, ScoreLink

DAYS_AT_ONCE = 7
"""Of one criterion and kind of subject, added up and stored together: what is in memory at once."""
GROUPS_A_TURN = 8


def roll_up(*, database: Database, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Look for what has changed, and add up some of the days that are due. Safe in several processes.

    Returns:
        How many days were marked or added up; 0 when the scores say what the judgements say.
    """
    done = mark_changes(database=database)
    for (criterion_id, subject_type), due in _due(database=database):
        if should_stop():
            break
        done += _add_up_again(criterion_id, subject_type, due, database=database)
    return done


def rebuild(*, database: Database) -> int:
    """Add up everything again, whatever is stored. Returns how many days."""
    with database.transaction() as session:
        ensure_progress(session=session)
        mark_all(session=session)
    done = 0
    while more := roll_up(database=database):
        done += more
    return done


def is_rolled_up(*, session: Session) -> bool:
    """Whether no day waits to be added up."""
    return session.exec(select(ScoreDue.day).limit(1)).first() is None


def _due(*, database: Database) -> list[tuple[tuple[int, str], dict[str, datetime]]]:
    """Due days by criterion and kind of subject, with their marks; those marked first come first."""
    with database.reading() as session:
        found = session.exec(
            select(ScoreDue)
            .order_by(col(ScoreDue.marked_at), col(ScoreDue.day))
            .limit(GROUPS_A_TURN * DAYS_AT_ONCE)
        )
        groups: dict[tuple[int, str], dict[str, datetime]] = defaultdict(dict)
        for each in found:
            days = groups[each.criterion_id, each.subject_type]
            if len(days) < DAYS_AT_ONCE:
                days[each.day] = each.marked_at
    return list(groups.items())[:GROUPS_A_TURN]


def _add_up_again(
    criterion_id: int, subject_type: str, due: dict[str, datetime], *, database: Database
) -> int:
    with database.reading() as session:
        progress = read_progress(session=session)
        criterion = session.get(Criterion, criterion_id)
        added = (
            add_up(
                criterion,
                subject_type,
                due,
                theme_criterion=progress.theme_criterion if progress is not None else THEMES,
                product_fact=progress.product_fact if progress is not None else PRODUCTS,
                session=session,
            )
            if criterion is not None and criterion.good
            else Added()
        )
    with database.transaction() as session:
        current = ensure_progress(session=session)
        chosen = (progress.theme_criterion, progress.product_fact) if progress is not None else None
        if chosen not in (None, (current.theme_criterion, current.product_fact)):
            return 0  # somebody has just chosen other dimensions, and marked everything
        days = _taken(criterion_id, subject_type, due, session=session)
        if days:
            _store(criterion_id, subject_type, days, added, session=session)
            current.stamp += 1
            session.add(current)
    return len(days)


def _taken(criterion_id: int, subject_type: str, due: dict[str, datetime], *, session: Session) -> set[str]:
    """The days whose mark is still the one that was read; their marks are gone then."""
    of_these = (col(ScoreDue.criterion_id) == criterion_id, col(ScoreDue.subject_type) == subject_type)
    found = session.execute(
        rows_of(col(ScoreDue.day), col(ScoreDue.marked_at)).where(*of_these, col(ScoreDue.day).in_(list(due)))
    )
    days = {day for day, marked_at in found if marked_at == due[day]}
    session.execute(delete(ScoreDue).where(*of_these, col(ScoreDue.day).in_(days)))
    return days


def _store(criterion_id: int, subject_type: str, days: set[str], added: Added, *, session: Session) -> None:
    wanted = sorted(days)
    session.execute(
        delete(ScoreCell).where(
            col(ScoreCell.criterion_id) == criterion_id,
            col(ScoreCell.subject_type) == subject_type,
            col(ScoreCell.day).in_(wanted),
        )
    )
    session.execute(
        delete(ScoreLink).where(
            col(ScoreLink.criterion_id) == criterion_id,
            col(ScoreLink.subject_type) == subject_type,
            or_(col(ScoreLink.later_day).in_(wanted), col(ScoreLink.earlier_day).in_(wanted)),
        )
    )
    about = {"criterion_id": criterion_id, "subject_type": subject_type}
    cells = [about | each for each in added.cells if each["day"] in days]
    links = [about | each for each in added.links if days & {each["later_day"], each["earlier_day"]}]
    _insert(ScoreCell, cells, session=session)
    _insert(ScoreLink, links, session=session)


def _insert(table: Any, rows: Sequence[dict[str, Any]], *, session: Session) -> None:
    for some in chunks(rows, 5_000):
        session.execute(insert(table.__table__), list(some))
