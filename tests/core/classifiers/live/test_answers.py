"""What the desk is told: live answers, what holds the AI back, and which conversations to show."""

from __future__ import annotations

import pytest

from core.classifiers import (
    Services,
    conversations_with,
    held_back,
    judge_new,
    judge_now,
    list_held,
    live_answers,
    ship,
)
from core.classifiers.live import filtering
from core.conversations import QueueView, list_queue
from core.database import Database
from core.errors import NotFound
from core.identity import SYSTEM, Actor
from tests.core.classifiers.live.making import FakeModel, arrive, make_classifier
from tests.core.conversations.make import stored_id


@pytest.fixture
def risk(database: Database, lucia: Actor) -> int:
    """A live classifier that keeps the AI from answering complaints."""
    key, version = make_classifier(database, "risk", words={"lawyer": "complaint"}, hold_back=["complaint"])
    with database.transaction() as session:
        ship(SYSTEM, key, version, session=session, stage="live")
    return key


def test_the_last_message_and_the_conversation(
    database: Database, services: Services, lucia: Actor, risk: int
) -> None:
    key, version = make_classifier(
        database, "area", criterion="product_area", subject_type="conversation", words={"invoice": "billing"}
    )
    with database.transaction() as session:
        ship(SYSTEM, key, version, session=session, stage="live")
    messages = arrive(database, "My invoice is wrong", "I will call my lawyer")
    conversation = stored_id(database)
    with database.reading() as session:
        assert live_answers(conversation, session=session) == [], "nothing is judged yet"
    judge_new(database=database, services=services)
    with database.reading() as session:
        area, risky = live_answers(conversation, session=session)
        held = held_back(conversation, session=session)
        with pytest.raises(NotFound):
            live_answers(conversation + 99, session=session)
    assert (area.classifier, area.answer, area.message_id, area.holds_back) == (
        "area",
        "billing",
        None,
        False,
    )
    assert area.question == "Which parts of the product is it about?"
    assert (risky.answer, risky.message_id, risky.holds_back) == ("complaint", messages[1], True)
    assert held is not None
    assert (held.classifier, held.answer) == ("risk", "complaint")
    assert held.confidence == pytest.approx(0.9)
    assert held.question.startswith("“Risk” says “complaint”, 90 % sure.")


def test_an_earlier_unanswered_message_holds_back_too(
    database: Database, services: Services, risk: int
) -> None:
    first, _ = arrive(database, "My lawyer will write", "hello?")
    judge_new(database=database, services=services)
    with database.reading() as session:
        held = held_back(stored_id(database), session=session)
    assert held is not None
    assert held.message_id == first


def test_drafting_asks_what_was_not_judged_yet(database: Database, services: Services, risk: int) -> None:
    arrive(database, "My lawyer will write")
    conversation = stored_id(database)
    with database.reading() as session:
        assert held_back(conversation, session=session) is None
    assert judge_now(conversation, database=database, services=services) == 1
    assert judge_now(conversation, database=database, services=services) == 0
    with database.reading() as session:
        assert held_back(conversation, session=session) is not None
    assert judge_new(database=database, services=services) == 0, "one answer a subject, whoever asked"


def test_one_that_cannot_be_asked_holds_back(
    database: Database, services: Services, risk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(database, "Where is my invoice?")
    conversation = stored_id(database)
    monkeypatch.setattr(FakeModel, "down", "Out of order.")
    assert judge_now(conversation, database=database, services=services) == 0
    with database.reading() as session:
        (held,) = list_held(conversation, session=session, unjudged=True)
        assert list_held(conversation, session=session) == []
    assert (held.classifier, held.answer) == ("risk", "")
    assert "could not be asked" in held.question


@pytest.mark.parametrize("few", [1_000, 0], ids=["named one by one", "looked up along the queue"])
def test_the_queue_by_answer(
    database: Database,
    services: Services,
    lucia: Actor,
    risk: int,
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(filtering, "FEW", few)
    area, version = make_classifier(
        database,
        "area",
        criterion="product_area",
        subject_type="conversation",
        words={"invoice": "billing", "login": "account"},
    )
    with database.transaction() as session:
        ship(SYSTEM, area, version, session=session, stage="live")
    arrive(database, "My invoice is wrong, my lawyer is told", name="c1")
    arrive(database, "My lawyer", "thanks, solved", name="c2")
    arrive(database, "No invoice, no login", name="c3")
    arrive(database, "perhaps a lawyer", name="c4")
    judge_new(database=database, services=services)

    def shown(classifier_id: int, answer: str) -> set[int]:
        with database.reading() as session:
            within = conversations_with(classifier_id, answer, session=session)
            page = list_queue(lucia, session=session, view=QueueView.ALL, within=within)
        return {row.id for row in page.rows}

    first, third = stored_id(database, "c1"), stored_id(database, "c3")
    assert shown(risk, "complaint") == {first}, "neither an earlier message nor an unsure answer counts"
    assert shown(area, "billing") == {first, third}
    assert shown(area, "account") == {third}
    assert shown(area + 99, "billing") == set()
