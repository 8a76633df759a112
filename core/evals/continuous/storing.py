"""Grades as they are stored: each subject once a version, and what was answered as judgements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from core.assist.tables import Draft
from core.classifiers import Prediction, store_judgements
from core.classifiers.tables import ClassifierVersion
from core.conversations import Reply
from core.database import now
from core.evals.tables import LiveGrade, LiveGrader

ORIGIN = "sample"
"""Where a live grader's judgement was given."""
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Grades:
    """What one turn of a live grader found.

    Attributes:
        name: of the classifier; judgements are by it.
        said: by subject.
        unfinished: drafts to look at again.
        gone: drafts that were unfinished and will never be ready.
    """

    grader: LiveGrader
    version: ClassifierVersion
    name: str
    said: Mapping[int, Prediction]
    unfinished: Sequence[int] = ()
    gone: Sequence[int] = ()


def store_grades(grades: Grades, *, session: Session) -> int:
    """Keep what was graded, in the caller's transaction. Safe to repeat, also at once.

    A subject this version has graded is left alone. Returns how many are graded now and were not before.
    """
    grader = grades.grader
    stored = 0
    # in one order everywhere, or two processes on Postgres would wait for each other
    ordered = sorted(grades.said)
    for start in range(0, len(ordered), _CHUNK):
        some = {key: grades.said[key] for key in ordered[start : start + _CHUNK]}
        met = _meet(grades, some, session=session)
        new = {key: some[key] for key in some if key in met and not some[key].error}
        store_judgements(
            new,
            criterion_id=grades.version.criterion_id,
            subject_type=grader.subject_type,
            judge=grades.name,
            origin=ORIGIN,
            builds=_builds(grader.subject_type, list(new), session=session),
            session=session,
        )
        stored += len(new)
    if grades.unfinished:
        make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
        for start in range(0, len(grades.unfinished), _CHUNK):
            rows = [
                _row(grades, key, "unfinished") for key in sorted(grades.unfinished[start : start + _CHUNK])
            ]
            session.execute(make(LiveGrade).values(rows).on_conflict_do_nothing())
    if grades.gone:
        session.execute(
            delete(LiveGrade).where(
                col(LiveGrade.grader_id) == grader.key,
                col(LiveGrade.version_id) == grades.version.key,
                col(LiveGrade.subject_id).in_(grades.gone),
                col(LiveGrade.state) == "unfinished",
            )
        )
    return stored


def _meet(grades: Grades, said: Mapping[int, Prediction], *, session: Session) -> set[int]:
    """Note what was tried; returns the subjects that were not graded before."""
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    statement: Any = make(LiveGrade).values(
        [
            _row(
                grades, key, "failed" if each.error else "graded", abstained=each.abstained, error=each.error
            )
            for key, each in said.items()
        ]
    )
    given = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["grader_id", "version_id", "subject_id"],
        set_={name: given[name] for name in ("state", "abstained", "error", "tried_at")},
        where=col(LiveGrade.state) != "graded",
    )
    return set(session.execute(statement.returning(col(LiveGrade.subject_id))).scalars())


def _row(
    grades: Grades, subject_id: int, state: str, *, abstained: bool = False, error: str = ""
) -> dict[str, Any]:
    return {
        "grader_id": grades.grader.key,
        "version_id": grades.version.key,
        "subject_id": subject_id,
        "state": state,
        "abstained": abstained,
        "error": error[:500],
        "tried_at": now(),
    }


def _builds(subject_type: str, ids: Sequence[int], *, session: Session) -> dict[int, str]:
    table = Reply if subject_type == "reply" else Draft
    rows = session.execute(select(col(table.id), col(table.build_id)).where(col(table.id).in_(ids)))
    return {row[0]: row[1] for row in rows}
