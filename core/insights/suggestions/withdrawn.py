"""Evidence that was taken back counts no longer: flags that were withdrawn, or dismissed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlmodel import Session, col

from core import audit
from core.database import Database, now
from core.evals.tables import Flag
from core.identity import SYSTEM
from core.insights.tables import Suggestion, SuggestionSource

ENDED = "What it was made of was taken back."
_TAKEN_BACK = ("withdrawn", "dismissed")


def drop_withdrawn(database: Database) -> int:
    """Take evidence that was withdrawn out of open suggestions; one without any left expires.

    The words of a suggestion stay as they are: people may have worked on them.

    Returns:
        How many pieces of evidence went.
    """
    with database.reading() as session:
        if session.execute(_withdrawn().limit(1)).first() is None:
            return 0
    with database.transaction() as session:
        gone = session.execute(_withdrawn()).all()
        sources = [source_id for source_id, _ in gone]
        session.execute(delete(SuggestionSource).where(col(SuggestionSource.id).in_(sources)))
        for suggestion_id in sorted({suggestion_id for _, suggestion_id in gone}):
            _count_anew(suggestion_id, session=session)
        return len(gone)


def _withdrawn() -> Select[int | None, int]:
    """The ids of what was taken back, and of the suggestions it stands behind."""
    return (
        select(col(SuggestionSource.id), col(SuggestionSource.suggestion_id))
        .join(Suggestion, col(Suggestion.id) == col(SuggestionSource.suggestion_id))
        .join(Flag, col(Flag.id) == col(SuggestionSource.flag_id))
        .where(col(Suggestion.state) == "open", col(Flag.state).in_(_TAKEN_BACK))
    )


def _count_anew(suggestion_id: int, *, session: Session) -> None:
    left, conversations = session.execute(
        select(func.count(), func.count(func.distinct(col(SuggestionSource.conversation_id)))).where(
            col(SuggestionSource.suggestion_id) == suggestion_id
        )
    ).one()
    ended: dict[str, Any] = {} if left else {"state": "expired", "decided_at": now(), "decided_reason": ENDED}
    session.execute(
        update(Suggestion)
        .where(col(Suggestion.id) == suggestion_id, col(Suggestion.state) == "open")
        .values(affected=conversations, updated_at=now(), revision=Suggestion.revision + 1, **ended)
    )
    audit.record(
        SYSTEM.person_id,
        SYSTEM.who,
        "suggestion.evidence_withdrawn",
        session=session,
        subject_type="suggestion",
        subject_id=suggestion_id,
        left=left,
    )
