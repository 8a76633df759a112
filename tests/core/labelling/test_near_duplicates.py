"""Nearly the same text with different answers."""

from __future__ import annotations

import pytest

from core.criteria import Criterion, Judgement, adjudicate
from core.database import Database
from core.errors import InvalidInput, PermissionDenied
from core.identity import Actor, Role
from core.labelling import find_near_duplicates
from tests.core.conversations.make import add_actor, load, record, said

TEXTS = {
    "cancel my plan before the next invoice please": "cancel",
    "Please cancel my plan before the next invoice!": "other",
    "please cancel my plan before the next invoce": "cancel",
    "My server in Frankfurt has been down since this morning": "problem",
    "My server in Frankfurt has been down since this morning.": "problem",
    "How do I add a second administrator to the account?": "question",
    "ok": "praise",
    "?!": "complaint",
}


@pytest.fixture
def specialist(database: Database) -> Actor:
    return add_actor(database, "lucia", Role.SPECIALIST)


@pytest.fixture
def criterion(database: Database) -> Criterion:
    load(
        database,
        [record(f"c{number}", said("customer", text)) for number, text in enumerate(TEXTS)],
    )
    with database.transaction() as session:
        criterion = Criterion(
            name="intent",
            question="What do they want?",
            subjects=["message"],
            answers=[*dict.fromkeys(TEXTS.values())],
        )
        session.add(criterion)
        session.flush()
        session.add_all(
            Judgement(
                criterion_id=criterion.key,
                subject_type="message",
                subject_id=number,
                answer=answer,
                judge_type="person",
                judge="outside:Zoe",
            )
            for number, answer in enumerate(TEXTS.values(), 1)
        )
    return criterion


def test_alike_but_answered_differently(database: Database, specialist: Actor, criterion: Criterion) -> None:
    found = find_near_duplicates(specialist, criterion.key, database=database)
    pairs = {frozenset((each.one.subject_id, each.other.subject_id)): each for each in found}
    # each of the three texts about cancelling appears beside the one most like it
    assert set(pairs) == {frozenset({1, 2}), frozenset({2, 3})}
    same = pairs[frozenset({1, 2})]
    assert {same.one.answer, same.other.answer} == {"cancel", "other"}
    assert same.likeness == 1.0  # the order of words, case and signs do not count
    assert [each.likeness for each in found] == sorted((each.likeness for each in found), reverse=True)


def test_how_alike_and_how_many(database: Database, specialist: Actor, criterion: Criterion) -> None:
    exact = find_near_duplicates(specialist, criterion.key, database=database, likeness=1.0)
    assert [(each.one.subject_id, each.other.subject_id) for each in exact] == [(1, 2)]
    assert len(find_near_duplicates(specialist, criterion.key, database=database, limit=1)) == 1
    with pytest.raises(InvalidInput, match="above 0"):
        find_near_duplicates(specialist, criterion.key, database=database, likeness=0)


def test_deciding_settles_it(database: Database, specialist: Actor, criterion: Criterion) -> None:
    with database.transaction() as session:
        adjudicate(specialist, criterion.key, "message", 2, session=session, answer="cancel")
    assert find_near_duplicates(specialist, criterion.key, database=database) == []


def test_nothing_labelled(database: Database, specialist: Actor) -> None:
    with database.transaction() as session:
        empty = Criterion(name="empty", question="?", kind="yes_no", subjects=["draft"])
        notes = Criterion(name="notes", question="?", kind="note", subjects=["draft"])
        session.add_all([empty, notes])
    assert find_near_duplicates(specialist, empty.key, database=database) == []
    with pytest.raises(InvalidInput, match="free words"):
        find_near_duplicates(specialist, notes.key, database=database)
    with pytest.raises(PermissionDenied):
        find_near_duplicates(add_actor(database, "rosa"), empty.key, database=database)
