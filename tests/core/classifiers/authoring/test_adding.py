"""Adding examples: idempotent, merged between people, contradictions kept and named."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from core.classifiers import (
    MAX_TEXT,
    NewExample,
    add_many,
    answer_example,
    find_warnings,
    list_examples,
    read_examples,
)
from core.classifiers.authoring import adding
from core.classifiers.tables import Classifier
from core.database import Database
from core.errors import InvalidInput, PermissionDenied
from core.identity import SYSTEM, Actor
from tests.core.classifiers.authoring.making import add, publish, talk, taught, texts
from tests.core.conversations.make import add_actor


def stored(database: Database, classifier: Classifier) -> dict[str, str]:
    with database.reading() as session:
        return {each.subject.text: each.answer for each in read_examples(classifier.key, session=session)}


def test_adding_twice_adds_once(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    new = texts("refund", 3)
    assert add(database, lucia, classifier, *new).added == 3
    again = add(database, tomasz, classifier, *new, NewExample(f"  {new[0].text}\n", "refund"))
    assert (again.added, again.already, again.contradicting) == (0, 4, ())
    assert len(stored(database, classifier)) == 3


def test_another_answer_by_somebody_else_is_kept_beside_and_both_are_named(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    (new,) = texts("refund", 1)
    add(database, lucia, classifier, new)
    for _ in range(2):
        added = add(database, tomasz, classifier, NewExample(new.text, "login"))
        (contradiction,) = added.contradicting
        assert (contradiction.stands, contradiction.offered) == ("refund", "login")
        assert (contradiction.stands_by_id, contradiction.offered_by_id) == (
            lucia.person_id,
            tomasz.person_id,
        )
    assert stored(database, classifier) == {new.text: "refund"}  # nothing was overwritten
    (warning,) = (
        each
        for each in find_warnings(lucia, classifier.key, database=database)
        if each.what == "contradiction"
    )
    assert warning.message.startswith("Lucia says “refund” of the same text; Tomasz says “login”.")
    assert [(each.by, each.answer) for each in warning.examples] == [("Lucia", "refund"), ("Tomasz", "login")]
    with database.transaction() as session:
        decided = answer_example(tomasz, contradiction.example_id, "login", session=session)
    assert decided.added_by_id == tomasz.person_id
    assert stored(database, classifier) == {new.text: "login"}
    assert "contradiction" not in {
        each.what for each in find_warnings(lucia, classifier.key, database=database)
    }


def test_confirming_an_answer_decides_too(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    (new,) = texts("refund", 1)
    add(database, lucia, classifier, new)
    (contradiction,) = add(database, tomasz, classifier, NewExample(new.text, "login")).contradicting
    with database.transaction() as session:
        answer_example(lucia, contradiction.example_id, "refund", session=session)
        page = list_examples(lucia, classifier.key, session=session, removed=True)
    assert [row.example.answer for row in page.rows] == ["login"]  # kept, as a removed one
    assert "contradiction" not in {
        each.what for each in find_warnings(lucia, classifier.key, database=database)
    }


def test_one_corrects_oneself(database: Database, lucia: Actor, classifier: Classifier) -> None:
    (new,) = texts("refund", 1)
    add(database, lucia, classifier, new)
    changed = add(database, lucia, classifier, NewExample(new.text, ""))
    assert (changed.changed, changed.contradicting) == (1, ())
    assert stored(database, classifier) == {new.text: ""}


def test_a_file_that_contradicts_itself_is_stable(
    database: Database, classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.classifiers.authoring.sources.MOST_AT_ONCE", 2)
    new = [
        NewExample("a", "refund"),
        NewExample("b", "login"),
        NewExample("c", "login"),
        NewExample("a", "login"),
    ]
    for _ in range(2):
        added = add_many(SYSTEM, classifier.key, new, database=database, source="file")
        assert [(each.stands, each.offered) for each in added.contradicting] == [("refund", "login")]
        assert added.changed == 0
    assert (added.added, added.already) == (0, 3)
    assert stored(database, classifier) == {"a": "refund", "b": "login", "c": "login"}


def test_subjects_bring_their_own_words(database: Database, lucia: Actor, classifier: Classifier) -> None:
    first, second = talk(database, "My money back please", "I cannot sign in")
    added = add(
        database,
        lucia,
        classifier,
        NewExample("somebody's lie", "refund", subject_id=first),
        NewExample(answer="login", subject_id=second),
        source="search",
    )
    assert added.added == 2
    with database.reading() as session:
        one, other = read_examples(classifier.key, session=session)
    assert (one.subject.text, one.subject.subject_id, one.subject.channel) == (
        "My money back please",
        first,
        "chat",
    )
    assert one.group == f"conversation {one.subject.conversation_id}" != other.group


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (NewExample("x", "nonsense"), "Example 2: 'nonsense' does not answer"),
        (NewExample("x", ("refund", "login")), "Example 2: .* takes one answer"),
        (NewExample(" \0 ", "refund"), "Example 2 has no text"),
        (NewExample("x" * (MAX_TEXT + 1), "refund"), "Example 2 has 100,001 characters; at most 100,000"),
        (
            NewExample(answer="refund", subject_id=999),
            "Example 2: there is no message 999 that says anything",
        ),
        (NewExample("x", "refund", group="g" * 201), "Example 2: the name of a group"),
    ],
)
def test_one_bad_example_keeps_all_out(
    database: Database, lucia: Actor, classifier: Classifier, bad: NewExample, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        add(database, lucia, classifier, NewExample("good", "refund"), bad)
    assert stored(database, classifier) == {}


def test_limits_and_permission(database: Database, lucia: Actor, classifier: Classifier) -> None:
    with pytest.raises(InvalidInput, match="At most 2,000 examples"):
        add(database, lucia, classifier, *texts("refund", adding.MOST_AT_ONCE + 1))
    with pytest.raises(InvalidInput, match="Unknown source 'magic'"):
        add(database, lucia, classifier, *texts("refund", 1), source="magic")
    with pytest.raises(PermissionDenied):
        taught(database, add_actor(database, "maeve"), classifier)
    assert add(database, lucia, classifier, NewExample("x" * MAX_TEXT, "refund")).added == 1


def test_several_answers_are_stored_in_order(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    publish(database, kind="many_of")
    add(database, lucia, classifier, NewExample("both", ["login", "refund"]), NewExample("none", []))
    assert stored(database, classifier) == {"both": "refund | login", "none": ""}


def test_two_add_at_the_same_moment_and_nothing_is_lost(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    together = Barrier(2)
    shared = texts("refund", 10)

    def work(actor: Actor, own: list[NewExample]) -> tuple[int, int]:
        together.wait()
        added = add(database, actor, classifier, *shared, *own)
        return added.added, added.already

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(work, lucia, texts("login", 5))
        other = pool.submit(work, tomasz, texts("other", 5))
        counts = [one.result(), other.result()]
    assert sorted(counts) == [(5, 10), (15, 0)]
    assert len(stored(database, classifier)) == 20
