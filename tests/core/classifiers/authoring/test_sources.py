"""Examples from labels, flags and searches, and what to label next."""

from __future__ import annotations

import numpy as np
import pytest

from core.classifiers import (
    NewExample,
    Scores,
    add_labels,
    add_subjects,
    create_classifier,
    find_candidates,
    read_examples,
    suggest_next,
)
from core.classifiers.authoring.suggesting import margins_of
from core.classifiers.tables import Classifier
from core.criteria import Judge, record_judgement
from core.database import Database
from core.errors import InvalidInput, PermissionDenied
from core.identity import Actor
from tests.core.classifiers.authoring.making import WordEmbedder, add, publish, services, talk, taught
from tests.core.conversations.make import add_actor


def answers(database: Database, classifier: Classifier) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(each.subject.text, each.answer) for each in read_examples(classifier.key, session=session)]


def label(database: Database, actor: Actor, subject_id: int, answer: str) -> None:
    with database.transaction() as session:
        record_judgement(
            Judge.person(actor), "want", session=session, subject_id=subject_id, answer=answer, origin="label"
        )


def test_settled_answers_become_examples(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    first, second, third = talk(database, "Money back", "Sign in", "Colours")
    label(database, lucia, first, "refund")
    label(database, lucia, second, "login")
    label(database, tomasz, second, "login")
    label(database, lucia, third, "refund")
    label(database, tomasz, third, "other")  # they disagree: not settled
    taken = add_labels(lucia, classifier.key, database=database)
    assert (taken.added.added, taken.skipped) == (2, 0)
    assert answers(database, classifier) == [("Money back", "refund"), ("Sign in", "login")]
    label(database, lucia, first, "other")  # corrected since; whoever takes labels over corrects the example
    again = add_labels(tomasz, classifier.key, database=database).added
    assert (again.added, again.already, again.changed, again.contradicting) == (0, 1, 1, ())
    with pytest.raises(PermissionDenied):
        add_labels(add_actor(database, "maeve"), classifier.key, database=database)


def test_subjects_of_other_types(database: Database, lucia: Actor, classifier: Classifier) -> None:
    first, second = talk(database, "Money back", "Sign in")
    publish(database, "matter", subjects=["conversation"])
    with database.transaction() as session:
        matters = create_classifier(
            lucia, session=session, title="Matter", criterion_name="matter", kind="examples"
        )
    # messages are taken by their conversation, gone ones are counted
    taken = add_subjects(
        lucia, matters.key, "message", [first, second, 999], "refund", database=database, source="flags"
    )
    assert (taken.added.added, taken.skipped) == (2, 1)
    with database.reading() as session:
        conversation = read_examples(matters.key, session=session)[0].subject
    assert (conversation.subject_type, conversation.text) == ("conversation", "Money back")
    # and a conversation by its words where messages are judged
    other = add_subjects(
        lucia,
        classifier.key,
        "conversation",
        [conversation.subject_id],
        "refund",
        database=database,
        source="flags",
    )
    assert other.added.added == 1
    with database.reading() as session:
        (example,) = read_examples(classifier.key, session=session)
    assert (example.subject.subject_id, example.group) == (0, f"conversation {conversation.subject_id}")
    with pytest.raises(InvalidInput, match="No classifier judges a 'theme'"):
        add_subjects(lucia, classifier.key, "theme", [1], "refund", database=database, source="flags")


def test_finding_candidates(database: Database, lucia: Actor, classifier: Classifier) -> None:
    ids = talk(database, "Where is my REFUND for order 7?", "Nothing of the sort", "A refund for order 8")
    add(database, lucia, classifier, NewExample(answer="refund", subject_id=ids[0]), source="search")
    found = find_candidates(lucia, classifier.key, database=database, text="order refund")
    assert [each.subject.subject_id for each in found] == [ids[2], ids[0]]
    assert [each.answer for each in found] == ["", "refund"]
    assert found[0].example_id is None
    # by the customer's name the conversations are found, and what was said in them
    named = find_candidates(lucia, classifier.key, database=database, text="Lovelace", limit=2)
    assert [each.subject.subject_id for each in named] == [ids[2], ids[1]]
    with pytest.raises(InvalidInput, match="Write a word"):
        find_candidates(lucia, classifier.key, database=database, text=" ")


def test_suggesting_what_the_model_hesitates_about(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    sure, torn, known, twin = talk(
        database,
        "I want my money back for order 99",
        "money password back page",
        "The password page will not let me in 0",
        "Money  password back page",
    )
    embedder = WordEmbedder()
    with_words = services(embedder)
    without = suggest_next(lucia, classifier.key, database=database, services=with_words)
    assert [each.subject.subject_id for each in without] == [twin, known, sure]  # newest first, no text twice
    assert {each.prediction for each in without} == {None}
    taught(database, lucia, classifier)
    add(database, lucia, classifier, NewExample(answer="login", subject_id=known))
    suggested = suggest_next(lucia, classifier.key, database=database, services=with_words)
    order = [each.subject.subject_id for each in suggested]
    assert set(order) in ({torn, sure}, {twin, sure})
    assert order[-1] == sure
    assert suggested[-1].prediction is not None
    assert suggested[-1].prediction.answer == "refund"
    assert [each.margin for each in suggested] == sorted(each.margin or 0 for each in suggested)
    spent = embedder.embedded
    suggest_next(lucia, classifier.key, database=database, services=with_words, limit=1)
    assert embedder.embedded == spent  # what was computed once is kept


def test_margins() -> None:
    chances = np.array([[0.5, 0.4, 0.1], [0.9, 0.05, 0.05], [np.nan] * 3], dtype=np.float32)
    scores = Scores(chances, np.ones(3, dtype=np.float32))
    assert np.allclose(margins_of(scores, many=False), [0.1, 0.85, np.nan], equal_nan=True)
    assert np.allclose(margins_of(scores, many=True), [0.0, 0.8, np.nan], equal_nan=True)
