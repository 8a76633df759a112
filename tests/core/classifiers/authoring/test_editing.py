"""Answering again, removing and taking back, holding out; and what a page lists."""

from __future__ import annotations

import pytest

from core.classifiers import (
    NewExample,
    answer_example,
    count_examples,
    find_warnings,
    hold_out,
    list_examples,
    read_examples,
    remove_example,
    restore_example,
)
from core.classifiers.tables import Classifier
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor
from tests.core.classifiers.authoring.making import add, publish, taught, texts


def keys(database: Database, actor: Actor, classifier: Classifier) -> dict[str, int]:
    with database.reading() as session:
        page = list_examples(actor, classifier.key, session=session, limit=200)
    return {row.example.text: row.example.key for row in page.rows}


def test_removing_and_taking_back(database: Database, lucia: Actor, classifier: Classifier) -> None:
    (new,) = texts("refund", 1)
    add(database, lucia, classifier, new)
    key = keys(database, lucia, classifier)[new.text]
    with database.transaction() as session:
        for _ in range(2):
            assert remove_example(lucia, key, session=session).removed_at is not None
        assert read_examples(classifier.key, session=session) == []
        with pytest.raises(Conflict, match="was removed"):
            answer_example(lucia, key, "login", session=session)
        for _ in range(2):
            assert restore_example(lucia, key, session=session).removed_at is None
        remove_example(lucia, key, session=session)
    add(database, lucia, classifier, NewExample(new.text, "login"))
    with database.transaction() as session, pytest.raises(Conflict, match="in use again"):
        restore_example(lucia, key, session=session)
    with database.transaction() as session, pytest.raises(NotFound, match="no example 9999"):
        remove_example(lucia, 9999, session=session)


def test_an_answer_given_meanwhile_is_not_overwritten(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    (new,) = texts("refund", 1)
    add(database, lucia, classifier, new)
    key = keys(database, lucia, classifier)[new.text]
    with database.transaction() as session:
        answer_example(tomasz, key, "login", session=session, seen="refund")
        with pytest.raises(Conflict, match="Tomasz has meanwhile answered this “login”"):
            answer_example(lucia, key, "other", session=session, seen="refund")
        with pytest.raises(InvalidInput, match="does not answer"):
            answer_example(lucia, key, "nonsense", session=session)
        assert (
            answer_example(lucia, key, "login", session=session, seen="refund").added_by_id
            == tomasz.person_id
        )


def test_listing_by_page_and_filter(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    add(database, lucia, classifier, *texts("refund", 3))
    add(database, tomasz, classifier, *texts("login", 2), NewExample("50% off_now", ""), source="file")
    with database.reading() as session:

        def found(**asked: object) -> list[str]:
            page = list_examples(lucia, classifier.key, session=session, **asked)  # type: ignore[arg-type]
            assert page.total == len(page.rows)
            return [row.example.answer for row in page.rows]

        assert found() == ["", "login", "login", "refund", "refund", "refund"]
        assert found(answer="login") == found(search="PASSWORD") == ["login", "login"]
        assert found(answer="") == found(search="0% off_n") == [""]
        assert found(search="0%x") == []
        assert found(source="file") == found(person_id=tomasz.person_id) == ["", "login", "login"]
        first = list_examples(lucia, classifier.key, session=session, limit=4)
        rest = list_examples(lucia, classifier.key, session=session, limit=4, before=first.next_before)
        assert (len(first.rows), first.total, len(rest.rows), rest.next_before) == (4, 6, 2, None)
        assert {row.added_by for row in first.rows} == {"Tomasz", "Lucia"}
        with pytest.raises(InvalidInput, match="1 to 200"):
            list_examples(lucia, classifier.key, session=session, limit=0)


def test_holding_out(database: Database, lucia: Actor, classifier: Classifier) -> None:
    taught(database, lucia, classifier, 3)
    ids = list(keys(database, lucia, classifier).values())
    with database.transaction() as session:
        assert hold_out(lucia, classifier.key, ids[:2], True, session=session) == 2
        assert hold_out(lucia, classifier.key, ids[:2], True, session=session) == 0
        assert hold_out(lucia, classifier.key, ids[:1], False, session=session) == 1
        counts = count_examples(classifier.key, session=session)
        assert sum(each.held_out for each in read_examples(classifier.key, session=session)) == 1
    assert (sum(counts.teaching.values()), sum(counts.held_out.values()), counts.total) == (8, 1, 9)


def test_a_new_version_of_the_question_without_an_answer(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier, 2)
    publish(database, answers=("refund", "login", "cancel"))
    with database.transaction() as session:
        assert {each.answer for each in read_examples(classifier.key, session=session)} == {"refund", "login"}
        counts = count_examples(classifier.key, session=session)
        assert (counts.total, counts.outdated, counts.teaching) == (6, 2, {"refund": 2, "login": 2})
        rows = list_examples(lucia, classifier.key, session=session).rows
        assert [row.outdated for row in rows] == [True, True, False, False, False, False]
    (warning,) = [w for w in find_warnings(lucia, classifier.key, database=database) if w.what == "outdated"]
    assert warning.message.startswith("2 examples have an answer that the newest version")
    with database.transaction() as session:
        answer_example(lucia, rows[0].example.key, "cancel", session=session)
        assert len(read_examples(classifier.key, session=session)) == 5
