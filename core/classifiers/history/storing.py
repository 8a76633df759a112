"""A chunk of a backtest in one transaction: its answers, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.classifiers.history.judging import Judged
from core.classifiers.history.scope import Said
from core.classifiers.history.states import RUNNING, STOPPING
from core.classifiers.tables import Backtest, ClassifierAnswer
from core.database import Database

BACKTEST = "backtest"
"""Source of an answer."""


class Overtaken(Exception):
    """Somebody else carries this backtest on, or it was ended. Nothing was written."""


def answered_ids(version_id: int, said: Sequence[Said], *, session: Session) -> set[int]:
    """Which of them the version answered already, wherever it was asked. Failures do not count."""
    if not said:
        return set()
    found = session.exec(
        select(ClassifierAnswer.subject_id).where(
            ClassifierAnswer.version_id == version_id,
            col(ClassifierAnswer.subject_id).between(said[0].subject_id, said[-1].subject_id),
            ClassifierAnswer.error == "",
        )
    )
    return set(found)


def store_chunk(
    backtest: Backtest,
    said: Sequence[Said],
    new: Sequence[Said],
    judged: Judged,
    *,
    database: Database,
) -> Backtest:
    """Write the answers to ``new`` and advance the backtest behind ``said``, both or neither.

    Whoever still finds the backtest where ``backtest`` says it was may advance it; so however many
    processes try, each chunk is written by one of them.

    Args:
        backtest: as it was when the chunk was read.
        said: the chunk, not empty.
        new: those of the chunk that ``judged`` is about.

    Returns:
        The backtest as it is now.

    Raises:
        Overtaken: it is no longer where it was.
    """
    with database.transaction() as session:
        advanced: Backtest | None = session.execute(
            update(Backtest)
            .where(
                col(Backtest.id) == backtest.id,
                col(Backtest.reached_id) == backtest.reached_id,
                col(Backtest.workflow_id) == backtest.workflow_id,
                col(Backtest.state).in_((RUNNING, STOPPING)),
            )
            .values(
                reached_id=said[-1].subject_id,
                done=col(Backtest.done) + len(said),
                failed=col(Backtest.failed) + len(judged.errors),
                cost=col(Backtest.cost) + judged.cost,
            )
            .returning(Backtest)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).scalar_one_or_none()
        if advanced is None:
            raise Overtaken
        if new:
            _insert(backtest.version_id, new, judged, session=session)
        return advanced


def _insert(version_id: int, new: Sequence[Said], judged: Judged, *, session: Session) -> None:
    make = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
    statement: Any = make(ClassifierAnswer)
    given = statement.excluded
    renewed = ("answer", "confidence", "abstained", "source", "error", "occurred_at")
    # An answer given in the meantime stays; a failure is replaced.
    statement = statement.on_conflict_do_update(
        index_elements=["version_id", "subject_id"],
        set_={name: given[name] for name in renewed},
        where=col(ClassifierAnswer.error) != "",
    )
    columns = zip(new, judged.answer, judged.confidence, judged.abstained, strict=True)
    session.connection().execute(
        statement,
        [
            {
                "version_id": version_id,
                "subject_id": each.subject_id,
                "conversation_id": each.conversation_id,
                "answer": answer,
                "confidence": confidence,
                "abstained": abstained,
                "source": BACKTEST,
                "error": judged.errors.get(row, ""),
                "occurred_at": each.occurred_at,
            }
            for row, (each, answer, confidence, abstained) in enumerate(columns)
        ],
    )
