"""Subjects that more than one person judged by the same version of a criterion, and who said what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.criteria.adjudicating import ADJUDICATION
from core.criteria.judgements import in_force
from core.criteria.listing import get_criterion
from core.criteria.tables import Criterion, Judgement
from core.errors import InvalidInput
from core.identity import Person
from core.statistics import Rate, clustered_rate

OUTSIDE = "outside:"

Subject = tuple[str, int]
"""Type and key of what was judged."""

ConversationsOf = Callable[[str, Sequence[int]], Mapping[int, int]]
"""Of subjects of one type, by key, the conversation each belongs to."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person said of one subject."""

    judgement_id: int
    judge: str
    answer: str
    given_at: datetime


Doubles = dict[Subject, list[Opinion]]
Pair = tuple[Subject, Opinion, Opinion]
Clusters = Mapping[Subject, Hashable]


def read_doubles(criterion_id: int, *, session: Session) -> Doubles:
    """The opinions in force about each subject at least two people judged, oldest first.

    Decisions between judges are no opinions and left out. Looks at every judgement of people by this
    version once, in the partial index alone, then reads those of the subjects that have several.

    Raises:
        NotFound: there is no such criterion.
    """
    criterion = get_criterion(criterion_id, session=session)
    of_people = (
        col(Judgement.criterion_id) == criterion_id,
        col(Judgement.judge_type) == "person",
        *in_force(),
    )
    several = (
        select(col(Judgement.subject_id))
        .where(*of_people)
        .group_by(col(Judgement.subject_id))
        .having(func.count() > 1)
    )
    said = (
        select(
            col(Judgement.id),
            col(Judgement.subject_type),
            col(Judgement.subject_id),
            col(Judgement.judge),
            col(Judgement.answer),
            col(Judgement.created_at),
        )
        .where(
            *of_people,
            col(Judgement.subject_type).in_(criterion.subjects),
            col(Judgement.subject_id).in_(several),
            col(Judgement.origin) != ADJUDICATION,
        )
        .order_by(col(Judgement.id))
    )
    found: Doubles = defaultdict(list)
    for key, subject_type, subject_id, judge, answer, given_at in session.execute(said):
        found[subject_type, subject_id].append(Opinion(key, judge, answer, given_at))
    return {subject: opinions for subject, opinions in found.items() if len(opinions) > 1}


def comparable_criterion(criterion_id: int, *, session: Session) -> Criterion:
    """One version of a criterion whose answers can be the same.

    Raises:
        NotFound: there is no such criterion.
        InvalidInput: it asks for free words.
    """
    criterion = get_criterion(criterion_id, session=session)
    if criterion.kind == "note":
        raise InvalidInput(
            f"“{criterion.question}” asks for free words. Whether those agree cannot be counted: read them "
            "side by side instead."
        )
    return criterion


def pairs_of(doubles: Doubles) -> Iterator[Pair]:
    """Every two opinions about one subject, the older first."""
    for subject, opinions in doubles.items():
        for one, other in combinations(opinions, 2):
            yield subject, one, other


def same_rate(pairs: Iterable[Pair], clusters: Clusters, *, level: float) -> Rate:
    """How many of the pairs are of the same answer."""
    listed = list(pairs)
    alike = [int(one.answer == other.answer) for _, one, other in listed]
    return clustered_rate(alike, [clusters[subject] for subject, _, _ in listed], level=level)


def clusters_of(subjects: Iterable[Subject], conversations_of: ConversationsOf | None) -> Clusters:
    """What each subject is alike with: its conversation where that is known, else itself."""
    by_type: dict[str, list[int]] = defaultdict(list)
    for subject_type, subject_id in subjects:
        by_type[subject_type].append(subject_id)
    found: dict[Subject, Hashable] = {}
    for subject_type, ids in by_type.items():
        known = (
            conversations_of(subject_type, ids) if conversations_of and subject_type != "conversation" else {}
        )
        for subject_id in ids:
            found[subject_type, subject_id] = known.get(subject_id, (subject_type, subject_id))
    return found


def judge_names(judges: Iterable[str], *, session: Session) -> dict[str, str]:
    """The name of each person who judged, as stored in ``Judgement.judge``. Checks no permission."""
    wanted = set(judges)
    keys = [int(judge) for judge in wanted if judge.isdecimal()]
    found = (
        session.execute(select(col(Person.id), col(Person.name)).where(col(Person.id).in_(keys)))
        if keys
        else ()
    )
    known = {str(key): name for key, name in found}
    return {judge: known.get(judge) or _outside(judge) for judge in wanted}


def _outside(judge: str) -> str:
    if judge.startswith(OUTSIDE):
        return f"{judge.removeprefix(OUTSIDE)} (no account)"
    return f"Person {judge}"
