"""Answers as they are stored: each subject once a version, and what is live also as judgements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.classifiers.deciding import Prediction
from core.classifiers.live.posts import LIVE, Post, still_in_use
from core.classifiers.tables import ClassifierAnswer
from core.criteria import Judgement
from core.database import now

ORIGIN = "live"
"""Where a live classifier's judgement was given."""
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """One prediction, and what it is about."""

    subject_id: int
    conversation_id: int
    occurred_at: datetime
    prediction: Prediction
    basis_id: int | None = None


def store_answers(post: Post, judged: Sequence[Judged], *, session: Session) -> int:
    """Keep what a version in use said, in the caller's transaction. Safe to repeat, also at once.

    A subject that was judged before is left alone, unless that was a backtest, or failed, or the subject
    is a conversation and its customer has said more since. Whatever is really stored becomes a judgement
    when the version is live and gives an answer.

    Returns:
        How many answers are new.
    """
    if not judged or not still_in_use(post, session=session):
        return 0
    stored: set[int] = set()
    # in one order everywhere, or two processes on Postgres would wait for each other
    ordered = sorted(judged, key=lambda each: each.subject_id)
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        new = _upsert(post, chunk, session=session)
        stored |= new
        if post.stage == LIVE:
            _judge(post, [each for each in chunk if each.subject_id in new], session=session)
    return len(stored)


def _upsert(post: Post, judged: Sequence[Judged], *, session: Session) -> set[int]:
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    statement: Any = make(ClassifierAnswer).values(
        [
            {
                "version_id": post.version_id,
                "subject_id": each.subject_id,
                "conversation_id": each.conversation_id,
                "answer": each.prediction.answer,
                "confidence": None if each.prediction.error else each.prediction.confidence,
                "abstained": each.prediction.abstained,
                "source": post.stage,
                "error": each.prediction.error[:500],
                "occurred_at": each.occurred_at,
                "basis_id": each.basis_id,
            }
            for each in judged
        ]
    )
    given = statement.excluded
    renewed = ("answer", "confidence", "abstained", "source", "error", "occurred_at", "basis_id")
    statement = statement.on_conflict_do_update(
        index_elements=["version_id", "subject_id"],
        set_={name: given[name] for name in renewed},
        where=or_(
            col(ClassifierAnswer.source) == "backtest",
            col(ClassifierAnswer.error) != "",
            func.coalesce(col(ClassifierAnswer.basis_id), 0) < given.basis_id,
        ),
    )
    return set(session.execute(statement.returning(col(ClassifierAnswer.subject_id))).scalars())


def _judge(post: Post, judged: Sequence[Judged], *, session: Session) -> None:
    store_judgements(
        {each.subject_id: each.prediction for each in judged},
        criterion_id=post.criterion_id,
        subject_type=post.subject_type,
        judge=post.name,
        origin=ORIGIN,
        session=session,
    )


def store_judgements(
    said: Mapping[int, Prediction],
    *,
    criterion_id: int,
    subject_type: str,
    judge: str,
    origin: str,
    session: Session,
    builds: Mapping[int, str] | None = None,
) -> None:
    """Bulk form of ``record_judgement``: a statement for all, as one each would be too slow.

    Earlier answers of the same classifier are superseded; where it abstains now, they are withdrawn.

    Args:
        said: by subject; not more than a statement takes.
        builds: which build made a subject, where one did.
    """
    if not said:
        return
    by = (criterion_id, subject_type, judge)
    answers = {key: each for key, each in said.items() if not each.abstained and each.answer}
    if answers:
        moment = now()
        session.execute(
            insert(Judgement),
            [
                {
                    "criterion_id": criterion_id,
                    "subject_type": subject_type,
                    "subject_id": subject_id,
                    "answer": each.answer,
                    "judge_type": "classifier",
                    "judge": judge,
                    "origin": origin,
                    "reason": each.reason[:2000],
                    "confidence": each.confidence,
                    "build_id": (builds or {}).get(subject_id, ""),
                    "created_at": moment,
                }
                for subject_id, each in answers.items()
            ],
        )
        newer = aliased(Judgement)
        newest = (
            select(func.max(newer.id))
            .where(*_by(newer, *by), col(newer.subject_id) == col(Judgement.subject_id))
            .scalar_subquery()
        )
        session.execute(
            update(Judgement)
            .where(
                *_by(Judgement, *by),
                col(Judgement.subject_id).in_(list(answers)),
                col(Judgement.superseded_by_id).is_(None),
                col(Judgement.id) < newest,
            )
            .values(superseded_by_id=newest)
            .execution_options(synchronize_session=False)
        )
    silent = [key for key in said if key not in answers]
    if silent:  # what it said before the customer went on is not what it says now
        session.execute(
            update(Judgement)
            .where(
                *_by(Judgement, *by),
                col(Judgement.subject_id).in_(silent),
                col(Judgement.superseded_by_id).is_(None),
                col(Judgement.withdrawn_at).is_(None),
            )
            .values(withdrawn_at=now())
            .execution_options(synchronize_session=False)
        )


def _by(table: Any, criterion_id: int, subject_type: str, judge: str) -> tuple[Any, ...]:
    return (
        col(table.subject_type) == subject_type,
        col(table.criterion_id) == criterion_id,
        col(table.judge_type) == "classifier",
        col(table.judge) == judge,
    )
