"""What becomes a suggestion: only what a person wrote, once, without personal data, joined by subject."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from core.conversations import recall_reply
from core.criteria import ensure_criteria
from core.database import Database, now
from core.evals import dismiss_flag, raise_flag, withdraw_flag
from core.identity import Actor
from core.insights import (
    SuggestionSource,
    expire_old,
    find_suggestions,
    get_suggestion,
    list_suggestions,
    reopen_suggestion,
)
from tests.core.evals.making import cite, reply, write_draft
from tests.core.insights.conftest import LATER, asks, found
from tests.core.knowledge.making import WordEmbedder

DRAFT = "Hello Ada, a refund takes 5 to 10 business days. It goes to your original card."
EDITED = (
    "Hello Ada, a refund takes 3 business days when you pay by card. It goes to your original card.\n"
    "Best regards, Rita"
)


def _flagged(database: Database, who: Actor, name: str) -> int:
    """A draft about refunds with a weak flag that says how it should have been put; returns the flag's id."""
    case = asks(database, name, "How long does my refund take?")
    draft = write_draft(database, case, text="A refund takes 5 to 10 business days.")
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
        ensure_criteria(session=session)
        return raise_flag(
            who,
            session=session,
            subject_type="draft",
            subject_id=draft.key,
            strength="weak",
            criterion="correct",
            better="A refund takes at most 3 business days.",
        ).key


