"""Finding criteria, and how much was judged by which version of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import except_, func, tuple_
from sqlmodel import Session, col, select

from core.criteria.judgements import in_force
from core.criteria.shipped import current_criterion
from core.criteria.tables import Criterion, Judgement
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Tally:
    """Judgements in force, by who gave them."""

    person: int = 0
    classifier: int = 0
    customer: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.person + other.person, self.classifier + other.classifier, self.customer + other.customer
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """The newest version of a criterion, the judgements by all its versions, and those by older ones."""

    criterion: Criterion
    judgements: Tally
    older: Tally


def list_criteria(*, session: Session, subject: str = "", with_retired: bool = False) -> list[Criterion]:
    """The newest version of each criterion, by question. Checks no permission.

    Args:
        subject: only those that may be asked about it: conversation, message, draft or reply.
    """
    newest = select(Criterion.name, func.max(Criterion.version)).group_by(col(Criterion.name))
    found = session.exec(
        select(Criterion)
        .where(tuple_(col(Criterion.name), col(Criterion.version)).in_(newest))
        .order_by(func.lower(Criterion.question), col(Criterion.id))
    )
    return [
        each
        for each in found
        if (not subject or subject in each.subjects) and (with_retired or each.retired_at is None)
    ]


def summarise_criteria(*, session: Session, subject: str = "", with_retired: bool = False) -> list[Summary]:
    """What :func:`list_criteria` finds, each with how much was judged by it. Checks no permission."""
    newest = list_criteria(session=session, subject=subject, with_retired=with_retired)
    tallies = tally_judgements(session=session)
    current = {each.key for each in newest}
    older: dict[str, Tally] = defaultdict(Tally)
    for key, name in session.exec(select(Criterion.id, Criterion.name)):
        if key is not None and key not in current:
            older[name] += tallies.get(key, Tally())
    return [
        Summary(each, tallies.get(each.key, Tally()) + older[each.name], older[each.name]) for each in newest
    ]


def get_criterion(criterion_id: int, *, session: Session) -> Criterion:
    """One version by its key. Checks no permission.

    Raises:
        NotFound: there is none.
    """
    found = session.get(Criterion, criterion_id)
    if found is None:
        raise NotFound("This criterion does not exist.")
    return found


def criterion_versions(name: str, *, session: Session) -> list[Criterion]:
    """Every version of a criterion, newest first. Checks no permission.

    Raises:
        NotFound: no criterion has this name.
    """
    found = session.exec(
        select(Criterion).where(Criterion.name == name).order_by(col(Criterion.version).desc())
    ).all()
    if not found:
        raise NotFound(f"There is no criterion {name!r}.")
    return list(found)


def older_judgements(name: str, *, session: Session) -> int:
    """How many subjects people judged by an older version only: what a re-label queue would offer.

    Counts each conversation, message, draft or reply once, and none that a person has meanwhile
    judged by the newest version or that the newest version is no longer asked about.

    Raises:
        NotFound: no criterion has this name.
    """
    newest = current_criterion(name, session=session)
    if newest is None:
        raise NotFound(f"There is no criterion {name!r}.")
    older = select(Criterion.id).where(Criterion.name == name, col(Criterion.version) < newest.version)
    by_people = (
        Judgement.judge_type == "person",
        col(Judgement.subject_type).in_(newest.subjects),
        *in_force(),
    )
    subject = select(Judgement.subject_type, Judgement.subject_id)
    # as sets, which takes one pass over each: a NOT EXISTS for each row is quadratic on SQLite
    offered = except_(
        subject.where(col(Judgement.criterion_id).in_(older), *by_people),
        subject.where(Judgement.criterion_id == newest.key, *by_people),
    ).subquery()
    return session.exec(select(func.count()).select_from(offered)).one()


def tally_judgements(*, session: Session) -> dict[int, Tally]:
    """How many judgements are in force by each version (by its key) that has any. Checks no permission."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    counted = session.exec(
        select(Judgement.criterion_id, Judgement.judge_type, func.count())
        .where(*in_force())
        .group_by(col(Judgement.criterion_id), col(Judgement.judge_type))
    )
    for criterion_id, judge_type, count in counted:
        counts[criterion_id][judge_type] = count
    return {criterion_id: Tally(**each) for criterion_id, each in counts.items()}


def people_who_judged(name: str, *, session: Session) -> dict[str, int]:
    """Judgements in force by each person, by any version of a criterion, most first. Checks no permission.

    Returns:
        The judge as stored (a person's key, or ``outside:NAME``) to the number of judgements.
    """
    versions = select(Criterion.id).where(Criterion.name == name)
    counted = session.exec(
        select(Judgement.judge, func.count())
        .where(
            col(Judgement.criterion_id).in_(versions),
            Judgement.judge_type == "person",
            *in_force(),
        )
        .group_by(col(Judgement.judge))
        .order_by(func.count().desc(), col(Judgement.judge))
    )
    return dict(counted.all())
