"""A case gives back what was there when it was frozen, whatever happened since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from core.actions import ActionRequest
from core.assist import Draft, Step
from core.conversations import recall_reply, visible_messages
from core.conversations.tables import Customer
from core.database import Database, now
from core.evals import EARLIEST, EXACT, RECONSTRUCTED, ThawedCase, frozen_passages, raise_flag, thaw
from core.identity import SYSTEM, Actor
from core.knowledge import Article, archive
from tests.core.conversations.make import START, said
from tests.core.evals.making import (
    GOODWILL,
    INVOICES,
    REFUNDS,
    bring_articles,
    cite,
    customer_says,
    open_case,
    reply,
    write_draft,
)


def flagged(database: Database, actor: Actor, subject_type: str, subject_id: int) -> int:
    """Flags it and gives the case."""
    with database.transaction() as session:
        flag = raise_flag(
            actor,
            session=session,
            subject_type=subject_type,
            subject_id=subject_id,
            strength="weak",
            criterion="correct",
        )
    assert flag.case_id is not None
    return flag.case_id


def thawed(database: Database, case_id: int) -> tuple[ThawedCase, list[str]]:
    """The case and the texts of its passages, sorted."""
    with database.reading() as session:
        found = thaw(case_id, session=session)
        return found, sorted(each.text for each in frozen_passages(found, session=session))


def change_refunds(database: Database, days: str) -> None:
    bring_articles(database, replace(REFUNDS, body=f"A refund takes {days}."), INVOICES, GOODWILL)


def archive_named(database: Database, external_id: str) -> None:
    with database.transaction() as session:
        article = session.exec(select(Article).where(Article.external_id == external_id)).one()
        archive(SYSTEM, article.key, session=session)


def test_a_thawed_case_is_the_same_after_everything_has_changed(
    database: Database, rosa: Actor, conversation: int
) -> None:
    sent = reply(database, rosa, conversation, "I am looking into it")
    customer_says(database, conversation, "Any news? 🙂")
    step = Step("T1", "find_invoice", "Invoice", "done", {"number": "7"}, "Paid", ("It is paid.",), "en")
    draft = write_draft(database, conversation, note="shorter", steps=[step.as_json()])
    before, passages = thawed(database, flagged(database, rosa, "draft", draft.key))
    assert [each.text for each in before.messages] == [
        "Where is my invoice?",
        "I am looking into it",
        "Any news? 🙂",
    ]
    assert [each.author for each in before.messages] == ["customer", "rep", "customer"]
    assert before.messages[1].name == "Rosa"
    assert before.steps == (step,)
    assert (before.note, before.locale, before.knowledge) == ("shorter", "en", EXACT)
    assert before.basis_message_id == before.messages[-1].id
    assert passages == sorted([REFUNDS.body, INVOICES.body, GOODWILL.body])

    change_refunds(database, "a month")
    archive_named(database, "invoices")
    customer_says(database, conversation, "Hello??")
    with database.transaction() as session:
        recall_reply(rosa, sent.message.key, session=session)
        customer = session.exec(select(Customer)).one()
        customer.facts, customer.name = {"plan": "Sloop"}, "Somebody Else"
        session.add(customer)

    assert thawed(database, before.case.key) == (before, passages)


def test_what_came_after_the_draft_is_not_in_its_case(
    database: Database, rosa: Actor, conversation: int
) -> None:
    draft = write_draft(database, conversation)
    reply(database, rosa, conversation, "Something else entirely")
    customer_says(database, conversation, "And another thing")
    case, _ = thawed(database, flagged(database, rosa, "draft", draft.key))
    assert [each.text for each in case.messages] == ["Where is my invoice?"]


def test_a_reply_taken_back_after_the_draft_was_there_when_it_was_written(
    database: Database, rosa: Actor, conversation: int
) -> None:
    early, late = (reply(database, rosa, conversation, text) for text in ("Too early", "Still there"))
    with database.transaction() as session:
        recall_reply(rosa, early.message.key, session=session)
    draft = write_draft(database, conversation)
    with database.transaction() as session:
        recall_reply(rosa, late.message.key, session=session)
    case, _ = thawed(database, flagged(database, rosa, "draft", draft.key))
    assert [each.text for each in case.messages] == ["Where is my invoice?", "Still there"]


def test_flags_on_a_draft_and_on_the_reply_sent_from_it_share_a_case(
    database: Database, rosa: Actor, otto: Actor, conversation: int
) -> None:
    draft = write_draft(database, conversation)
    sent = reply(database, otto, conversation, draft=draft)
    first = flagged(database, rosa, "draft", draft.key)
    change_refunds(database, "a year")  # the case is found again all the same
    assert flagged(database, rosa, "reply", sent.reply.key) == first
    assert flagged(database, otto, "draft", draft.key) == first


def test_a_reply_that_answers_a_newer_question_than_its_draft_is_a_case_of_its_own(
    database: Database, rosa: Actor, conversation: int
) -> None:
    draft = write_draft(database, conversation)
    customer_says(database, conversation, "In fact I want to cancel")
    sent = reply(database, rosa, conversation, draft=draft)
    own = flagged(database, rosa, "reply", sent.reply.key)
    assert flagged(database, rosa, "draft", draft.key) != own
    case, _ = thawed(database, own)
    assert [each.text for each in case.messages] == ["Where is my invoice?", "In fact I want to cancel"]


def test_the_knowledge_of_a_draft_is_found_by_its_digest(
    database: Database, rosa: Actor, conversation: int
) -> None:
    """Old versions, archived articles and new ones in between: the state with the digest is the one."""
    change_refunds(database, "7 days")
    draft = write_draft(database, conversation)
    change_refunds(database, "a month")
    archive_named(database, "goodwill")
    bring_articles(database, replace(INVOICES, external_id="late", title="Late", body="Too late."))
    case, passages = thawed(database, flagged(database, rosa, "draft", draft.key))
    assert case.knowledge == EXACT
    assert passages == sorted(["A refund takes 7 days.", INVOICES.body, GOODWILL.body])


def test_an_article_archived_and_published_again_was_not_there_in_between(
    database: Database, rosa: Actor, conversation: int
) -> None:
    archive_named(database, "goodwill")
    sent = reply(database, rosa, conversation)
    bring_articles(database, replace(GOODWILL, body="We may grant 50 EUR."), REFUNDS, INVOICES)
    case, passages = thawed(database, flagged(database, rosa, "reply", sent.reply.key))
    assert case.knowledge == RECONSTRUCTED
    assert passages == sorted([REFUNDS.body, INVOICES.body])


def test_where_the_digest_is_unknown_what_the_draft_cited_counts(
    database: Database, rosa: Actor, conversation: int
) -> None:
    """A draft older than the knowledge, as imported ones are: the first versions, and those it cited."""
    change_refunds(database, "a month")
    draft = write_draft(database, conversation, build_id="", created_at=START + timedelta(days=1))
    with database.transaction() as session:
        cite(draft, "Refunds", session=session)
    case, passages = thawed(database, flagged(database, rosa, "draft", draft.key))
    assert case.knowledge == EARLIEST
    assert passages == sorted(["A refund takes a month.", INVOICES.body, GOODWILL.body])


def test_earlier_actions_are_as_they_were_then(database: Database, rosa: Actor, conversation: int) -> None:
    draft = write_draft(database, conversation, answer="It was in May")
    written, later = draft.created_at, draft.created_at + timedelta(hours=1)
    with database.transaction() as session:
        shared: dict[str, Any] = {
            "conversation_id": conversation,
            "customer_id": session.exec(select(Customer)).one().key,
            "action": "refund",
            "connector": "test",
            "definition": "x",
            "risk": "reversible",
        }
        past = written - timedelta(hours=1)
        dated: list[dict[str, Any]] = [
            {"status": "done", "decided_at": past, "finished_at": past, "summary": "over"},
            {"status": "done", "decided_at": past, "finished_at": later, "summary": "came later"},
            {"status": "rejected", "decided_at": past, "decision_reason": "no"},
            {"status": "done", "decided_at": later, "finished_at": later, "summary": "unknown then"},
        ]
        session.add_all(
            ActionRequest(idempotency_key=str(number), effect=f"Effect {number}", **shared, **dates)
            for number, dates in enumerate(dated)
        )
    case, _ = thawed(database, flagged(database, rosa, "draft", draft.key))
    assert [(step.label, step.title, step.status, step.summary) for step in case.background.steps] == [
        ("A1", "Effect 0", "done", "over"),
        ("A2", "Effect 1", "waiting", "Effect 1"),
        ("A3", "Effect 2", "rejected", "Effect 2"),
    ]
    assert [each.text for each in case.background.answers] == ["It was in May"]


def test_an_imported_reply_has_what_was_said_before_it(database: Database, rosa: Actor) -> None:
    texts = [said("customer", "Hi"), said("rep", "Hello", minute=1), said("customer", "Thanks", minute=2)]
    conversation = open_case(database, "imported", messages=texts)
    with database.reading() as session:
        hello = visible_messages(conversation, session=session)[1]
    case, _ = thawed(database, flagged(database, rosa, "message", hello.key))
    assert [each.text for each in case.messages] == ["Hi"]
    assert case.steps == ()


@pytest.mark.parametrize("articles", [0, 3])
def test_nothing_changed_since_means_exact(database: Database, rosa: Actor, articles: int) -> None:
    if articles:
        bring_articles(database)
    sent = reply(database, rosa, open_case(database))
    with database.transaction() as session:  # the reply was sent a while after the knowledge was stored
        moved = session.get_one(type(sent.message), sent.message.key)
        moved.created_at = now() + timedelta(minutes=5)
        session.add(moved)
    case, passages = thawed(database, flagged(database, rosa, "reply", sent.reply.key))
    assert (case.knowledge, len(passages)) == (EXACT, articles)


def test_drafts_are_not_changed_by_a_flag(database: Database, rosa: Actor, conversation: int) -> None:
    draft = write_draft(database, conversation)
    flagged(database, rosa, "draft", draft.key)
    with database.reading() as session:
        assert session.get_one(Draft, draft.key) == draft
