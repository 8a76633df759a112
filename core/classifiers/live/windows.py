"""The answers of one version in a stretch of time, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlmodel import Session, col

from core.classifiers.tables import ClassifierAnswer

MOST = 50_000
"""Answers of a window that are looked at, the newest ones."""
BEFORE = timedelta(days=28)
RECENT = timedelta(days=7)
FEWEST_BEFORE, FEWEST_RECENT = 200, 100


@dataclass(frozen=True)
class Window:
    """Answers between two instants, newest first. ``codes``: column of the answer, the last one abstaining.

    All arrays have the shape ``(answers,)``.
    """

    since: datetime
    until: datetime
    subjects: NDArray[np.int64]
    conversations: NDArray[np.int64]
    codes: NDArray[np.int64]
    confidence: NDArray[np.float64]
    days: NDArray[np.datetime64]
    """On which each subject was said, in UTC."""

    def __len__(self) -> int:
        return len(self.subjects)

    def as_json(self) -> dict[str, Any]:
        """For the evidence of an alert."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "n": len(self),
            "conversations": len(np.unique(self.conversations)),
        }


def read_window(
    version_id: int, *, since: datetime, until: datetime, columns: Sequence[str], session: Session
) -> Window:
    """What a version answered about subjects said in ``[since, until)``. Failures are left out.

    Args:
        columns: what may be answered; everything else, and abstaining, gets the column after them. Several
            answers at once are one column of their own combination only if it is listed.
    """
    rows = session.execute(
        select(
            col(ClassifierAnswer.subject_id),
            col(ClassifierAnswer.conversation_id),
            col(ClassifierAnswer.answer),
            col(ClassifierAnswer.confidence),
            col(ClassifierAnswer.abstained),
            col(ClassifierAnswer.occurred_at),
        )
        .where(
            col(ClassifierAnswer.version_id) == version_id,
            col(ClassifierAnswer.occurred_at) >= since,
            col(ClassifierAnswer.occurred_at) < until,
            col(ClassifierAnswer.error) == "",
            col(ClassifierAnswer.confidence).is_not(None),
        )
        .order_by(col(ClassifierAnswer.occurred_at).desc())
        .limit(MOST)
    ).all()
    place = {answer: column for column, answer in enumerate(columns)}
    return Window(
        since,
        until,
        np.array([row.subject_id for row in rows], dtype=np.int64),
        np.array([row.conversation_id for row in rows], dtype=np.int64),
        np.array(
            [len(place) if row.abstained else place.get(row.answer, len(place)) for row in rows],
            dtype=np.int64,
        ),
        np.array([row.confidence for row in rows], dtype=np.float64),
        np.array([row.occurred_at.date() for row in rows], dtype="datetime64[D]"),
    )


def combinations(version_id: int, *, session: Session) -> list[str]:
    """What a version has answered so far, also several answers at once; the 200 most frequent."""
    rows = session.execute(
        select(col(ClassifierAnswer.answer))
        .where(col(ClassifierAnswer.version_id) == version_id)
        .group_by(col(ClassifierAnswer.answer))
        .order_by(func.count().desc())
        .limit(200)
    )
    return list(rows.scalars())


def before_shipping(
    version_id: int, *, shipped_at: datetime, columns: Sequence[str], session: Session
) -> Window:
    """The window a live version is held against: the four weeks before it went live, where a backtest or
    the shadow answered enough of them, else its first week.
    """
    window = read_window(
        version_id, since=shipped_at - BEFORE, until=shipped_at, columns=columns, session=session
    )
    if len(window) >= FEWEST_BEFORE:
        return window
    return read_window(
        version_id, since=shipped_at, until=shipped_at + RECENT, columns=columns, session=session
    )
