"""Deciding on suggestions: accept, change, reject; twice, by two people, and by those who may not."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import Actor, Role
from core.insights import (
    Suggestion,
    accept_suggestion,
    edit_suggestion,
    get_suggestion,
    list_suggestions,
    patched,
    reject_suggestion,
    write_note,
)
from core.knowledge import get_edit
from core.knowledge.tables import Article
from tests.core.conversations.make import add_actor
from tests.core.evals.making import customer_says, reply, write_draft
from tests.core.insights.conftest import asks, found
from tests.core.knowledge.making import WordEmbedder

NOTE = "From March on we refund annual plans in full within 30 days."


def _note(
    database: Database, actor: Actor, title: str = "Annual refunds", text: str = NOTE, **more: int
) -> Suggestion:
    with database.transaction() as session:
        return write_note(actor, title, text, session=session, **more)


def test_an_accepted_note_becomes_an_edit_that_knows_where_it_came_from(
    database: Database, specialist: Actor
) -> None:
    made = _note(database, add_actor(database, "mia", Role.MANAGER))
    with database.transaction() as session:
        first = accept_suggestion(specialist, made.key, revision=made.revision, session=session)
    with database.transaction() as session:
        again = accept_suggestion(specialist, made.key, revision=made.revision, session=session)
        assert first.edit_id is not None
        edit = get_edit(specialist, first.edit_id, session=session).edit
    assert again.edit_id == first.edit_id
    assert (edit.title, edit.body, edit.article_id) == ("Annual refunds", NOTE, None)
    assert edit.origin["suggestion_id"] == made.key


def test_an_accepted_patch_changes_only_the_words_it_is_about(
    database: Database, specialist: Actor, embedder: WordEmbedder
) -> None:
    with database.reading() as session:
        article = session.exec(select(Article).where(col(Article.external_id) == "refunds")).one()
    made = _note(database, specialist, "", "Gift cards are not refunded.", article_id=article.key)
    with database.transaction() as session:
        edit_id = accept_suggestion(specialist, made.key, revision=1, session=session).edit_id
        assert edit_id is not None
        edit = get_edit(specialist, edit_id, session=session).edit
    assert edit.article_id == article.key
    assert edit.body.split() == f"A refund takes 5 to 10 business days. {made.body}".split()


@pytest.mark.parametrize(
    ("body", "replaces", "expected"),
    [
        ("It takes\n5 days. Else ask.", "It takes 5 days.", "It takes 3 days. Else ask."),
        ("Else ask.", "It takes 5 days.", "Else ask.\n\nIt takes 3 days.\n"),
        ("It takes 3 days.", "", "It takes 3 days."),
        ("", "", "It takes 3 days."),
    ],
)
def test_a_patch_replaces_what_it_corrects_and_is_else_added(body: str, replaces: str, expected: str) -> None:
    assert patched(body, replaces, "It takes 3 days.") == expected


def test_a_rejected_one_keeps_its_reason_and_its_conversation_does_not_bring_it_back(
    database: Database, rep: Actor, specialist: Actor, embedder: WordEmbedder
) -> None:
    said = "A domain can be moved once it is 60 days old."
    case = asks(database, "c1", "Can I move my domain?")
    write_draft(database, case, text="", decision="abstain", reason="missing_knowledge")
    reply(database, rep, case, said)
    (row,) = found(database, rep, embedder)
    with database.transaction() as session:
        with pytest.raises(InvalidInput, match="Say why"):
            reject_suggestion(specialist, row.suggestion.key, " ", revision=1, session=session)
        reject_suggestion(
            specialist, row.suggestion.key, "We stop selling domains.", revision=1, session=session
        )
    customer_says(database, case, "Can I move my domain?")
    write_draft(database, case, text="", decision="abstain", reason="missing_knowledge")
    reply(database, rep, case, said)
    assert found(database, rep, embedder) == []
    with database.reading() as session:
        (rejected,) = list_suggestions(rep, session=session, states=("rejected",))
        assert len(get_suggestion(rep, row.suggestion.key, session=session).sources) == 2
    assert (rejected.suggestion.decided_reason, rejected.decided_by) == ("We stop selling domains.", "Sam")


def test_two_specialists_do_not_undo_each_other(database: Database, specialist: Actor) -> None:
    made = _note(database, specialist)
    with database.transaction() as session:
        edit_suggestion(specialist, made.key, title="Refunds", body="In full.", revision=1, session=session)
    with database.transaction() as session, pytest.raises(Conflict, match="Somebody changed"):
        accept_suggestion(specialist, made.key, revision=1, session=session)
    with database.transaction() as session:
        accept_suggestion(specialist, made.key, revision=2, session=session)
    with database.transaction() as session, pytest.raises(Conflict, match="accepted already"):
        reject_suggestion(specialist, made.key, "No.", revision=3, session=session)


def test_a_rep_may_write_a_note_once_but_not_decide(database: Database, rep: Actor) -> None:
    made = _note(database, rep)
    assert _note(database, rep).key == made.key  # a double click
    with database.transaction() as session:
        for act in (
            lambda: accept_suggestion(rep, made.key, revision=1, session=session),
            lambda: reject_suggestion(rep, made.key, "No.", revision=1, session=session),
            lambda: edit_suggestion(rep, made.key, title="A", body="B", revision=1, session=session),
        ):
            with pytest.raises(PermissionDenied):
                act()
        with pytest.raises(NotFound):
            write_note(rep, "", "Text.", article_id=999, session=session)
        with pytest.raises(InvalidInput, match="title"):
            write_note(rep, "", "Text.", session=session)
