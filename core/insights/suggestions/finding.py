"""The duty that turns work into suggestions, a part of the new replies and flags at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.database import Database, now
from core.insights.suggestions.gathering import Gathered, gather_flags, gather_replies, settled_before
from core.insights.suggestions.storing import prepare_evidence, store_evidence
from core.insights.suggestions.withdrawn import drop_withdrawn
from core.insights.tables import Suggestion, SuggestionProgress
from core.llm import Embedder
from core.settings import get_settings

_AT_ONCE = 20  # rows a transaction; comparing one with knowledge takes some tenths of a second


def find_suggestions(
    database: Database,
    embedder: Embedder | None,
    *,
    at: datetime | None = None,
    seconds: float | None = None,
) -> int:
    """Make suggestions of what was written since the last turn; let go of what is old or was taken back.

    Only text a person wrote or changed is used; replies count as soon as they can no longer be taken back.
    Safe in several processes at once: the turn belongs to the one whose progress row did not move
    meanwhile, and no piece of evidence is stored twice.

    Args:
        embedder: None joins only equal texts.
        at: the moment it is; default: now.
        seconds: begin nothing new after so long; the rest waits for the next call. None: go on to the end.

    Returns:
        How many pieces of evidence were stored.

    Raises:
        ProviderError: the embedder failed; the next turn begins where this one did.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    before = settled_before(at or now(), get_settings().undo_send_seconds)

    def replies(after: int, session: Session) -> Gathered:
        return gather_replies(after=after, before=before, limit=_AT_ONCE, session=session)

    def flags(after: int, session: Session) -> Gathered:
        return gather_flags(after=after, before=before, limit=_AT_ONCE, session=session)

    stored = sum(
        found
        for name, gather in (("replies", replies), ("flags", flags))
        for found in _turns(name, gather, database, embedder, deadline)
    )
    drop_withdrawn(database)
    expire_old(database, at=at)
    return stored


def expire_old(database: Database, *, at: datetime | None = None) -> int:
    """Let open suggestions expire that nobody decided on in time. Returns how many."""
    due = (col(Suggestion.state) == "open", col(Suggestion.expires_at) <= (at or now()))
    with database.reading() as session:
        if session.exec(select(Suggestion.id).where(*due).limit(1)).first() is None:
            return 0
    with database.transaction() as session:
        expired = session.execute(
            update(Suggestion)
            .where(*due)
            .values(state="expired", decided_at=now(), updated_at=now(), revision=Suggestion.revision + 1)
            .returning(col(Suggestion.id))
        )
        return len(expired.scalars().all())


def _turns(
    name: str,
    gather: Callable[[int, Session], Gathered],
    database: Database,
    embedder: Embedder | None,
    deadline: float | None,
) -> Iterator[int]:
    while deadline is None or time.monotonic() < deadline:
        stored = _turn(name, gather, database, embedder)
        if stored is None:
            return
        yield stored


def _turn(
    name: str, gather: Callable[[int, Session], Gathered], database: Database, embedder: Embedder | None
) -> int | None:
    """One part of the rows; None when there was none left, or another process was quicker."""
    with database.reading() as session:
        progress = session.get(SuggestionProgress, name)
        after = progress.reached_id if progress else 0
        gathered = gather(after, session)
        prepared = prepare_evidence(gathered.evidence, session=session, embedder=embedder)
    if not gathered.reached_id:
        return None
    with database.transaction() as session:
        if not _move(name, after, gathered.reached_id, session=session):
            return None
        return store_evidence(prepared, session=session, embedder_name=embedder.name if embedder else "")


def _move(name: str, after: int, reached: int, *, session: Session) -> bool:
    """Take the turn: False when another process has moved on meanwhile."""
    moved = session.execute(
        update(SuggestionProgress)
        .where(col(SuggestionProgress.name) == name, col(SuggestionProgress.reached_id) == after)
        .values(reached_id=reached, updated_at=now())
        .returning(col(SuggestionProgress.name))
    )
    return moved.scalar_one_or_none() is not None
