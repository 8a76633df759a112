"""What is doubtful about the examples is said, with what to do."""

from __future__ import annotations

from core.classifiers import ExampleWarning, NewExample, find_warnings
from core.classifiers.tables import Classifier
from core.database import Database
from core.identity import Actor
from tests.core.classifiers.authoring.making import add, taught, texts


def found(database: Database, actor: Actor, classifier: Classifier) -> dict[str, ExampleWarning]:
    return {each.what: each for each in find_warnings(actor, classifier.key, database=database)}


def test_nothing_one_answer_and_enough(database: Database, lucia: Actor, classifier: Classifier) -> None:
    assert found(database, lucia, classifier)["empty"].message.startswith("There are no examples yet")
    add(database, lucia, classifier, *texts("refund", 6))
    warnings = found(database, lucia, classifier)
    assert set(warnings) == {"one_answer", "few"}
    assert "All examples are “refund”" in warnings["one_answer"].message
    assert warnings["few"].message == "“other” has no example. Add 5 or more."
    taught(database, lucia, classifier)
    assert found(database, lucia, classifier) == {}


def test_near_duplicates_long_texts_and_languages(
    database: Database, lucia: Actor, tomasz: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier)
    add(database, lucia, classifier, NewExample("Please cancel my premium plan today", "refund"))
    add(database, tomasz, classifier, NewExample("please cancel my premium plan, today!!", "other"))
    add(
        database,
        lucia,
        classifier,
        NewExample("Ich habe mein Passwort vergessen und komme nicht hinein", "login"),
    )
    add(database, lucia, classifier, NewExample("the order never came " * 200, "refund"))
    warnings = found(database, lucia, classifier)
    assert set(warnings) == {"near_duplicate", "long", "language"}
    near = warnings["near_duplicate"]
    assert near.likeness == 1.0
    assert {(each.by, each.answer) for each in near.examples} == {("Lucia", "refund"), ("Tomasz", "other")}
    assert warnings["long"].message.startswith("1 example has more than 2,000 characters")
    assert "(de)" in warnings["language"].message
