"""Read suggestions: the list by how many conversations they would have helped, and one with its evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.identity import Actor, Permission, Person, require
from core.insights.tables import Suggestion, SuggestionSource
from core.knowledge import Article


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    """A suggestion in the list."""

    suggestion: Suggestion
    article_title: str
    decided_by: str
    duplicates: int
    contradictions: int


@dataclass(frozen=True, slots=True)
class SourceView:
    """One piece of evidence, and who wrote it."""

    source: SuggestionSource
    person: str


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """One suggestion with everything that decides it."""

    row: SuggestionRow
    sources: list[SourceView]

    @property
    def suggestion(self) -> Suggestion:
        return self.row.suggestion


def list_suggestions(
    actor: Actor, *, session: Session, states: Collection[str] = ("open",), limit: int = 100
) -> list[SuggestionRow]:
    """Suggestions, those with the most conversations behind them first, then the newest.

    Raises:
        PermissionDenied: the actor has nothing to do with suggestions.
    """
    require(actor, Permission.SUGGESTIONS_WRITE)
    rows = session.exec(
        select(Suggestion, Article.title, Person.name)
        .join(Article, col(Article.id) == col(Suggestion.article_id), isouter=True)
        .join(Person, col(Person.id) == col(Suggestion.decided_by_id), isouter=True)
        .where(col(Suggestion.state).in_(states))
        .order_by(
            col(Suggestion.affected).desc(), col(Suggestion.updated_at).desc(), col(Suggestion.id).desc()
        )
        .limit(limit)
    )
    return [_row(suggestion, title, name) for suggestion, title, name in rows]


def get_suggestion(actor: Actor, suggestion_id: int, *, session: Session) -> SuggestionView:
    """One suggestion, its evidence newest first.

    Raises:
        PermissionDenied: the actor has nothing to do with suggestions.
        NotFound: there is no such suggestion.
    """
    require(actor, Permission.SUGGESTIONS_WRITE)
    found = session.exec(
        select(Suggestion, Article.title, Person.name)
        .join(Article, col(Article.id) == col(Suggestion.article_id), isouter=True)
        .join(Person, col(Person.id) == col(Suggestion.decided_by_id), isouter=True)
        .where(col(Suggestion.id) == suggestion_id)
    ).first()
    if found is None:
        raise NotFound(f"There is no suggestion {suggestion_id}.")
    sources = session.exec(
        select(SuggestionSource, Person.name)
        .join(Person, col(Person.id) == col(SuggestionSource.person_id), isouter=True)
        .where(col(SuggestionSource.suggestion_id) == suggestion_id)
        .order_by(col(SuggestionSource.created_at).desc(), col(SuggestionSource.id).desc())
    )
    return SuggestionView(_row(*found), [SourceView(source, name or "") for source, name in sources])


def _row(suggestion: Suggestion, title: str | None, name: str | None) -> SuggestionRow:
    return SuggestionRow(
        suggestion,
        title or "",
        name or "",
        len(suggestion.finds.get("duplicates", ())),
        len(suggestion.finds.get("contradictions", ())),
    )
