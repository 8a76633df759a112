"""Statements that cannot both hold, and passages that say the same: asked before knowledge changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session

from core.knowledge.comparing.contradictions import Contradiction, contradictions_among
from core.knowledge.comparing.disagreeing import Disagreement, disagreement
from core.knowledge.comparing.duplicates import Duplicate, duplicates_among
from core.knowledge.comparing.nearby import find_nearby
from core.knowledge.comparing.statements import read_statement
from core.llm import Embedder, detect_language

__all__ = [
    "Comparison",
    "Contradiction",
    "Disagreement",
    "Duplicate",
    "compare_with_knowledge",
    "disagreement",
    "find_contradictions",
    "find_duplicates",
    "read_statement",
]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What live knowledge already says, and what it says otherwise."""

    duplicates: list[Duplicate]
    contradictions: list[Contradiction]


def compare_with_knowledge(
    title: str,
    body: str,
    *,
    session: Session,
    embedder: Embedder | None,
    locale: str = "",
    besides: Collection[int] = (),
) -> Comparison:
    """Near-duplicates and contradictions of a text among live passages in its language.

    Checks no permission: for callers that have.

    Args:
        body: Markdown.
        embedder: None compares by words only.
        locale: empty finds it out from the text.
        besides: articles that do not count, such as the one the text is to replace.

    Raises:
        ProviderError: the embedder failed.
    """
    locale = locale or detect_language(f"{title}\n{body}", fallback="en")
    nearby = find_nearby(title, body, locale=locale, session=session, embedder=embedder, besides=besides)
    return Comparison(
        duplicates_among(nearby, locale=locale),
        contradictions_among(nearby, title, body, locale=locale),
    )


def find_duplicates(
    title: str,
    body: str,
    *,
    session: Session,
    embedder: Embedder | None,
    locale: str = "",
    besides: Collection[int] = (),
) -> list[Duplicate]:
    """The live passages that say nearly what a text says. See :func:`compare_with_knowledge`."""
    locale = locale or detect_language(f"{title}\n{body}", fallback="en")
    nearby = find_nearby(title, body, locale=locale, session=session, embedder=embedder, besides=besides)
    return duplicates_among(nearby, locale=locale)


def find_contradictions(
    title: str,
    body: str,
    *,
    session: Session,
    embedder: Embedder | None,
    locale: str = "",
    besides: Collection[int] = (),
) -> list[Contradiction]:
    """The live statements that cannot hold beside those of a text. See :func:`compare_with_knowledge`."""
    locale = locale or detect_language(f"{title}\n{body}", fallback="en")
    nearby = find_nearby(title, body, locale=locale, session=session, embedder=embedder, besides=besides)
    return contradictions_among(nearby, title, body, locale=locale)
