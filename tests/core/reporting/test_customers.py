"""What customers answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from core.database import Database, now
from core.errors import PermissionDenied
from core.identity import Actor, Role
from core.reporting import Estimate, Filters, customer_answers
from core.statistics import wilson_rate
from tests.core.reporting.making import MANAGER, START, add_conversation, add_criterion, judge


def figures(estimates: list[Estimate]) -> list[tuple[str, str, float, int]]:
    return [(each.label, each.what, each.rate.successes, each.n) for each in estimates if each.rate]


def test_csat_is_of_those_who_answered_and_says_so(database: Database) -> None:
    with database.transaction() as session:
        for score in [5] * 30 + [4] * 10 + [1] * 5 + [None] * 15:
            add_conversation(session, csat=score)
        found = customer_answers(MANAGER, session=session, filters=Filters())
    expected = wilson_rate(40, 45)
    assert found.csat.rate == expected
    assert (found.csat.n, found.conversations, found.csat.probability) == (45, 60, False)
    assert "in 45 of 60 conversations" in found.csat.sample
    assert "who did not may think otherwise" in found.csat.warning


def test_nobody_answered(database: Database) -> None:
    with database.transaction() as session:
        add_conversation(session)
        found = customer_answers(MANAGER, session=session, filters=Filters())
    assert (found.csat.rate, found.csat.n, found.questions) == (None, 0, [])


def _answers(session: Session) -> None:
    helped = add_criterion(session, "helped")
    way = add_criterion(session, "way", kind="many_of", answers=["mail", "phone"], good=[])
    stars = add_criterion(session, "stars", kind="scale", good=[])
    words = add_criterion(session, "words", kind="note", good=[])
    first = add_conversation(session, source="a")
    second = add_conversation(session, source="b", at=START + timedelta(days=30))
    for criterion, one, other in (
        (helped, "yes", "no"),
        (way, "mail | phone", "mail"),
        (stars, "5", "3"),
        (words, "noted", "noted"),
    ):
        judge(session, criterion, first.key, one, "customer")
        judge(session, criterion, second.key, other, "customer")
    judge(session, helped, second.key, "yes", "person:1")
    judge(session, helped, first.key, "no", "customer", superseded_by_id=1)
    judge(session, helped, first.key, "no", "customer", withdrawn_at=now())


def test_each_question_has_the_share_of_its_good_answers_or_of_each(database: Database) -> None:
    with database.transaction() as session:
        _answers(session)
        found = customer_answers(MANAGER, session=session, filters=Filters())
    assert figures(found.questions) == [
        ("helped?", "good: yes", 1, 2),
        ("stars?", "4 or 5", 1, 2),
        ("way?", "mail", 2, 2),
        ("way?", "phone", 1, 2),
    ]
    assert all("too few" in each.warning for each in found.questions)


@pytest.mark.parametrize(
    "filters", [Filters(source="b"), Filters(since=START + timedelta(days=1))], ids=["source", "period"]
)
def test_filters_choose_conversations(database: Database, filters: Filters) -> None:
    with database.transaction() as session:
        _answers(session)
        found = customer_answers(MANAGER, session=session, filters=filters)
    assert figures(found.questions)[0] == ("helped?", "good: yes", 0, 1)
    assert found.conversations == 1


def test_answers_to_an_older_version_are_shown_as_such(database: Database) -> None:
    with database.transaction() as session:
        conversation = add_conversation(session)
        for version in (1, 2):
            criterion = add_criterion(session, "helped", version=version)
            judge(session, criterion, conversation.key, "yes", "customer")
        found = customer_answers(MANAGER, session=session, filters=Filters())
    assert [each.label for each in found.questions] == ["helped?", "helped? (version 1)"]


def test_a_rep_sees_nothing(database: Database) -> None:
    with database.reading() as session, pytest.raises(PermissionDenied):
        customer_answers(Actor(2, "x", "X", Role.REP), session=session, filters=Filters())
