"""A random sample of what a version answered, with the texts, to look at."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.classifiers.history.asked import count_answers, find_asked, stored_forms
from core.classifiers.subjects import read_subjects
from core.classifiers.tables import ClassifierAnswer

_ENOUGH = 20_000
"""Answers of a version that are looked at where all of them would take too long."""
_PRIME = 1_000_003
_SPREAD = 2_654_435_761  # Knuth's multiplier: neighbours land far apart


@dataclass(frozen=True, slots=True)
class SampledAnswer:
    """One answer and what it is about; ``text`` is the stored one, empty when it is gone."""

    subject_id: int
    conversation_id: int
    text: str
    answer: str
    confidence: float | None
    abstained: bool
    error: str
    occurred_at: datetime


def sample_answers(
    *,
    session: Session,
    version_id: int | None = None,
    backtest_id: int | None = None,
    answer: str | None = None,
    n: int = 20,
    seed: int = 0,
) -> list[SampledAnswer]:
    """Some of the answers, each equally likely to be among them, oldest first.

    The same seed gives the same sample as long as no answers are added. Checks no permission.

    Args:
        answer: only subjects that were given it; empty: only those on which the version abstained or
            failed; None: all.

    Raises:
        InvalidInput: neither version nor backtest is given, or both are.
        NotFound: there is no such version or backtest.
    """
    asked = find_asked(version_id, backtest_id, session=session)
    counts = count_answers(asked, session=session)
    statement = asked.select(col(ClassifierAnswer.subject_id))
    if answer is None:
        count = sum(each.given + each.abstained for each in counts)
    elif answer:
        forms = stored_forms([answer], counts)
        count = sum(each.given for each in counts if each.answer in forms)
        statement = statement.where(
            col(ClassifierAnswer.answer).in_(forms), col(ClassifierAnswer.abstained).is_(False)
        )
    else:
        count = sum(each.abstained for each in counts)
        statement = statement.where(col(ClassifierAnswer.abstained).is_(True))
    if count > _ENOUGH:
        statement = statement.where(drawn(ClassifierAnswer.subject_id, _ENOUGH / count, seed=seed))
    ids = sorted(session.execute(statement).scalars())
    chosen = random.Random(seed).sample(ids, min(n, len(ids)))  # noqa: S311 - a sample, not a secret
    rows = session.execute(
        select(ClassifierAnswer).where(
            col(ClassifierAnswer.version_id) == asked.version.key,
            col(ClassifierAnswer.subject_id).in_(chosen),
        )
    ).scalars()
    texts = read_subjects(asked.version.subject_type, chosen, session=session)
    found = [
        SampledAnswer(
            row.subject_id,
            row.conversation_id,
            texts[row.subject_id].text if row.subject_id in texts else "",
            row.answer,
            row.confidence,
            row.abstained,
            row.error,
            row.occurred_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.occurred_at, each.subject_id))


def drawn(subject_id: Any, share: float, *, seed: int = 0) -> Any:
    """A condition that keeps about this share of subjects, the same ones each time for one seed.

    Made of the id, so that the database need not give every row a random number, and so that two versions
    are compared on the same subjects.
    """
    return (subject_id * _SPREAD + seed) % _PRIME < int(share * _PRIME)


def share_for(version_id: int, *, session: Session) -> float:
    """Which share of a version's answers is enough to compare it with another; 1: all."""
    count = session.execute(
        select(func.count())
        .select_from(ClassifierAnswer)
        .where(col(ClassifierAnswer.version_id) == version_id)
    ).scalar_one()
    return 1.0 if count <= _ENOUGH else _ENOUGH / count
