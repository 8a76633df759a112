"""Scores before and after a day, such as that of a release: which of them fell by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from core.criteria import Criterion
from core.evals.scores.choices import judge_words, subject_words
from core.evals.scores.querying import ScoreQuery
from core.evals.scores.series import read_days, together
from core.evals.scores.shifts import BEFORE, ScoreShift, enough, score_shifts
from core.evals.tables import ScoreCell
from core.statistics import ClusterSums


@dataclass(frozen=True, slots=True)
class ScoreFall:
    """A score that is lower since. ``shift``: by how much, with its interval."""

    criterion: str
    judge: str
    subject_type: str
    shift: ScoreShift

    @property
    def words(self) -> str:
        """In a sentence."""
        before, after = self.shift.before, self.shift.after
        return (
            f"“{self.criterion}”, {subject_words(self.subject_type)} judged by {judge_words(self.judge)}: "
            f"{100 * after.estimate:.0f} % of {after.n:,} instead of {100 * before.estimate:.0f} % of "
            f"{before.n:,} ({100 * self.shift.low:+.0f} to {100 * self.shift.high:+.0f} points)."
        )


@dataclass(frozen=True, slots=True)
class Since:
    """``compared``: scores with judgements enough on both sides; ``falls``: those that fell."""

    compared: int
    falls: tuple[ScoreFall, ...]


def scores_since(day: date, *, until: date, looks: int, session: Session) -> Since:
    """Hold the days after ``day`` against the 28 before it, for every score. Checks no permission.

    The day itself has some of both and is left out.

    Args:
        until: the last day to look at.
        looks: how often one will look at this: the chance of a false alarm is divided among them.
    """
    first = day - timedelta(days=BEFORE)
    if until <= day:
        return Since(0, ())
    known: list[tuple[Criterion, str, str]] = []
    windows: list[tuple[ClusterSums, ClusterSums]] = []
    for criterion_id, judge, subject_type in _scores(day, until, session=session):
        criterion = session.get_one(Criterion, criterion_id)
        query = ScoreQuery(criterion.name, judge, subject_type, first, until, version=criterion.version)
        lines, links = read_days(query, criterion_id, session=session)
        days, shared = lines.get("", {}), links.get("", {})
        yesterday, tomorrow = day - timedelta(days=1), day + timedelta(days=1)
        before = together(days, shared, first.isoformat(), yesterday.isoformat())
        after = together(days, shared, tomorrow.isoformat(), until.isoformat())
        if enough(before, after):
            known.append((criterion, judge, subject_type))
            windows.append((before, after))
    shifts = score_shifts(windows, looks=looks)
    return Since(len(windows), tuple(_falls(known, shifts)))


def _falls(
    known: Sequence[tuple[Criterion, str, str]], shifts: Sequence[ScoreShift | None]
) -> list[ScoreFall]:
    return [
        ScoreFall(criterion.question, judge, subject_type, shift)
        for (criterion, judge, subject_type), shift in zip(known, shifts, strict=True)
        if shift is not None and shift.difference < 0
    ]


def _scores(day: date, until: date, *, session: Session) -> list[tuple[int, str, str]]:
    found = session.exec(
        select(ScoreCell.criterion_id, ScoreCell.judge, ScoreCell.subject_type)
        .where(
            col(ScoreCell.split) == "",
            col(ScoreCell.day) > day.isoformat(),
            col(ScoreCell.day) <= until.isoformat(),
        )
        .distinct()
    )
    return sorted((row[0], row[1], row[2]) for row in found)
