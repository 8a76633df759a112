"""Versions are compared on what neither has learned from; hidden answers are left alone."""

from __future__ import annotations

import pytest

from core.classifiers import NewExample, check_scope, compare_versions, fit_version
from core.classifiers.tables import Classifier, ClassifierVersion
from core.database import Database
from core.errors import InvalidInput, NotFound, PermissionDenied
from core.identity import Actor, Role
from tests.core.classifiers.authoring.making import ANSWERS, WordEmbedder, add, services, taught, texts

SERVICES = services()


def fit(database: Database, actor: Actor, classifier: Classifier) -> ClassifierVersion:
    return fit_version(actor, classifier.key, database=database, services=SERVICES)


def test_only_held_out_examples_and_those_added_since_count(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier)
    first = fit(database, lucia, classifier)
    with pytest.raises(InvalidInput, match="nothing is left to compare on"):
        compare_versions(lucia, classifier.key, against=first.key, database=database, services=SERVICES)
    held = NewExample("I want my money back now", "refund", held_out=True)
    add(database, lucia, classifier, *texts("login", 3, start=40), held)
    embedder = WordEmbedder()
    work = compare_versions(
        lucia, classifier.key, against=first.key, database=database, services=services(embedder)
    )
    assert work.comparison.n == 4
    assert work.basis == "On 4 examples that neither has learned from: held out, or added since."
    assert embedder.embedded == 4  # the others' numbers were kept
    second = fit(database, lucia, classifier)
    both = compare_versions(
        lucia,
        classifier.key,
        against=first.key,
        candidate=second.key,
        database=database,
        services=SERVICES,
    )
    assert both.comparison.n == 1  # the second was taught the new ones, and never what is held out


def test_what_changed_is_found(database: Database, lucia: Actor, classifier: Classifier) -> None:
    """The first version knows two answers; the work in progress learns the third."""
    add(database, lucia, classifier, *(new for answer in ANSWERS[:2] for new in texts(answer, 12)))
    first = fit(database, lucia, classifier)
    add(database, lucia, classifier, *texts("other", 30))
    found = compare_versions(lucia, classifier.key, against=first.key, database=database, services=SERVICES)
    assert found.comparison.n == 30
    assert found.comparison.better > 20
    assert found.comparison.verdict == "better"
    assert {flip.after for flip in found.comparison.flips if flip.is_right} == {"other"}


def test_what_does_not_learn_has_seen_nothing(
    database: Database, lucia: Actor, classifier: Classifier
) -> None:
    taught(database, lucia, classifier, each=2)
    with database.transaction() as session:
        stored = session.get(Classifier, classifier.key)
        assert stored is not None
        stored.kind = "rules"
        stored.settings = {"rules": 'refund when text contains "money"\nother otherwise'}
    first = fit(database, lucia, classifier)
    found = compare_versions(lucia, classifier.key, against=first.key, database=database, services=SERVICES)
    assert found.comparison.n == 6
    assert found.basis == "On 6 examples."


def test_who_may_compare_and_what_there_is(database: Database, lucia: Actor, classifier: Classifier) -> None:
    with pytest.raises(NotFound, match="no version 99"):
        compare_versions(lucia, classifier.key, against=99, database=database, services=SERVICES)
    stranger = Actor(None, "x", "X", Role.ADMIN)
    with pytest.raises(PermissionDenied):
        compare_versions(stranger, classifier.key, against=1, database=database, services=SERVICES)
    with pytest.raises(PermissionDenied):
        check_scope(stranger, classifier.key, database=database, services=SERVICES)


def test_the_scope_is_checked_once(database: Database, lucia: Actor, classifier: Classifier) -> None:
    taught(database, lucia, classifier)
    with pytest.raises(InvalidInput, match="at least 4 answers with examples; there are 3"):
        check_scope(lucia, classifier.key, database=database, services=SERVICES)
