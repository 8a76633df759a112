"""What versions in use have answered so far: over time, and in shadow against live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.classifiers.live.windows import combinations, read_window
from core.classifiers.tables import Classifier, ClassifierAnswer, ClassifierVersion
from core.database import now
from core.errors import NotFound
from core.identity import Actor, Permission, require
from core.statistics import Rate, clustered_rate

COMPARED = 5_000
"""Subjects that shadow and live are compared on, the newest ones."""


@dataclass(frozen=True, slots=True)
class Change:
    """Subjects to which shadow says something else than live. An answer is empty where it abstains."""

    live: str
    shadow: str
    n: int
    conversation_id: int
    """One of them, to look at."""


_PERIODS = (1, 7, 28)
_ENOUGH = 30  # subjects of a usual period: the lines of fewer show little but chance
_MONDAY = 4  # days after 1 January 1970


@dataclass(frozen=True, slots=True)
class ShadowComparison:
    """How often the version in shadow says what the live one says about the same subjects."""

    same: Rate
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """What a version answered about the subjects of a few days.

    ``rates`` has an entry for each answer asked for.
    """

    day: date
    """Its first day."""
    n: int
    rates: tuple[Rate, ...]
    confidence: tuple[float, float, float]
    """Lower quartile, median and upper quartile of how sure it was."""


@dataclass(frozen=True, slots=True)
class OverTime:
    """Stretches of time, the oldest first, and the answers their rates are of.

    Abstaining is an answer here.
    """

    answers: tuple[str, ...]
    periods: tuple[Period, ...]
    days: int = 1
    """In each period: 1, 7 or 28, the fewest with which a usual period has enough subjects."""


def compare_shadow(actor: Actor, classifier_id: int, *, session: Session) -> ShadowComparison | None:
    """Shadow against live on the subjects both have judged; None unless there is one of each.

    Raises:
        PermissionDenied: the actor may not see classifiers.
        NotFound: there is no such classifier.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    classifier = session.get(Classifier, classifier_id)
    if classifier is None:
        raise NotFound(f"There is no classifier {classifier_id}.")
    if classifier.live_version_id is None or classifier.shadow_version_id is None:
        return None
    shadow, live = aliased(ClassifierAnswer), aliased(ClassifierAnswer)
    rows = session.execute(
        select(
            col(live.answer),
            col(live.abstained),
            col(shadow.answer),
            col(shadow.abstained),
            col(shadow.conversation_id),
        )
        .join(live, col(live.subject_id) == col(shadow.subject_id))
        .where(
            col(shadow.version_id) == classifier.shadow_version_id,
            col(live.version_id) == classifier.live_version_id,
            col(shadow.error) == "",
            col(live.error) == "",
        )
        .order_by(col(shadow.occurred_at).desc())
        .limit(COMPARED)
    ).all()
    pairs = [("" if row[1] else row[0], "" if row[3] else row[2], row[4]) for row in rows]
    counts: dict[tuple[str, str], list[int]] = {}
    for before, after, conversation in pairs:
        if before != after:
            counts.setdefault((before, after), []).append(conversation)
    changes = [Change(before, after, len(ids), ids[0]) for (before, after), ids in counts.items()]
    return ShadowComparison(
        clustered_rate([before == after for before, after, _ in pairs], [each[2] for each in pairs]),
        tuple(sorted(changes, key=lambda each: -each.n)),
    )


def answers_over_time(
    actor: Actor, version_id: int, *, session: Session, days: int = 90, most: int = 5
) -> OverTime:
    """How often a version gave each of its most frequent answers, and how sure it was, over time.

    Raises:
        PermissionDenied: the actor may not see classifiers.
    """
    require(actor, Permission.CLASSIFIERS_READ)
    moment = now()
    many = session.execute(
        select(col(ClassifierVersion.many)).where(col(ClassifierVersion.id) == version_id)
    ).scalar_one_or_none()
    answers = combinations(version_id, session=session)
    window = read_window(
        version_id, since=moment - timedelta(days=days), until=moment, columns=answers, session=session
    )
    if not len(window) or many is None:
        return OverTime((), ())
    counts = np.bincount(window.codes, minlength=len(answers) + 1)
    frequent = [int(column) for column in np.argsort(-counts[:-1], kind="stable") if counts[column]][:most]
    shown = [*frequent, len(answers)]
    periods = []
    starts, step = _periods(window.days)
    for day in np.unique(starts):
        rows = starts == day
        codes, conversations = window.codes[rows], window.conversations[rows]
        low, middle, high = np.quantile(window.confidence[rows], (0.25, 0.5, 0.75)).tolist()
        periods.append(
            Period(
                day.item(),
                len(codes),
                tuple(clustered_rate(codes == column, conversations) for column in shown),
                (low, middle, high),
            )
        )
    return OverTime((*(answers[column] for column in frequent), ""), tuple(periods), step)


def _periods(days: NDArray[np.datetime64]) -> tuple[NDArray[np.datetime64], int]:
    """The first day of each day's period, and how long the periods are; weeks begin on Mondays."""
    number = days.astype("datetime64[D]").astype(np.int64)
    for step in _PERIODS:
        starts = number - (number - _MONDAY) % step
        if step == _PERIODS[-1] or np.median(np.unique(starts, return_counts=True)[1]) >= _ENOUGH:
            break
    return starts.astype("datetime64[D]"), step


def count_answers(version_id: int, *, session: Session) -> tuple[int, int]:
    """How many subjects a version has judged live or in shadow, and how many of these failed."""
    judged = select(func.count()).where(
        col(ClassifierAnswer.version_id) == version_id, col(ClassifierAnswer.source) != "backtest"
    )
    total = session.execute(judged).scalar_one()
    return total, session.execute(judged.where(col(ClassifierAnswer.error) != "")).scalar_one()
