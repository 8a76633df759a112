"""People grade results by hand: beside graders, and in their place where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from core.audit import list_entries
from core.classifiers import read_subjects
from core.criteria import Judgement
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.evals import Grade
from core.evals.grading import apply_people, grade_result, human_grades, withdraw_grade
from core.evals.tables import EvalCaseVersion, EvalGrade, EvalResult, EvalRun
from core.identity import Actor, Role
from tests.core.conversations.make import add_actor
from tests.core.evals.grading.making import POLITE, finished_run, grades_of

MISSING = Grade(0, "criterion", "polite", error="No grader answers “polite”.")
JSON = Grade(1, "is_json", "is_json", passed=True)


@pytest.fixture
def result(database: Database) -> int:
    """A reply that nobody could judge, and that passed its other expectation."""
    return finished_run(database, ("Dear Ada", [POLITE, {"kind": "is_json"}], [MISSING, JSON]))[0]


def give(database: Database, actor: Actor, result_id: int, answer: str, criterion: str = "polite") -> None:
    with database.transaction() as session:
        grade_result(actor, result_id, criterion, answer, session=session)


def read(database: Database, result_id: int) -> EvalResult:
    with database.reading() as session:
        return session.get_one(EvalResult, result_id)


def test_a_person_decides_where_no_grader_could(database: Database, sam: Actor, result: int) -> None:
    give(database, sam, result, "yes")
    grades = grades_of(database, result)
    assert (grades["person"].passed, grades["person"].counts, grades["person"].wanted) == (True, True, "yes")
    with database.reading() as session:
        missing = session.exec(select(EvalGrade).where(col(EvalGrade.error) != "")).one()
    assert not missing.counts
    settled = read(database, result)
    assert (settled.passed, settled.score, settled.grading_errors) == (True, 1.0, 0)
    with database.reading() as session:
        run = session.get_one(EvalRun, settled.run_id)
        assert run.scores  # counted anew, in the same transaction
        assert list_entries(session=session, limit=1)[0].action == "eval_result.graded"


def test_answering_again_and_taking_it_back(database: Database, sam: Actor, result: int) -> None:
    give(database, sam, result, "yes")
    give(database, sam, result, "no")
    assert read(database, result).passed is False
    with database.reading() as session:
        assert [each.answer for each in human_grades([result], session=session)[result]] == ["no"]
    for _ in range(2):
        with database.transaction() as session:
            withdraw_grade(sam, result, "polite", session=session)
    undecided = read(database, result)
    assert (undecided.passed, undecided.score, undecided.grading_errors) == (None, 1.0, 1)
    assert "person" not in grades_of(database, result)


def test_people_who_disagree_decide_nothing(database: Database, sam: Actor, mia: Actor, result: int) -> None:
    other = add_actor(database, "sue", Role.SPECIALIST)
    give(database, sam, result, "yes")
    give(database, other, result, "no")
    assert read(database, result).passed is None
    assert grades_of(database, result)["person"].error == "People disagree about this one."
    give(database, other, result, "yes")
    assert read(database, result).passed is True


def test_where_a_grader_could_say_something_it_stands(database: Database, sam: Actor) -> None:
    judged = Grade(0, "criterion", "polite", grader="tone v1", passed=True)
    (result,) = finished_run(database, ("Dear Ada", [POLITE], [judged]))
    give(database, sam, result, "no")
    assert read(database, result).passed is True
    assert list(grades_of(database, result)) == ["tone v1"]
    with database.reading() as session:
        (given,) = human_grades([result], session=session)[result]
    assert (given.answer, given.person, given.criterion) == ("no", "Sam", "polite")


def test_what_nobody_expected_may_be_judged_too(database: Database, sam: Actor, result: int) -> None:
    give(database, sam, result, "no", "clear")
    assert read(database, result).passed is None
    assert "person" not in grades_of(database, result)


def test_a_strong_or_weak_flag_is_answered_by_hand(database: Database, sam: Actor) -> None:
    weak = {"flag": 1, "criterion": "polite", "version": 1, "answer": "no", "strength": "weak"}
    (result,) = finished_run(database, ("Dear Ada", [POLITE], [MISSING]))
    with database.transaction() as session:
        version = session.get_one(EvalCaseVersion, session.get_one(EvalResult, result).case_version_id)
        version.content = {**version.content, "expectations": [weak]}
        session.add(version)
    give(database, sam, result, "yes")
    assert read(database, result).passed is True


def test_graded_anew_people_still_decide(database: Database, sam: Actor, result: int) -> None:
    give(database, sam, result, "yes")
    with database.transaction() as session:
        for each in session.exec(select(EvalGrade).where(col(EvalGrade.result_id) == result)).all():
            session.delete(each)
        session.flush()
        row = session.get_one(EvalResult, result)
        session.add(
            EvalGrade(run_id=row.run_id, result_id=result, place=0, kind="criterion", name="polite",
                      grader="tone v2", error="The model service cannot be reached.")
        )  # fmt: skip
        row.passed, row.grading_errors = None, 1
        session.flush()
        apply_people([result], session=session)
    assert read(database, result).passed is True


@pytest.mark.parametrize(
    ("criterion", "answer", "error"),
    [
        ("polite", "maybe", InvalidInput),
        ("nobody", "yes", NotFound),
        ("csat", "5", InvalidInput),
    ],
)
def test_what_is_refused(
    database: Database, sam: Actor, result: int, criterion: str, answer: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        give(database, sam, result, answer, criterion)
    with database.reading() as session:
        assert session.exec(select(Judgement)).all() == []


def test_there_must_be_a_reply_and_an_end(database: Database, sam: Actor, result: int) -> None:
    (empty,) = finished_run(database, ("", [POLITE], [MISSING]), name="empty")
    with pytest.raises(InvalidInput, match="There is no reply here"):
        give(database, sam, empty, "yes")
    with database.transaction() as session:
        session.get_one(EvalResult, result).state = "answered"
    with pytest.raises(Conflict, match="not answered and graded yet"):
        give(database, sam, result, "yes")
    with pytest.raises(NotFound):
        give(database, sam, 999, "yes")


def test_what_is_held_out_is_judged_only_by_who_may_open_it(
    database: Database, sam: Actor, mia: Actor
) -> None:
    (result,) = finished_run(database, ("Dear Ada", [POLITE], [MISSING]), held_out=True)
    with pytest.raises(PermissionDenied, match="held out"):
        give(database, sam, result, "yes")
    give(database, mia, result, "yes")
    assert read(database, result).passed is True
    with database.reading() as session:
        assert human_grades([result], session=session, actor=sam) == {}


def test_a_rep_sees_no_evals(database: Database, rosa: Actor, result: int) -> None:
    with pytest.raises(PermissionDenied):
        give(database, rosa, result, "yes")


def test_a_result_can_be_read_as_a_subject(database: Database, result: int) -> None:
    (silent,) = finished_run(database, ("", [POLITE], [MISSING]), name="silent")
    with database.reading() as session:
        found: dict[int, Any] = read_subjects("result", [result, silent, 999], session=session)
    assert list(found) == [result]
    assert found[result].text == "Dear Ada"
    assert found[result].question == "core: question 0"
    assert found[result].subject_type == "result"
