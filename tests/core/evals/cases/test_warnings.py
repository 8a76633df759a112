"""Duplicates and leaks are found, and what is no leak is not called one."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest
from sqlalchemy import insert
from sqlmodel import select

from core.classifiers.tables import Classifier, ClassifierExample
from core.database import Database, now
from core.evals import EvalCase, add_members, case_from_edit, case_warnings, create_suite, similar_cases
from core.identity import SYSTEM, Actor
from tests.core.evals.cases.making import write_case
from tests.core.evals.making import GOODWILL, INVOICES, REFUNDS, bring_articles, reply, write_draft

REPLY = (
    "Your refund was sent on the 3rd of March and reaches your bank within two weeks at the latest. "
    "Please tell us when it does not arrive by then."
)


def warnings(database: Database, actor: Actor, case_id: int) -> dict[str, str]:
    """What is warned of to the message."""
    with database.reading() as session:
        return {each.what: each.message for each in case_warnings(actor, case_id, session=session)}


def test_a_case_by_itself_is_warned_of_nothing(database: Database, sam: Actor) -> None:
    bring_articles(database)
    case = write_case(database, "Where is my invoice?", actor=sam)
    write_case(database, "Can I change the e-mail address of my account to another one?", actor=sam)
    assert warnings(database, sam, case.key) == {}


def test_nearly_the_same_words_are_a_duplicate(database: Database, sam: Actor) -> None:
    case = write_case(database, "Where do I find my invoice for March?", actor=sam)
    write_case(database, "where do i find my invoice, for march", actor=sam, name="Twin")
    with database.reading() as session:
        (found,) = case_warnings(sam, case.key, session=session)
    assert "“Twin”" in found.message
    assert found.likeness is not None
    assert found.likeness > 0.95


def test_a_grader_that_learned_from_the_case_knows_the_answer(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    draft = write_draft(database, conversation, text="No.")
    sent = reply(database, rosa, conversation, REPLY, draft=draft)
    with database.transaction() as session:
        case = case_from_edit(sam, sent.reply.key, session=session)
        case.expectations = [
            *case.expectations,
            {"kind": "criterion", "criterion": "polite", "answers": ["yes"]},
        ]
        session.add(case)
        polite = Classifier(
            name="tone", title="Tone", criterion_name="polite", kind="examples", subject_type="reply"
        )
        other = Classifier(
            name="c", title="Clear", criterion_name="clear", kind="examples", subject_type="reply"
        )
        session.add_all([polite, other])
        session.flush()
        session.add_all(
            [
                ClassifierExample(classifier_id=other.key, text=REPLY, answer="yes", digest="1"),
                ClassifierExample(classifier_id=polite.key, text="Something else", answer="yes", digest="2"),
                ClassifierExample(
                    classifier_id=polite.key, text=REPLY, answer="yes", digest="3", held_out=True
                ),
            ]
        )
        case_id, tone = case.key, polite.key
    assert warnings(database, sam, case_id) == {}, "of another question, of other words, or held out"
    with database.transaction() as session:
        session.add(
            ClassifierExample(
                classifier_id=tone, text=REPLY.replace("3rd", "third"), answer="yes", digest="4"
            )
        )
        session.add(
            ClassifierExample(
                classifier_id=tone, text="Hm", answer="no", digest="5", conversation_id=conversation
            )
        )
    assert warnings(database, sam, case_id)["example"].startswith("2 examples that taught “Tone”")


def test_a_reference_that_was_published_since_is_a_leak(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    draft = write_draft(database, conversation, text="No.")
    sent = reply(database, rosa, conversation, REPLY, draft=draft)
    with database.transaction() as session:
        case_id = case_from_edit(sam, sent.reply.key, session=session).key
    assert warnings(database, sam, case_id) == {}
    bring_articles(database, replace(REFUNDS, body=f"A refund takes 5 days.\n\n{REPLY}"), INVOICES, GOODWILL)
    assert "“Refunds”" in warnings(database, sam, case_id)["article"]


def test_knowledge_the_case_had_is_no_leak(database: Database, rosa: Actor, sam: Actor) -> None:
    """A reply that quotes an article is what is wanted."""
    from tests.core.evals.making import open_case

    bring_articles(database, replace(REFUNDS, body=REPLY))
    conversation = open_case(database)
    sent = reply(database, rosa, conversation, REPLY, draft=write_draft(database, conversation, text="No."))
    with database.transaction() as session:
        case_id = case_from_edit(sam, sent.reply.key, session=session).key
    assert warnings(database, sam, case_id) == {}


def test_held_out_and_open_at_once(database: Database, sam: Actor, mia: Actor) -> None:
    case = write_case(database, "Where is my invoice?", actor=sam)
    with database.transaction() as session:
        for title, held_out in (("Core", False), ("Secret", True)):
            suite = create_suite(sam, session=session, title=title, held_out=held_out)
            add_members(SYSTEM, suite.key, [case.key], session=session)
    message = warnings(database, mia, case.key)["held_out"]
    assert "“Secret”, which is held out, and also to “Core”" in message


@pytest.mark.parametrize("text", ["", "  ", "?!", "👋🏽"])
def test_texts_without_words_are_like_nothing(database: Database, sam: Actor, text: str) -> None:
    write_case(database, "Hello", actor=sam)
    with database.reading() as session:
        assert similar_cases(sam, text, session=session) == []


def test_it_is_quick_among_five_thousand(database: Database, sam: Actor) -> None:
    first = write_case(database, "Where do I find the invoice for the month of March, please?", actor=sam)
    with database.transaction() as session:
        template = session.get_one(EvalCase, first.key).model_dump(exclude={"id"})
        session.execute(
            insert(EvalCase),
            [
                template
                | {
                    "digest": f"d{number}",
                    "created_at": now(),
                    "said": f"Question {number}: how is setting {number * 7919 % 5003} of {number} changed?",
                }
                for number in range(5_000)
            ],
        )
    with database.reading() as session:
        assert len(session.exec(select(EvalCase.id)).all()) == 5_001
        started = process_time()
        similar_cases(sam, "where do I find an invoice for the month of march please", session=session)
        took = process_time() - started
        (found,) = similar_cases(
            sam, "where do I find the invoice for the month of march please", session=session
        )
    assert found.case_id == first.key
    assert took < 1.0, f"{took:.2f} s of computing"
