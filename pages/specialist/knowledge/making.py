"""Ways into editing: an article that exists, a new one, or one in another language."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from core.identity import Actor
from core.knowledge import Article, get_article, list_edits, new_edit, open_edit
from pages.process import get_process
from pages.specialist.knowledge import frame
from pages.widgets.shell import run_action


def edit_article(actor: Actor, article_id: int) -> None:
    """Open the working copy of an article; somebody else may be in it already."""

    def act() -> int:
        with get_process().database.transaction() as session:
            return open_edit(actor, article_id, session=session).key

    _go(run_action(act))


def begin_article(actor: Actor) -> None:
    """An empty article."""

    def act() -> int:
        with get_process().database.transaction() as session:
            return _begun(actor, session)

    _go(run_action(act))


def begin_translation(actor: Actor, article: Article, locale: str) -> None:
    """A new article in another language, with the source's text to start from."""

    def act() -> int:
        with get_process().database.transaction() as session:
            live = get_article(actor, article.key, session=session).live
            return _begun(
                actor,
                session,
                title=article.title,
                body=live.body if live else "",
                audience=article.audience,
                locale=locale,
                translation_of=article.external_id,
            )

    _go(run_action(act))


def _begun(actor: Actor, session: Session, **given: Any) -> int:
    """A new working copy, or the one of a moment ago in which nobody has typed: a second click makes none."""
    for row in list_edits(actor, session=session, states=("open",)):
        fresh = row.article_id is None and row.revision == 1 and row.updated_by == actor.name
        if fresh and (row.title, row.locale) == (given.get("title", ""), given.get("locale", "")):
            return row.edit_id
    return new_edit(actor, session=session, **given).key


def _go(edit_id: int | None) -> None:
    if edit_id is not None:
        frame.open_edit_page(edit_id)
