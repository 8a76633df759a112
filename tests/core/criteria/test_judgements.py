"""The shipped criteria, and answers to them."""

from __future__ import annotations

import pytest
from sqlmodel import func, select

from core.criteria import (
    CUSTOMER,
    SHIPPED,
    Criterion,
    Judge,
    Judgement,
    current_criterion,
    ensure_criteria,
    list_judgements,
    record_judgement,
)
from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.identity import SYSTEM, Actor, Role

REP = Actor(7, "rosa", "Rosa", Role.REP)


@pytest.fixture(autouse=True)
def _shipped(database: Database) -> None:
    with database.transaction() as session:
        assert len(ensure_criteria(session=session)) == len(SHIPPED)


def test_shipped_criteria_are_added_once_and_edits_stay(database: Database) -> None:
    with database.transaction() as session:
        session.add(
            Criterion(name="polite", version=2, question="Kind?", subject="reply", answers=["yes", "no"])
        )
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
            record_judgement(CUSTOMER, "csat", session=session, subject_id=1, answer="5", reason="x" * 2001)


def test_who_may_judge_as_a_person() -> None:
    for actor in (Actor(1, "anna", "Anna", Role.ADMIN), Actor(2, "mona", "Mona", Role.MANAGER), SYSTEM):
        with pytest.raises(PermissionDenied):
            Judge.person(actor)
