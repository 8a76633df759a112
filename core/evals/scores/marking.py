"""Which days no longer say what the judgements say, and so have to be added up again.

New judgements are found by their ids, withdrawn ones by when. A judgement that is superseded needs no
look: the one that supersedes it is new, and about the same subject. Whatever changes about a conversation
marks all its days, because cells of several days are linked by the conversations they share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from core.criteria import Criterion, Judgement
from core.database import Database, now
from core.evals.scores.progress import ensure_progress, read_progress
from core.evals.scores.subjects import SCORED, chunks, conversation_of, day_of, judged, table_of
from core.evals.tables import ScoreCell, ScoreDue, ScoreProgress

AT_ONCE = 20_000
"""New judgements that are looked at one by one; of more, everything is marked."""
SWEEP = timedelta(minutes=2)

Day = tuple[int, str, str]
"""Criterion, kind of subject and day."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look at the judgements found, and where the next one begins."""

    days: set[Day]
    everything: bool
    reached_id: int
    moment: datetime
    swept: bool


def mark_changes(*, database: Database) -> int:
    """Mark the days of what has been judged, corrected and withdrawn since the last look.

    Safe in several processes: marking twice adds up twice and changes nothing. Ids may become visible out
    of order on Postgres, and a withdrawal later than its time says; so each place is looked at twice more
    by sweeps.

    Returns:
        How many days were marked.
    """
    with database.reading() as session:
        progress = read_progress(session=session)
    if progress is None:
        with database.transaction() as session:
            progress = ensure_progress(session=session)
            session.flush()
            session.expunge(progress)
    with database.reading() as session:
        look = _look(progress, session=session)
    if not look.days and not look.everything and not look.swept and look.reached_id == progress.reached_id:
        return 0
    with database.transaction() as session:
        current = ensure_progress(session=session)
        marked = mark_all(session=session) if look.everything else mark(look.days, session=session)
        if look.swept:
            current.swept_id, current.mark_id = current.mark_id, current.reached_id
            current.swept_at = look.moment
        current.reached_id = max(current.reached_id, look.reached_id)
        current.changed_at = max(current.changed_at, look.moment)
        session.add(current)
    return marked


def mark(days: Iterable[Day], *, session: Session) -> int:
    """Mark some days, in the caller's transaction. Returns how many."""
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    marked = 0
    # in one order everywhere, or two processes on Postgres would wait for each other
    for some in chunks(sorted(set(days))):
        moment = now()
        statement = make(ScoreDue).values(
            [
                {"criterion_id": each[0], "subject_type": each[1], "day": each[2], "marked_at": moment}
                for each in some
            ]
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["criterion_id", "subject_type", "day"],
                set_={"marked_at": statement.excluded.marked_at},
            )
        )
        marked += len(some)
    return marked


def mark_all(*, session: Session) -> int:
    """Mark every day there is a judgement or a cell of. Returns how many."""
    days: set[Day] = set()
    scored = _scored(session=session)
    for subject_type in SCORED:
        table = table_of(subject_type)
        found = session.execute(
            select(col(Judgement.criterion_id), day_of(col(table.created_at), session=session))
            .join(table, col(table.id) == col(Judgement.subject_id))
            .where(col(Judgement.subject_type) == subject_type, col(Judgement.criterion_id).in_(scored))
            .distinct()
        )
        days |= {(criterion_id, subject_type, day) for criterion_id, day in found}
    kept = select(col(ScoreCell.criterion_id), col(ScoreCell.subject_type), col(ScoreCell.day)).distinct()
    days |= {(row[0], row[1], row[2]) for row in session.execute(kept)}
    return mark(days, session=session)


def _look(progress: ScoreProgress, *, session: Session) -> _Look:
    moment = now()
    # one writer at a time makes ids visible in order; several do not
    out_of_order = session.get_bind().dialect.name == "postgresql"
    swept = moment - progress.swept_at >= SWEEP
    newest = session.execute(select(func.coalesce(func.max(col(Judgement.id)), 0))).scalar_one()
    after = progress.swept_id if swept and out_of_order else progress.reached_id
    if newest - after > AT_ONCE:
        return _Look(set(), True, newest, moment, swept)
    since = progress.swept_at - SWEEP if swept else progress.changed_at
    changed = select(col(Judgement.criterion_id), col(Judgement.subject_type), col(Judgement.subject_id))
    subjects: dict[tuple[int, str], set[int]] = defaultdict(set)
    for condition in (
        (col(Judgement.id) > after) & (col(Judgement.id) <= newest),
        col(Judgement.withdrawn_at) >= since,
    ):
        for criterion_id, subject_type, subject_id in session.execute(changed.where(condition)):
            if subject_type in SCORED:  # as a condition it would lead SQLite to an index of the wrong thing
                subjects[criterion_id, subject_type].add(subject_id)
    days = _days_of(subjects, progress.theme_criterion, session=session)
    quiet = not days and progress.swept_id == progress.mark_id == progress.reached_id == newest
    return _Look(days, False, newest, moment, swept and not quiet)


def _days_of(
    subjects: dict[tuple[int, str], set[int]], theme_criterion: str, *, session: Session
) -> set[Day]:
    if not subjects:
        return set()
    scored = _scored(session=session)
    themes = set(
        session.execute(select(col(Criterion.id)).where(col(Criterion.name) == theme_criterion)).scalars()
    )
    days: set[Day] = set()
    renamed: set[int] = set()
    for (criterion_id, subject_type), ids in subjects.items():
        if criterion_id in themes and subject_type == "conversation":
            renamed |= ids
        if criterion_id in scored:
            conversations = _conversations(subject_type, ids, session=session)
            days |= _judged_days(subject_type, conversations, [criterion_id], session=session)
    if renamed:
        for subject_type in SCORED:
            days |= _judged_days(subject_type, renamed, scored, session=session)
    return days


def _conversations(subject_type: str, ids: set[int], *, session: Session) -> set[int]:
    if subject_type == "conversation":
        return ids
    key = col(table_of(subject_type).id)
    found: set[int] = set()
    for some in chunks(sorted(ids)):
        found |= set(
            session.execute(select(conversation_of(subject_type)).where(key.in_(some)).distinct()).scalars()
        )
    return found


def _judged_days(
    subject_type: str, conversations: set[int], criteria: Sequence[int], *, session: Session
) -> set[Day]:
    """The days on which subjects of these conversations were made that somebody has judged, ever."""
    table = table_of(subject_type)
    found: set[Day] = set()
    for some in chunks(sorted(conversations)):
        rows = session.execute(
            select(col(Judgement.criterion_id), day_of(col(table.created_at), session=session))
            .join(table, judged(subject_type, criteria, session=session))
            .where(conversation_of(subject_type).in_(some))
            .distinct()
        )
        found |= {(criterion_id, subject_type, day) for criterion_id, day in rows}
    return found


def _scored(*, session: Session) -> list[int]:
    """Criteria that say what is good; the others have no score."""
    rows = session.execute(select(col(Criterion.id), col(Criterion.good)))
    return [key for key, good in rows if good]
