"""Versions that are ready to judge, and how many a process keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.classifiers import Subject, Threshold, fit_version, open_version, opening
from core.classifiers.tables import Classifier, ClassifierVersion
from core.database import Database
from core.errors import NotFound
from core.identity import Actor
from tests.core.classifiers.authoring.conftest import classifier, lucia
from tests.core.classifiers.authoring.making import ANSWERS, publish, services, taught

__all__ = ["classifier", "lucia"]

SERVICES = services()


@pytest.fixture
def version(database: Database, lucia: Actor, classifier: Classifier) -> ClassifierVersion:
    taught(database, lucia, classifier, 6)
    return fit_version(
        lucia, classifier.key, database=database, services=SERVICES, threshold=Threshold(0.2, 0.0)
    )


def test_a_version_answers_as_it_was_made(database: Database, version: ClassifierVersion) -> None:
    publish(
        database, answers=("refund", "something", "else")
    )  # the question has moved on; the version has not
    opened = open_version(version.key, database=database, services=SERVICES)
    assert (opened.question.answers, opened.threshold) == (ANSWERS, Threshold(0.2, 0.0))
    (judged,) = opened.judge([Subject("The password page will not let me in")])
    assert (judged.answer, judged.abstained) == ("login", False)
    assert opened.judge([]) == []
    with pytest.raises(NotFound, match="no classifier version 999"):
        open_version(999, database=database, services=SERVICES)


def test_it_is_loaded_once_and_the_longest_unused_goes(
    database: Database, version: ClassifierVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MOST_OPEN", 2)
    with database.transaction() as session:
        copies = [
            ClassifierVersion(**version.model_dump(exclude={"id", "version"}), version=number)
            for number in (2, 3)
        ]
        session.add_all(copies)
    first = open_version(version.key, database=database, services=SERVICES)
    with ThreadPoolExecutor(4) as pool:
        again = list(
            pool.map(lambda _: open_version(version.key, database=database, services=SERVICES), range(8))
        )
    assert all(each is first for each in again)
    open_version(copies[0].key, database=database, services=SERVICES)
    assert open_version(version.key, database=database, services=SERVICES) is first
    open_version(copies[1].key, database=database, services=SERVICES)  # the first copy goes
    assert open_version(version.key, database=database, services=SERVICES) is first
    assert len(opening._opened) == 2
