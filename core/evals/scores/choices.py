"""Which scores there are: what is judged by whom, and what they can be narrowed to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.criteria import Criterion
from core.evals.scores.adding import CUSTOMER, PEOPLE
from core.evals.scores.progress import read_progress
from core.evals.scores.querying import column_of
from core.evals.scores.subjects import NOUNS, SCORED
from core.evals.tables import ScoreCell
from core.identity import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class KnownScore:
    """Who judged what by which question, and how often."""

    criterion: str
    question: str
    judge: str
    subject_type: str
    n: int
    first_day: str
    last_day: str


def list_scores(actor: Actor, *, session: Session) -> list[KnownScore]:
    """Every score there is, the most judgements first; versions of a question are one.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    cell = ScoreCell
    rows = session.execute(
        select(
            col(cell.criterion_id),
            col(cell.judge),
            col(cell.subject_type),
            func.sum(col(cell.n)),
            func.min(col(cell.day)),
            func.max(col(cell.day)),
        )
        .where(col(cell.split) == "")
        .group_by(col(cell.criterion_id), col(cell.judge), col(cell.subject_type))
    ).all()
    criteria = {
        key: (name, version, question)
        for key, name, version, question in session.execute(
            select(col(Criterion.id), col(Criterion.name), col(Criterion.version), col(Criterion.question))
        )
    }
    newest: dict[str, tuple[int, str]] = {}
    for name, version, question in criteria.values():
        if name not in newest or version > newest[name][0]:
            newest[name] = (version, question)
    found: dict[tuple[str, str, str], KnownScore] = {}
    for criterion_id, judge, subject_type, n, first, last in rows:
        name = criteria[criterion_id][0]
        key = (name, judge, subject_type)
        one = found.get(key)
        found[key] = KnownScore(
            name,
            newest[name][1],
            judge,
            subject_type,
            int(n) + (one.n if one else 0),
            min(first, one.first_day) if one else first,
            max(last, one.last_day) if one else last,
        )
    return sorted(found.values(), key=lambda each: (-each.n, each.criterion, each.judge))


def list_values(
    actor: Actor, dimension: str, *, session: Session, criterion: str = "", most: int = 200
) -> list[str]:
    """Values of channel, theme, product or build that occur, the most judgements first.

    Raises:
        PermissionDenied: the actor may not see evals.
    """
    require(actor, Permission.EVALS_READ)
    column = column_of(dimension, ScoreCell)
    statement = (
        select(column)
        .where(col(ScoreCell.split) == dimension)
        .group_by(column)
        .order_by(func.sum(col(ScoreCell.n)).desc())
        .limit(most)
    )
    if criterion:
        ids = select(col(Criterion.id)).where(col(Criterion.name) == criterion)
        statement = statement.where(col(ScoreCell.criterion_id).in_(ids))
    return [value for value in session.execute(statement).scalars() if value]


def score_stamp(*, session: Session) -> int:
    """Grows whenever a score changes: what was read before may be shown until then."""
    progress = read_progress(session=session)
    return progress.stamp if progress is not None else 0


def judge_words(judge: str) -> str:
    """A judge as it is shown."""
    return {PEOPLE: "People", CUSTOMER: "Customers"}.get(judge, judge)


def subject_words(subject_type: str) -> str:
    """Subjects as they are counted: replies, drafts, conversations, messages."""
    return NOUNS[subject_type] if subject_type in SCORED else f"{subject_type}s"