def test_an_edited_reply_suggests_a_patch_of_the_cited_article_with_the_changed_words_only(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    case = asks(database, "c1", "How long does my refund take? I am Ada Lovelace, ada@example.com.")
    draft = write_draft(database, case, text="A refund takes 5 to 10 business days. It goes to your card.")
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
    text = "A refund takes 3 business days, Ada Lovelace. It goes to your card.\n\nBest regards, Rita"
    reply(database, rep, case, text, draft=draft)
    (row,) = found(database, rep, embedder)
    suggestion = row.suggestion
    assert (suggestion.kind, suggestion.source, row.article_title) == ("patch", "edit", "Refunds")
    assert "3 business days" in suggestion.body
    assert "It goes to your card" not in suggestion.body  # the draft's words, not the person's
    assert "Best regards" not in suggestion.body
    assert "Ada" not in suggestion.body + suggestion.title
    with database.reading() as session:
        (source,) = get_suggestion(rep, suggestion.key, session=session).sources
    assert source.person == rep.name
    assert "Ada" not in source.source.question
    assert "example.com" not in source.source.question


def test_an_unedited_send_and_a_reply_that_was_taken_back_make_none(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    case = asks(database, "c1", "How long does my refund take?")
    draft = write_draft(database, case, text=DRAFT)
    reply(database, rep, case, DRAFT, draft=draft)
    other = asks(database, "c2", "Can I move a domain?")
    write_draft(database, other, text="", decision="abstain", reason="missing_knowledge")
    sent = reply(database, rep, other, "A domain can be moved once it is 60 days old.")
    with database.transaction() as session:
        recall_reply(rep, sent.message.key, session=session)
    assert found(database, rep, embedder) == []


def test_the_reply_by_hand_to_an_abstention_suggests_an_article_and_counts_conversations(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    said = "You can move a domain to another account once it is 60 days old."
    for name in ("c1", "c2"):
        case = asks(database, name, "Can I move my domain to another account?")
        write_draft(database, case, text="", decision="abstain", reason="missing_knowledge")
        reply(database, rep, case, f"Hi there,\n{said}" + (" Ask its owner first." if name == "c2" else ""))
    (row,) = found(database, rep, embedder)
    assert (row.suggestion.kind, row.suggestion.source, row.suggestion.affected) == ("new", "abstention", 2)
    assert row.suggestion.body == said
    assert row.suggestion.title == "Can I move my domain to another account?"


def test_an_abstention_for_another_reason_suggests_nothing(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    case = asks(database, "c1", "Can I move my domain?")
    write_draft(database, case, text="", decision="abstain", reason="policy")
    reply(database, rep, case, "A domain can be moved once it is 60 days old.")
    assert found(database, rep, embedder) == []


def test_another_subject_is_another_suggestion_and_the_larger_one_comes_first(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    for name, question, answer in (
        ("c1", "Can I export my invoices?", "Invoices are exported as a spreadsheet from the archive."),
        ("c2", "Can I move my domain?", "A domain can be moved once it is 60 days old."),
        ("c3", "Can I move my domain?", "A domain can be moved once it is 60 days old."),
    ):
        case = asks(database, name, question)
        write_draft(database, case, text="", decision="abstain", reason="missing_knowledge")
        reply(database, rep, case, answer)
    rows = found(database, rep, embedder)
    assert [row.suggestion.affected for row in rows] == [2, 1]
    assert rows[0].suggestion.title == "Can I move my domain?"


def test_a_weak_flag_with_better_words_suggests_them(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    _flagged(database, rep, "c1")
    (row,) = found(database, rep, embedder)
    assert (row.suggestion.source, row.suggestion.kind) == ("flag", "patch")
    assert row.suggestion.body == "A refund takes at most 3 business days."


def test_a_flag_that_is_withdrawn_counts_no_longer(
    database: Database, rep: Actor, specialist: Actor, embedder: WordEmbedder
) -> None:
    flags = [_flagged(database, who, name) for name, who in (("c1", rep), ("c2", specialist))]
    (row,) = found(database, rep, embedder)
    assert row.suggestion.affected == 2
    with database.transaction() as session:
        withdraw_flag(rep, flags[0], session=session)
    (row,) = found(database, rep, embedder)
    assert row.suggestion.affected == 1
    with database.reading() as session:
        (left,) = get_suggestion(rep, row.suggestion.key, session=session).sources
        assert left.source.flag_id == flags[1]
    with database.transaction() as session:
        dismiss_flag(specialist, flags[1], reason="That is what the policy says.", session=session)
    assert found(database, rep, embedder) == []
    with database.reading() as session:
        (ended,) = list_suggestions(rep, session=session, states=("expired",))
    assert ended.suggestion.decided_reason == "What it was made of was taken back."
    with database.transaction() as session:
        again = reopen_suggestion(
            specialist, ended.suggestion.key, revision=ended.suggestion.revision, session=session
        )
        assert again.state == "open"
    assert len(found(database, rep, embedder)) == 1  # opened again on purpose, it stays


def test_the_duty_stores_nothing_twice_and_old_suggestions_expire(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    case = asks(database, "c1", "Can I move my domain?")
    write_draft(database, case, text="", decision="abstain", reason="missing_knowledge")
    reply(database, rep, case, "A domain can be moved once it is 60 days old.")
    assert find_suggestions(database, embedder) == 0  # it can still be taken back
    assert find_suggestions(database, embedder, at=now() + LATER) == 1
    assert find_suggestions(database, embedder, at=now() + LATER) == 0
    with database.reading() as session:
        assert len(session.exec(select(SuggestionSource)).all()) == 1
    assert expire_old(database) == 0
    assert expire_old(database, at=now() + timedelta(days=61)) == 1
    with database.reading() as session:
        assert list_suggestions(rep, session=session) == []
        assert len(list_suggestions(rep, session=session, states=("expired",))) == 1


def test_contradictions_and_duplicates_are_found_before_anybody_decides(
    database: Database, rep: Actor, embedder: WordEmbedder
) -> None:
    case = asks(database, "c1", "When is my refund paid?")
    write_draft(database, case, text="", decision="abstain", reason="missing_knowledge")
    reply(database, rep, case, "A refund takes 20 business days.")
    (row,) = found(database, rep, embedder)
    assert (row.contradictions, row.suggestion.finds["contradictions"][0]["kind"]) == (1, "number")
