"""What live knowledge already says about a suggestion, and what it says otherwise."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlmodel import Session

from core.knowledge import compare_with_knowledge
from core.llm import Embedder

_MOST = 5


def find_in_knowledge(
    title: str,
    body: str,
    *,
    locale: str,
    article_id: int | None,
    session: Session,
    embedder: Embedder | None,
) -> dict[str, Any]:
    """Near-duplicates and contradictions, at most five of each, as plain values to be stored.

    Raises:
        ProviderError: the embedder failed.
    """
    found = compare_with_knowledge(
        title,
        body,
        locale=locale,
        besides=() if article_id is None else (article_id,),
        session=session,
        embedder=embedder,
    )
    return {
        "duplicates": [asdict(each) for each in found.duplicates[:_MOST]],
        "contradictions": [asdict(each) for each in found.contradictions[:_MOST]],
    }
