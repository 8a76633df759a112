"""What is worth a case: edits, labels and good endings, once each, and not what is a case already."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import col

from core.conversations import Conversation, Reply, recall_reply
from core.criteria import Judge, record_judgement
from core.database import Database
from core.errors import PermissionDenied
from core.evals import case_from_edit, case_from_label, case_from_resolved, suggest_cases
from core.evals.cases import CaseSuggestion
from core.identity import Actor
from tests.core.conversations.make import said
from tests.core.evals.making import open_case, reply, write_draft


def suggested(database: Database, actor: Actor, **rest: object) -> list[CaseSuggestion]:
    with database.reading() as session:
        return suggest_cases(actor, session=session, **rest)  # type: ignore[arg-type]


def test_a_rewritten_draft_is_suggested_until_it_is_a_case(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    draft = write_draft(database, conversation)
    sent = reply(database, rosa, conversation, "Quite another thing altogether", draft=draft).reply
    (found,) = suggested(database, sam)
    assert (found.kind, found.id, found.conversation_id) == ("edit", sent.key, conversation)
    assert found.why == "100 % of the draft's words were changed before it was sent."
    assert (found.question, found.before, found.after) == (
        "Where is my invoice?",
        draft.text,
        sent.final_text,
    )
    with database.transaction() as session:
        case_from_edit(sam, sent.key, session=session)
    assert suggested(database, sam) == []


def test_what_was_hardly_edited_or_taken_back_is_not(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    draft = write_draft(database, conversation)
    reply(database, rosa, conversation, draft.text + " Bye", draft=draft)
    other = open_case(database, "c2", messages=[said("customer", "Hello", external_id="m2")])
    sent = reply(database, rosa, other, "Quite another thing", draft=write_draft(database, other)).reply
    with database.transaction() as session:
        recall_reply(rosa, session.get_one(Reply, sent.key).message_id, session=session)
    assert suggested(database, sam) == []


def test_a_weak_label_is_suggested(database: Database, rosa: Actor, sam: Actor, conversation: int) -> None:
    draft = write_draft(database, conversation)
    sent = reply(database, rosa, conversation, draft.text, draft=draft).reply
    with database.transaction() as session:
        labels = [
            record_judgement(
                Judge.person(sam), name, session=session, subject_type="reply", subject_id=sent.key,
                answer=answer, origin="label",
            ).key
            for name, answer in (("polite", "yes"), ("clear", "no"))
        ]  # fmt: skip
    (found,) = suggested(database, sam, kind="label")
    assert (found.kind, found.id, found.before) == ("label", labels[1], draft.text)
    assert found.why.startswith("A person answered “no” to “")
    with database.transaction() as session:
        case_from_label(sam, labels[1], session=session)
    assert suggested(database, sam) == []


def test_a_good_ending_is_suggested(database: Database, rosa: Actor, sam: Actor, conversation: int) -> None:
    reply(database, rosa, conversation, "Your invoice is under Billing.")
    assert suggested(database, sam) == []
    with database.transaction() as session:
        session.execute(
            update(Conversation).where(col(Conversation.id) == conversation).values(status="resolved", csat=5)
        )
    (found,) = suggested(database, sam)
    assert (found.kind, found.id, found.why) == ("resolved", conversation, "The customer gave 5 of 5.")
    assert found.question == "Where is my invoice?"
    with database.transaction() as session:
        case_from_resolved(sam, conversation, session=session)
    assert suggested(database, sam, kind="resolved") == []


def test_only_those_who_write_cases_are_asked(database: Database, rosa: Actor, mia: Actor) -> None:
    for actor in (rosa, mia):
        with pytest.raises(PermissionDenied):
            suggested(database, actor)
