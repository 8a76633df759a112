"""Store evidence: as a suggestion of its own, or joined to one that is about the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func
from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.identity import SYSTEM
from core.insights.suggestions.checking import find_in_knowledge
from core.insights.suggestions.evidence import NOTE, Evidence
from core.insights.suggestions.titles import title_of
from core.insights.tables import Suggestion, SuggestionSource
from core.llm import Embedder

LIFE = timedelta(days=60)
"""After the last piece of evidence a suggestion waits so long for somebody to decide."""
_SAME = 0.72  # cosine of what was written: about the same thing
_SAME_ARTICLE = 0.70  # where both would change one article


@dataclass(frozen=True, slots=True)
class Prepared:
    """Evidence with what takes time to find out: the vector of its text, and what knowledge says of it."""

    evidence: Evidence
    title: str
    vector: NDArray[np.float32] | None
    finds: dict[str, Any]


def prepare_evidence(
    found: Sequence[Evidence], *, session: Session, embedder: Embedder | None
) -> list[Prepared]:
    """Make evidence ready to be stored. Reads only, so that nobody waits for a lock meanwhile.

    Raises:
        ProviderError: the embedder failed.
    """
    vectors = embedder.embed([each.text for each in found]) if embedder is not None and found else None
    return [
        Prepared(
            evidence=each,
            title=title_of(each),
            vector=None if vectors is None else vectors[at],
            finds=find_in_knowledge(
                title_of(each),
                each.text,
                locale=each.locale,
                article_id=each.article_id,
                session=session,
                embedder=embedder,
            ),
        )
        for at, each in enumerate(found)
    ]


def store_evidence(prepared: Sequence[Prepared], *, session: Session, embedder_name: str) -> int:
    """Store what is not stored yet, each joined to a suggestion about the same thing if there is one.

    Args:
        embedder_name: of the vectors; those of other embedders cannot be compared with them.

    Returns:
        How many pieces were stored.
    """
    known = _known([each.evidence.key for each in prepared], session=session)
    candidates = _Candidates(session, embedder_name)
    stored = 0
    for each in prepared:
        if each.evidence.key in known:
            continue
        suggestion = candidates.nearest(each.evidence, each.vector)
        if suggestion is None:
            suggestion = _make(each, embedder_name, session=session)
            candidates.add(suggestion)
        _attach(suggestion, each.evidence, session=session)
        stored += 1
    return stored


class _Candidates:
    """Suggestions a piece of evidence may join: open ones, and rejected ones of the same conversation."""

    def __init__(self, session: Session, embedder: str) -> None:
        self._session = session
        self._embedder = embedder
        self._open = list(
            session.exec(
                select(Suggestion).where(col(Suggestion.state) == "open").order_by(col(Suggestion.id))
            )
        )

    def add(self, suggestion: Suggestion) -> None:
        self._open.append(suggestion)

    def nearest(self, evidence: Evidence, vector: NDArray[np.float32] | None) -> Suggestion | None:
        best: tuple[float, Suggestion] | None = None
        for suggestion in (*self._open, *self._decided(evidence)):
            likeness = self._likeness(suggestion, evidence, vector)
            if likeness is not None and (best is None or likeness > best[0]):
                best = likeness, suggestion
        return best[1] if best else None

    def _decided(self, evidence: Evidence) -> list[Suggestion]:
        """Rejected or accepted ones from this very conversation: it has had its say there."""
        if evidence.conversation_id is None:
            return []
        behind = select(SuggestionSource.suggestion_id).where(
            col(SuggestionSource.conversation_id) == evidence.conversation_id
        )
        return list(
            self._session.exec(
                select(Suggestion).where(
                    col(Suggestion.id).in_(behind), col(Suggestion.state).in_(("rejected", "accepted"))
                )
            )
        )

    def _likeness(
        self, suggestion: Suggestion, evidence: Evidence, vector: NDArray[np.float32] | None
    ) -> float | None:
        if suggestion.article_id != evidence.article_id or evidence.kind == NOTE:
            return None
        if suggestion.body == evidence.text:
            return 1.0
        if vector is None or suggestion.vector is None or suggestion.embedder != self._embedder:
            return None
        if len(suggestion.vector) != len(vector) or suggestion.locale[:2] != evidence.locale[:2]:
            return None
        cosine = float(np.dot(suggestion.vector, vector))
        return cosine if cosine >= (_SAME if evidence.article_id is None else _SAME_ARTICLE) else None


def _make(prepared: Prepared, embedder_name: str, *, session: Session) -> Suggestion:
    evidence = prepared.evidence
    suggestion = Suggestion(
        kind=evidence.suggests,
        source=evidence.kind,
        title=prepared.title,
        body=evidence.text,
        replaces=evidence.replaces,
        article_id=evidence.article_id,
        locale=evidence.locale,
        finds=prepared.finds,
        embedder=embedder_name if prepared.vector is not None else "",
        vector=prepared.vector,
        written_by_id=evidence.person_id if evidence.kind == NOTE else None,
        expires_at=now() + LIFE,
    )
    session.add(suggestion)
    session.flush()
    audit.record(
        SYSTEM.person_id,
        SYSTEM.who,
        "suggestion.made",
        session=session,
        subject_type="suggestion",
        subject_id=suggestion.key,
        kind=suggestion.kind,
        evidence=evidence.key,
    )
    return suggestion


def _attach(suggestion: Suggestion, evidence: Evidence, *, session: Session) -> None:
    session.add(
        SuggestionSource(
            suggestion_id=suggestion.key,
            evidence=evidence.key,
            kind=evidence.kind,
            conversation_id=evidence.conversation_id,
            draft_id=evidence.draft_id,
            message_id=evidence.message_id,
            flag_id=evidence.flag_id,
            person_id=evidence.person_id,
            question=evidence.question,
            text=evidence.text,
            created_at=evidence.created_at,
        )
    )
    session.flush()
    conversations = func.count(func.distinct(col(SuggestionSource.conversation_id)))
    suggestion.affected = session.execute(
        select(conversations).where(col(SuggestionSource.suggestion_id) == suggestion.key)
    ).scalar_one()
    if suggestion.state == "open":
        suggestion.expires_at = _later(suggestion.expires_at, now() + LIFE)
        suggestion.updated_at = now()
    session.add(suggestion)
    session.flush()


def _later(one: datetime, other: datetime) -> datetime:
    return max(one, other)


def _known(keys: Sequence[str], *, session: Session) -> set[str]:
    if not keys:
        return set()
    return set(
        session.execute(
            select(SuggestionSource.evidence).where(col(SuggestionSource.evidence).in_(keys))
        ).scalars()
    )
