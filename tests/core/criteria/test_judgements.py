"""The shipped criteria, and answers to them."""

from __future__ import annotations

import pytest
from sqlmodel import func, select

from core.criteria import (
    CUSTOMER,
    MAX_REASON,
    SHIPPED,
    Criterion,
    Judge,
    Judgement,
    current_criterion,
    ensure_criteria,
    list_judgements,
    record_judgement,
    retire_criterion,
    withdraw_judgement,
)
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role

REP = Actor(7, "rosa", "Rosa", Role.REP)


@pytest.fixture(autouse=True)
def _shipped(database: Database) -> None:
    with database.transaction() as session:
        assert len(ensure_criteria(session=session)) == len(SHIPPED)


def test_shipped_criteria_are_added_once_and_edits_stay(database: Database) -> None:
    with database.transaction() as session:
        session.add(Criterion(name="polite", version=2, question="Kind?", kind="yes_no", subjects=["reply"]))
    with database.transaction() as session:
        assert ensure_criteria(session=session) == []
        newest = current_criterion("polite", session=session)
    assert newest is not None
    assert newest.question == "Kind?"


def test_a_correction_supersedes_and_keeps_the_first(database: Database) -> None:
    with database.transaction() as session:
        judge = Judge.person(REP)
        first = record_judgement(judge, "draft_useful", session=session, subject_id=3, answer="yes")
        second = record_judgement(
            judge,
            "draft_useful",
            session=session,
            subject_id=3,
            answer="no",
            reason="wrong plan",
            build_id="b",
        )
        other = record_judgement(
            Judge.classifier("usefulness"),
            "draft_useful",
            session=session,
            subject_id=3,
            answer="yes",
            confidence=0.7,
        )
        record_judgement(CUSTOMER, "csat", session=session, subject_id=3, answer="5")
    with database.reading() as session:
        assert session.get_one(Judgement, first.key).superseded_by_id == second.key
        assert session.get_one(Judgement, first.key).answer == "yes"
        assert session.exec(select(func.count()).select_from(Judgement)).one() == 4
        in_force = list_judgements("draft", 3, session=session)
    assert [judgement.key for judgement in in_force] == [second.key, other.key]
    assert (in_force[0].judge_type, in_force[0].judge, in_force[0].reason) == ("person", "7", "wrong plan")


def test_what_is_no_answer_is_refused(database: Database) -> None:
    with database.transaction() as session:
        with pytest.raises(NotFound):
            record_judgement(CUSTOMER, "fame", session=session, subject_id=1, answer="yes")
        with pytest.raises(InvalidInput, match="choose one of 1, 2"):
            record_judgement(CUSTOMER, "csat", session=session, subject_id=1, answer="6")
        for confidence in (-0.1, 1.1, float("nan")):
            with pytest.raises(InvalidInput, match="between 0 and 1"):
                record_judgement(
                    CUSTOMER, "csat", session=session, subject_id=1, answer="5", confidence=confidence
                )
        with pytest.raises(InvalidInput, match="is the most"):
            record_judgement(
                CUSTOMER, "csat", session=session, subject_id=1, answer="5", reason="x" * (MAX_REASON + 1)
            )
        with pytest.raises(InvalidInput, match="asked about a conversation, not a draft"):
            record_judgement(
                CUSTOMER, "csat", session=session, subject_type="draft", subject_id=1, answer="5"
            )
        assert session.exec(select(func.count()).select_from(Judgement)).one() == 0


def test_who_may_judge_as_a_person() -> None:
    for actor in (Actor(1, "anna", "Anna", Role.ADMIN), Actor(2, "mona", "Mona", Role.MANAGER), SYSTEM):
        with pytest.raises(PermissionDenied):
            Judge.person(actor)


def test_withdrawing_brings_the_earlier_answer_back(database: Database) -> None:
    judge = Judge.person(REP)
    with database.transaction() as session:
        first, second, third = (
            record_judgement(judge, "draft_useful", session=session, subject_id=3, answer=answer)
            for answer in ("yes", "no", "yes")
        )
    with database.transaction() as session:
        withdraw_judgement(judge, second.key, session=session)  # not the one in force: nothing else moves
        assert [each.key for each in list_judgements("draft", 3, session=session)] == [third.key]
        for _again in range(2):
            withdraw_judgement(judge, third.key, session=session)
            assert [each.key for each in list_judgements("draft", 3, session=session)] == [first.key]
        withdraw_judgement(judge, first.key, session=session)
        assert list_judgements("draft", 3, session=session) == []
        assert session.exec(select(func.count()).select_from(Judgement)).one() == 3


def test_only_ones_own_answer_can_be_withdrawn(database: Database) -> None:
    other = Judge.person(Actor(8, "olaf", "Olaf", Role.REP))
    with database.transaction() as session:
        theirs = record_judgement(other, "draft_useful", session=session, subject_id=3, answer="yes")
        for key in (theirs.key, theirs.key + 1):
            with pytest.raises(NotFound, match="not yours"):
                withdraw_judgement(Judge.person(REP), key, session=session)


def test_several_subjects_and_several_answers(database: Database) -> None:
    judge = Judge.person(REP)
    with database.transaction() as session:
        about = record_judgement(
            judge, "product_area", session=session, subject_id=1, answer=["service", "billing"]
        )
        record_judgement(
            judge, "sentiment", session=session, subject_type="message", subject_id=1, answer="3"
        )
        with pytest.raises(InvalidInput, match="takes one answer"):
            record_judgement(judge, "sentiment", session=session, subject_id=1, answer=["3", "4"])
        with pytest.raises(InvalidInput, match="Nothing was chosen"):
            record_judgement(judge, "product_area", session=session, subject_id=1, answer=[])
        assert about.answer == "billing | service"
        assert [each.answer for each in list_judgements("message", 1, session=session)] == ["3"]


@pytest.mark.parametrize("span", [None, {}, {"start": 3, "end": 3}, {"start": -1, "end": 2}, {"start": 0}])
def test_marked_words_need_their_place(database: Database, span: dict[str, int] | None) -> None:
    with database.transaction() as session:
        promise = Criterion(name="promise", question="What is promised?", kind="span", subjects=["reply"])
        session.add(promise)
        session.flush()
        judge = Judge.person(REP)
        with pytest.raises(InvalidInput, match=r"Select the words|start and an end"):
            record_judgement(judge, promise, session=session, subject_id=1, answer="marked", span=span)
        place = {"start": 0, "end": 4, "text": "soon"}
        kept = record_judgement(judge, promise, session=session, subject_id=1, answer="marked", span=place)
        assert kept.span == place
        assert record_judgement(judge, promise, session=session, subject_id=1, answer="none").span is None


def test_a_retired_criterion_takes_no_more_answers_and_keeps_those_it_has(database: Database) -> None:
    judge = Judge.person(REP)
    with database.transaction() as session:
        kept = record_judgement(judge, "polite", session=session, subject_id=1, answer="yes")
        retire_criterion(SYSTEM, "polite", session=session)
    with database.transaction() as session:
        with pytest.raises(Conflict, match="has been retired, so this answer was not stored"):
            record_judgement(judge, "polite", session=session, subject_id=2, answer="yes")
        assert [each.key for each in list_judgements("draft", 1, session=session)] == [kept.key]


def test_judges_of_every_kind() -> None:
    assert Judge.person(REP) == Judge("person", "7")
    assert Judge.outside("Ann Oter") == Judge("person", "outside:Ann Oter")
    assert Judge.classifier("intent") == Judge("classifier", "intent")
