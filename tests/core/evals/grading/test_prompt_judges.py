"""Judges that ask a language model: what it is told, and what becomes of answers nobody can use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

import core.assist  # noqa: F401 - it is what hides personal data
from core.classifiers import Question, Services, get_kind, kind, open_services
from core.classifiers.prompt import PromptKind
from core.classifiers.tables import ClassifierVersion
from core.criteria import Criterion
from core.database import Database
from core.evals import Grade, Output
from core.evals.grading import grade_batch, plan_graders
from tests.core.classifiers.prompt.making import installed
from tests.core.classifiers.prompt.serving import Judge, judging
from tests.core.evals.grading.making import POLITE, content, make_grader

REFERENCE = {"kind": "reference", "text": "Dear Ada Byron, it is on its way to ada@example.org."}


@pytest.fixture(scope="module")
def running_judge() -> Iterator[Judge]:
    with judging() as judge:
        yield judge


@pytest.fixture
def judge(running_judge: Judge, monkeypatch: pytest.MonkeyPatch) -> Judge:
    monkeypatch.setattr("core.llm.repeating._backoff", lambda _: 0.0)
    monkeypatch.setitem(kind._KINDS, "prompt", PromptKind())
    running_judge.reset()
    return running_judge


@pytest.fixture
def services(database: Database, judge: Judge) -> Services:
    here = installed(judge.url)
    return replace(here.services, mask=open_services(database, here.services.settings).mask)


@pytest.fixture
def graders(database: Database, services: Services) -> list[dict[str, Any]]:
    version_id = make_grader(database, settings={"batch": 5})
    with database.transaction() as session:
        version = session.get_one(ClassifierVersion, version_id)
        criterion = session.exec(select(Criterion).where(Criterion.name == "polite")).one()
        made = get_kind("prompt").fit(Question.of(criterion), version.settings, [], services=services)
        version.model = made.dump()
        session.add(version)
        session.flush()
        return plan_graders([content(POLITE)], session=session)


def graded(database: Database, services: Services, graders: list[dict[str, Any]], *texts: str) -> list[Grade]:
    pairs = [(content(POLITE), Output(text=text)) for text in texts]
    return [each for (each,) in grade_batch(pairs, graders, database=database, services=services)]


def test_what_the_model_is_told(database: Database, services: Services, graders: Any, judge: Judge) -> None:
    pair = content(POLITE, REFERENCE), Output(text="yes dear Ada Byron")
    (grades,) = grade_batch([pair], graders, database=database, services=services)
    assert (grades[0].passed, grades[0].reason) == (True, "said so")
    assert grades[0].cost > 0
    assert "Is it polite?" in judge.sent
    assert "Where is it?" in judge.sent
    assert "is a reply that somebody found right" in judge.sent
    assert "Byron" not in judge.sent
    assert "ada@example.org" not in judge.sent


def test_answers_that_cannot_be_used_are_errors_of_their_rows(
    database: Database, services: Services, graders: Any, judge: Judge
) -> None:
    judge.edit = lambda rows: [{**row, "answer": "splendid"} if n == 1 else row for n, row in enumerate(rows)]
    one, two, three = graded(database, services, graders, "yes one", "yes two", "no three")
    assert (one.passed, three.passed) == (True, False)
    assert two.passed is True  # asked again by itself
    judge.reset()
    judge.write = lambda _: "I would rather not say: {"
    broken = graded(database, services, graders, "yes one", "yes two")
    assert [each.passed for each in broken] == [None, None]
    assert all(each.error and each.counts for each in broken)


@pytest.mark.parametrize("status", [500, 401, 404])
def test_a_service_that_is_down_is_an_error_of_each(
    database: Database, services: Services, graders: Any, judge: Judge, status: int
) -> None:
    judge.always = (status, "")
    found = graded(database, services, graders, "yes", "no")
    assert [each.passed for each in found] == [None, None]
    assert all(each.error for each in found)
