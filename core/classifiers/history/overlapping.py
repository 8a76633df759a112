"""What other classifiers say about the subjects that a version gave an answer to."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.classifiers.history.asked import find_asked
from core.classifiers.history.sampling import drawn, share_for
from core.classifiers.tables import Backtest, Classifier, ClassifierAnswer, ClassifierVersion
from core.criteria import given
from core.statistics import Rate, wilson_rate

_MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Overlap:
    """Of the subjects with ``answer`` that the other classifier judged too, how many got ``other_answer``."""

    answer: str
    classifier_id: int
    classifier: str
    """Title of the other one."""
    other_answer: str
    share: Rate


def overlap(version_id: int, *, session: Session) -> list[Overlap]:
    """How a version's answers coincide with those of other classifiers on the same subjects.

    Of each other classifier the live version counts, or the one in shadow, or the one with the newest
    backtest. Only answers that were given count, not those it abstained from; where a version has more
    than 20,000 answers, a fixed random part of them is looked at, and ``share.n`` says how many. Largest
    shares first. Checks no permission.

    Raises:
        NotFound: there is no such version.
    """
    own = find_asked(version_id, None, session=session).version
    others = _others(own, session=session)
    if not others:
        return []
    mine, theirs = aliased(ClassifierAnswer), aliased(ClassifierAnswer)
    share = share_for(version_id, session=session)
    statement = (
        select(col(mine.answer), col(theirs.version_id), col(theirs.answer), func.count())
        .join(theirs, col(theirs.subject_id) == col(mine.subject_id))
        .where(
            col(mine.version_id) == version_id,
            col(theirs.version_id).in_(list(others)),
            col(mine.abstained).is_(False),
            col(theirs.abstained).is_(False),
            col(mine.answer) != "",
            col(theirs.answer) != "",
        )
        .group_by(col(mine.answer), col(theirs.version_id), col(theirs.answer))
    )
    if share < 1:
        statement = statement.where(drawn(mine.subject_id, share))
    both: Counter[tuple[str, int, str]] = Counter()
    judged: dict[tuple[str, int], int] = defaultdict(int)
    for stored, other, other_stored, count in session.execute(statement):
        for answer in given(stored):
            judged[answer, other] += count
            for other_answer in given(other_stored):
                both[answer, other, other_answer] += count
    made = [
        Overlap(
            answer,
            others[other].key,
            others[other].title,
            other_answer,
            wilson_rate(count, judged[answer, other]),
        )
        for (answer, other, other_answer), count in both.items()
    ]
    made.sort(key=lambda each: (-each.share.low, each.classifier, each.answer, each.other_answer))
    return made[:_MOST_ROWS]


def _others(own: ClassifierVersion, *, session: Session) -> dict[int, Classifier]:
    """The version of each other classifier to compare with, where one has judged the same kind of subject."""
    classifiers = session.execute(
        select(Classifier).where(
            col(Classifier.id) != own.classifier_id,
            col(Classifier.subject_type) == own.subject_type,
            col(Classifier.archived_at).is_(None),
        )
    ).scalars()
    backtested = dict(
        session.execute(
            select(col(ClassifierVersion.classifier_id), func.max(col(Backtest.version_id)))
            .join(ClassifierVersion, col(ClassifierVersion.id) == col(Backtest.version_id))
            .where(col(Backtest.done) > 0)
            .group_by(col(ClassifierVersion.classifier_id))
        ).all()
    )
    found = {}
    for classifier in classifiers:
        version = classifier.live_version_id or classifier.shadow_version_id or backtested.get(classifier.key)
        if version is not None:
            found[version] = classifier
    return found
