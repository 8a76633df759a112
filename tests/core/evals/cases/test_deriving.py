"""Cases from edits, labels and resolved conversations freeze like those from flags, and share them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select, update

from core.classifiers.tables import Classifier, ClassifierAnswer, ClassifierVersion
from core.conversations import Conversation, Reply, recall_reply
from core.criteria import Criterion, Judge, current_criterion, record_judgement, withdraw_judgement
from core.database import Database, now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.evals import (
    EvalCase,
    accept_flag,
    add_members,
    case_from_edit,
    case_from_label,
    case_from_resolved,
    create_suite,
    raise_flag,
    thaw,
)
from core.evals.themes import theme_of, themes_of
from core.identity import Actor
from tests.core.conversations.make import said
from tests.core.evals.making import TEXT, customer_says, open_case, reply, write_draft

SENT = "Your invoice of March is under Billing, and I have sent you a copy by e-mail. Best, Rosa"


def sent(
    database: Database, actor: Actor, conversation: int, text: str = SENT, *, drafted: bool = True
) -> int:
    """Key of a reply."""
    draft = write_draft(database, conversation) if drafted else None
    return reply(database, actor, conversation, text, draft=draft).reply.key


def made(database: Database, what: Any, actor: Actor, key: int) -> EvalCase:
    with database.transaction() as session:
        found: EvalCase = what(actor, key, session=session)
        return found


def judge(database: Database, actor: Actor, criterion: str, subject_type: str, key: int, answer: str) -> int:
    with database.transaction() as session:
        return record_judgement(
            Judge.person(actor),
            criterion,
            session=session,
            subject_type=subject_type,
            subject_id=key,
            answer=answer,
            origin="label",
        ).key


def resolve(database: Database, conversation: int) -> None:
    with database.transaction() as session:
        session.execute(
            update(Conversation).where(col(Conversation.id) == conversation).values(status="resolved")
        )


def test_an_edited_draft_is_a_case_with_what_was_sent_as_reference(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    key = sent(database, rosa, conversation)
    case = made(database, case_from_edit, sam, key)
    assert case.expectations == [{"kind": "reference", "text": SENT}]
    assert (case.source, case.state, case.polarity) == ("edit", "candidate", "negative")
    assert case.provenance["reply"] == key
    assert case.channel == "chat"
    assert (case.owner_id, case.created_by_id) == (sam.person_id, sam.person_id)
    with database.reading() as session:
        frozen = thaw(case.key, session=session)
        stored = session.get_one(Reply, key)
    assert [each.text for each in frozen.messages] == ["Where is my invoice?"], "as the draft saw it"
    assert case.draft_id == stored.draft_id
    assert made(database, case_from_edit, sam, key).key == case.key
    assert made(database, case_from_edit, sam, key).revision == 1, "and repeating changes nothing"


def test_what_was_hardly_edited_was_right(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    words = " ".join(f"word{number}" for number in range(40))
    draft = write_draft(database, conversation, text=words)
    key = reply(database, rosa, conversation, words + " Bye", draft=draft).reply.key
    assert made(database, case_from_edit, sam, key).polarity == "positive"


def test_what_cannot_be_an_edit_is_refused(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    by_hand = sent(database, rosa, conversation, drafted=False)
    with pytest.raises(InvalidInput, match="without a draft"):
        made(database, case_from_edit, sam, by_hand)
    with pytest.raises(NotFound):
        made(database, case_from_edit, sam, 4711)
    with pytest.raises(PermissionDenied):
        made(database, case_from_edit, rosa, by_hand)
    customer_says(database, conversation, "And?")
    taken_back = sent(database, rosa, conversation)
    with database.transaction() as session:
        message = session.get_one(Reply, taken_back).message_id
        recall_reply(rosa, message, session=session)
    with pytest.raises(Conflict, match="taken back"):
        made(database, case_from_edit, sam, taken_back)


def test_a_label_expects_a_good_answer(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    key = sent(database, rosa, conversation)
    with database.reading() as session:
        good = current_criterion("polite", session=session)
    assert good is not None
    weak = judge(database, sam, "polite", "reply", key, "no")
    case = made(database, case_from_label, sam, weak)
    assert case.expectations == [{"kind": "criterion", "criterion": "polite", "answers": list(good.good)}]
    assert (case.source, case.polarity) == ("label", "negative")
    strong = judge(database, sam, "clear", "reply", key, "yes")
    again = made(database, case_from_label, sam, strong)
    assert again.key == case.key, "the same words are the same case"
    assert [each["criterion"] for each in again.expectations] == ["polite", "clear"]
    assert (again.polarity, again.revision) == ("negative", 2)


def test_a_label_that_no_grader_could_check_makes_no_case(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    with database.transaction() as session:
        session.add(
            Criterion(name="topic", question="What is it about?", kind="one_of",
                      subjects=["conversation"], answers=["a", "b"])
        )  # fmt: skip
    topic = judge(database, sam, "topic", "conversation", conversation, "a")
    with pytest.raises(InvalidInput, match="not asked about drafts or replies"):
        made(database, case_from_label, sam, topic)
    key = sent(database, rosa, conversation)
    label = judge(database, sam, "polite", "reply", key, "no")
    with database.transaction() as session:
        withdraw_judgement(Judge.person(sam), label, session=session)
    with pytest.raises(Conflict, match="taken back"):
        made(database, case_from_label, sam, label)
    with pytest.raises(NotFound):
        made(database, case_from_label, sam, 4711)


def test_a_resolved_conversation_asks_its_first_question_again(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    first = sent(database, rosa, conversation, "Which month is it about, please?", drafted=False)
    customer_says(database, conversation, "March")
    sent(database, rosa, conversation, SENT, drafted=False)
    customer_says(database, conversation, "Thanks")
    sent(database, rosa, conversation, "You are welcome!", drafted=False)
    with pytest.raises(Conflict, match="not resolved"):
        made(database, case_from_resolved, sam, conversation)
    resolve(database, conversation)
    case = made(database, case_from_resolved, sam, conversation)
    assert case.expectations == [{"kind": "reference", "text": SENT}], "not the closing line"
    assert (case.source, case.polarity) == ("resolved", "positive")
    with database.reading() as session:
        assert [each.text for each in thaw(case.key, session=session).messages] == ["Where is my invoice?"]
        assert session.get_one(Reply, first).conversation_id == conversation
    assert made(database, case_from_resolved, sam, conversation).key == case.key


def test_a_conversation_without_our_reply_makes_no_case(database: Database, sam: Actor) -> None:
    silent = open_case(database, "c9", messages=[said("customer", "Hello?", external_id="m9")])
    resolve(database, silent)
    with pytest.raises(InvalidInput, match="never replied"):
        made(database, case_from_resolved, sam, silent)
    with pytest.raises(NotFound):
        made(database, case_from_resolved, sam, 4711)


def test_flags_and_edits_of_one_draft_share_a_case_and_keep_each_others_expectations(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    key = sent(database, rosa, conversation)
    edited = made(database, case_from_edit, sam, key)
    with database.transaction() as session:
        flag = raise_flag(
            rosa, session=session, subject_type="reply", subject_id=key, strength="strong", criterion="polite"
        )
    assert flag.case_id == edited.key
    with database.transaction() as session:
        accept_flag(sam, flag.key, session=session)
    with database.reading() as session:
        case = session.get_one(EvalCase, edited.key)
    assert case.state == "accepted"
    assert case.expectations[0] == {"kind": "reference", "text": SENT}
    assert case.expectations[1]["flag"] == flag.key
    assert case.provenance["flag"] == flag.key
    assert case.provenance["reply"] == key


def test_a_flag_fills_in_what_cases_are_filed_by(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    draft = write_draft(database, conversation, text=TEXT)
    with database.transaction() as session:
        flag = raise_flag(
            rosa,
            session=session,
            subject_type="draft",
            subject_id=draft.key,
            strength="weak",
            criterion="polite",
        )
        accept_flag(sam, flag.key, session=session)
    with database.reading() as session:
        case = session.get_one(EvalCase, flag.case_id)
    assert (case.channel, case.locale, case.polarity) == ("chat", "en", "negative")
    assert case.provenance == {"draft": draft.key, "flag": flag.key}
    assert case.said == "Where is my invoice?"
    assert case.owner_id == sam.person_id


def test_a_held_out_case_is_not_extended_behind_the_wall(
    database: Database, rosa: Actor, sam: Actor, conversation: int
) -> None:
    key = sent(database, rosa, conversation)
    case = made(database, case_from_edit, sam, key)
    with database.transaction() as session:
        suite = create_suite(sam, session=session, title="Secret", held_out=True)
        add_members(sam, suite.key, [case.key], session=session)
    label = judge(database, sam, "polite", "reply", key, "no")
    with pytest.raises(Conflict, match="held out"):
        made(database, case_from_label, sam, label)


def test_the_theme_is_what_the_live_classifier_says(
    database: Database, sam: Actor, conversation: int
) -> None:
    other = open_case(database, "c2", messages=[said("customer", "Refund me", external_id="m2")])
    with database.transaction() as session:
        session.add(
            Criterion(name="went", question="How did it go?", kind="one_of", subjects=["conversation"],
                      answers=["well", "badly"], good=["well"])
        )  # fmt: skip
        topic = Criterion(name="topic", question="What is it about?", kind="one_of",
                          subjects=["conversation"], answers=["invoices", "refunds"])  # fmt: skip
        session.add(topic)
        session.flush()
        classifier = Classifier(name="topics", title="Topics", criterion_name="topic", kind="rules",
                                subject_type="conversation")  # fmt: skip
        session.add(classifier)
        session.flush()
        version = ClassifierVersion(classifier_id=classifier.key, version=1, criterion_id=topic.key,
                                    kind="rules", subject_type="conversation")  # fmt: skip
        session.add(version)
        session.flush()
        classifier.live_version_id = version.key
        session.add(
            ClassifierAnswer(version_id=version.key, subject_id=conversation, conversation_id=conversation,
                             answer="invoices", confidence=0.9, source="live", occurred_at=now())
        )  # fmt: skip
        session.add(
            ClassifierAnswer(version_id=version.key, subject_id=other, conversation_id=other,
                             answer="refunds", abstained=True, source="live", occurred_at=now())
        )  # fmt: skip
    with database.reading() as session:
        assert themes_of([conversation, other], session=session) == {conversation: "invoices"}
    judge(database, sam, "topic", "conversation", other, "refunds")
    judge(database, sam, "went", "conversation", other, "badly")
    with database.reading() as session:
        assert theme_of(other, session=session) == "refunds", "a person said so where the classifier did not"
        assert theme_of(4711, session=session) == ""
        assert session.exec(select(EvalCase)).all() == []
