"""A suggestion that is opened again, and one whose article was taken away before anybody decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.database import Database, now
from core.errors import Conflict, PermissionDenied
from core.identity import Actor
from core.insights import (
    Suggestion,
    accept_suggestion,
    expire_old,
    list_suggestions,
    reject_suggestion,
    reopen_suggestion,
    write_note,
)
from core.knowledge import ArticleRecord, archive, get_edit, import_articles, set_redirect
from core.knowledge.tables import Article
from tests.core.knowledge.making import WordEmbedder


def _article(database: Database, name: str) -> int:
    with database.reading() as session:
        return session.exec(select(Article).where(col(Article.external_id) == name)).one().key


def _note(database: Database, actor: Actor, article_id: int | None = None) -> Suggestion:
    with database.transaction() as session:
        return write_note(
            actor, "Gift cards", "Gift cards are not refunded.", article_id=article_id, session=session
        )


@pytest.mark.usefixtures("embedder")
def test_an_archived_article_is_not_brought_back_by_accepting(database: Database, specialist: Actor) -> None:
    article_id = _article(database, "refunds")
    made = _note(database, specialist, article_id)
    with database.transaction() as session:
        archive(specialist, article_id, session=session)
    with database.transaction() as session, pytest.raises(Conflict, match="was archived"):
        accept_suggestion(specialist, made.key, revision=1, session=session)
    with database.reading() as session:
        (row,) = list_suggestions(specialist, session=session)
    assert (row.suggestion.state, row.suggestion.revision, row.suggestion.edit_id) == ("open", 1, None)


def test_what_an_article_redirects_to_is_edited_instead(
    database: Database, specialist: Actor, embedder: WordEmbedder
) -> None:
    article_id = _article(database, "refunds")
    import_articles(
        [ArticleRecord(external_id="money-back", title="Money back", body="Money comes back by card.")],
        database=database,
        source="redirects",
    )
    made = _note(database, specialist, article_id)
    with database.transaction() as session:
        archive(specialist, article_id, session=session)
        set_redirect(specialist, article_id, _article(database, "money-back"), session=session)
    with database.transaction() as session:
        edit_id = accept_suggestion(specialist, made.key, revision=1, session=session).edit_id
        assert edit_id is not None
        edit = get_edit(specialist, edit_id, session=session).edit
    assert edit.article_id == _article(database, "money-back")
    assert edit.body.split() == f"Money comes back by card. {made.body}".split()


def test_a_rejected_one_can_be_opened_again(database: Database, rep: Actor, specialist: Actor) -> None:
    made = _note(database, specialist)
    with database.transaction() as session:
        reject_suggestion(specialist, made.key, "Not ours.", revision=1, session=session)
    with database.transaction() as session:
        with pytest.raises(PermissionDenied):
            reopen_suggestion(rep, made.key, revision=2, session=session)
        with pytest.raises(Conflict, match="Somebody changed"):
            reopen_suggestion(specialist, made.key, revision=1, session=session)
        first = reopen_suggestion(specialist, made.key, revision=2, session=session)
        assert (first.state, first.decided_by_id, first.decided_reason) == ("open", None, "")
    with database.transaction() as session:  # a second click
        assert reopen_suggestion(specialist, made.key, revision=2, session=session).revision == 3
    with database.transaction() as session:
        accept_suggestion(specialist, made.key, revision=3, session=session)
        with pytest.raises(Conflict, match="dropped there"):
            reopen_suggestion(specialist, made.key, revision=4, session=session)


def test_an_expired_one_waits_as_long_as_a_new_one_when_it_is_opened_again(
    database: Database, specialist: Actor
) -> None:
    made = _note(database, specialist)
    with database.transaction() as session:
        session.get_one(Suggestion, made.key).expires_at = now() - timedelta(days=1)
    assert expire_old(database) == 1
    with database.transaction() as session, pytest.raises(Conflict, match="expired already"):
        accept_suggestion(specialist, made.key, revision=2, session=session)
    with database.transaction() as session:
        reopen_suggestion(specialist, made.key, revision=2, session=session)
    assert expire_old(database, at=now() + timedelta(days=59)) == 0
    assert expire_old(database, at=now() + timedelta(days=61)) == 1
