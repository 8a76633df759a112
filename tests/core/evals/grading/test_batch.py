"""Outputs, graded: alone, by several, by judges that fail, and where there is nothing to judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core.classifiers import Services, opening
from core.classifiers.tables import Classifier, ClassifierVersion
from core.database import Database, now
from core.evals import Output
from core.evals.grading import grade_batch, plan_graders, settle
from tests.core.evals.grading.making import POLITE, SayingModel, content, graded, make_grader

Planned = list[dict[str, Any]]
WEAK = {
    "flag": 7,
    "criterion": "polite",
    "version": 1,
    "answer": "no",
    "strength": "weak",
    "better": "I am sorry for the wait.",
}
ABSTAIN = {"kind": "decision", "decisions": ["abstain", "escalate"]}


def planned(database: Database, *names: str, calibrated: tuple[str, ...] = ()) -> Planned:
    for name in names:
        make_grader(database, name)
    with database.reading() as session:
        found = plan_graders([content(POLITE)], session=session)
    return [{**each, "calibrated": each["classifier"] in calibrated} for each in found]


def test_one_judge(database: Database, services: Services) -> None:
    graders = planned(database, "tone", calibrated=("tone",))
    (yes,) = graded(database, services, graders, "Dear Ada <tone:yes>", POLITE)
    (no,) = graded(database, services, graders, "Well <tone:no>", POLITE)
    assert (yes.passed, yes.answer, yes.wanted, yes.grader, yes.advisory) == (
        True,
        "yes",
        "yes",
        "tone v1",
        False,
    )
    assert (no.passed, no.reason, no.counts, no.cost) == (False, "because no", True, pytest.approx(0.01))
    assert yes.classifier_version_id == graders[0]["version_id"]


def test_what_a_judge_reads(database: Database, services: Services) -> None:
    graders = planned(database, "tone")
    cited = ({"article": "help/a", "passage": "A refund takes 5 days.", "passage_id": 3},)
    reference = {"kind": "reference", "text": "It is on its way."}
    graded(database, services, graders, "Hello", WEAK, reference, citations=cited)
    ((_, subject),) = SayingModel.asked
    assert (subject.text, subject.question, subject.subject_type) == ("Hello", "Where is it?", "draft")
    assert (subject.channel, subject.locale, subject.facts) == ("email", "de", {"plan": "pro"})
    assert subject.reference == "I am sorry for the wait.\n\nor:\n\nIt is on its way."
    assert subject.citations == cited
    assert subject.people == ("Ada Byron",)


def test_flags_say_what_is_right(database: Database, services: Services) -> None:
    graders = planned(database, "tone")
    strong = {**WEAK, "answer": "yes", "strength": "strong"}
    (weak_grade, strong_grade) = graded(database, services, graders, "Dear <tone:yes>", WEAK, strong)
    assert (weak_grade.passed, weak_grade.wanted) == (True, "yes")
    assert strong_grade.passed is True
    assert len(SayingModel.asked) == 1  # once, however many expectations ask it


def test_most_of_several_decide_and_each_is_kept(database: Database, services: Services) -> None:
    graders = planned(database, "a", "b", "c")
    grades = graded(database, services, graders, "<a:yes><b:no><c:yes>", POLITE)
    majority = grades[-1]
    assert [(each.grader, each.passed, each.counts) for each in grades] == [
        ("a v1", True, False),
        ("b v1", False, False),
        ("c v1", True, False),
        ("majority", True, True),
    ]
    assert (majority.answer, majority.advisory, majority.cost) == ("yes", True, 0.0)
    assert majority.confidence == pytest.approx(2 / 3)
    assert majority.reason == "a v1: yes; b v1: no; c v1: yes"


def test_people_vouched_for_one_so_the_others_only_advise(database: Database, services: Services) -> None:
    graders = planned(database, "a", "b", "c", calibrated=("b",))
    majority = graded(database, services, graders, "<a:yes><b:no><c:yes>", POLITE)[-1]
    assert (majority.passed, majority.advisory) == (False, False)


def test_a_tie_is_no_verdict(database: Database, services: Services) -> None:
    graders = planned(database, "a", "b")
    majority = graded(database, services, graders, "<a:yes><b:no>", POLITE)[-1]
    assert (majority.passed, majority.error, majority.counts) == (None, "The judges disagree.", True)


def test_who_fails_or_is_unsure_has_no_vote(database: Database, services: Services) -> None:
    graders = planned(database, "a", "b", "c")
    grades = graded(database, services, graders, "<a:fail><b:perhaps><c:no>", POLITE)
    assert grades[-1].passed is False
    assert grades[0].error == "The model's answer cannot be used."
    assert "not sure enough" in grades[1].error
    nobody = graded(database, services, graders, "<a:fail><b:perhaps><c:fail>", POLITE)[-1]
    assert nobody.passed is None
    assert nobody.error.startswith("None of the judges could say.")
    (alone,) = graded(database, services, graders[1:2], "<b:perhaps>", POLITE)
    assert alone.passed is None
    assert alone.error == "The grader is not sure enough: 50% “yes”."


def test_a_provider_that_is_down_fails_its_grades_and_nothing_else(
    database: Database, services: Services
) -> None:
    graders = planned(database, "tone")
    SayingModel.down = "tone"
    criterion, other = graded(
        database, services, graders, "Dear", POLITE, {"kind": "contains", "texts": ["dear"]}
    )
    assert (criterion.passed, criterion.error) == (None, "The model service cannot be reached.")
    assert other.passed is True
    assert settle([criterion, other]).passed is None
    assert settle([criterion, other]).errors == 1


def test_a_grader_that_is_archived_meanwhile_still_grades_the_run(
    database: Database, services: Services
) -> None:
    graders = planned(database, "tone")
    with database.transaction() as session:
        session.get_one(Classifier, graders[0]["classifier_id"]).archived_at = now()
    (grade,) = graded(database, services, graders, "<tone:no>", POLITE)
    assert grade.passed is False


def test_a_grader_that_is_gone_is_an_error(database: Database, services: Services) -> None:
    graders = planned(database, "tone")
    with database.transaction() as session:
        session.delete(session.get_one(ClassifierVersion, graders[0]["version_id"]))
    opening._opened.clear()
    (grade,) = graded(database, services, graders, "<tone:no>", POLITE)
    assert grade.passed is None
    assert "There is no classifier version" in grade.error


def test_a_defect_of_a_grader_is_its_own(
    database: Database, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    graders = planned(database, "tone")
    monkeypatch.setattr(SayingModel, "score", broken)
    (grade,) = graded(database, services, graders, "<tone:no>", POLITE)
    assert grade.error == "This grader broke off; the details are in the server's log."


def test_nobody_answers(database: Database, services: Services) -> None:
    (grade,) = graded(database, services, [], "Dear", POLITE)
    assert grade.error == "No grader answers “polite”: ship a classifier for it, or grade by hand."
    assert (grade.counts, grade.passed, grade.grader) == (True, None, "check")


def test_answers_that_the_question_does_not_have(database: Database, services: Services) -> None:
    make_grader(database, "tone", answers=("rude", "kind"))
    with database.reading() as session:
        graders = plan_graders([content(POLITE)], session=session)
    (other,) = graded(database, services, graders, "<tone:kind>", POLITE)
    assert other.error == "The grader answered “kind”, which is none of yes, no."
    (unknown,) = graded(database, services, graders, "x", {**POLITE, "answers": ["friendly"]})
    assert "can only answer yes, no, and friendly is wanted" in unknown.error


@pytest.mark.parametrize(
    ("expectations", "output", "passed", "counts"),
    [
        ((POLITE, ABSTAIN), {"decision": "abstain"}, None, False),
        ((POLITE,), {"decision": "abstain"}, False, True),
        ((POLITE, ABSTAIN), {"decision": "answer"}, False, True),
        ((POLITE, {"kind": "proposes", "action": "refund"}), {"decision": "waiting"}, None, False),
    ],
)
def test_where_there_is_no_reply(
    database: Database,
    services: Services,
    expectations: tuple[Mapping[str, Any], ...],
    output: dict[str, Any],
    passed: bool | None,
    counts: bool,
) -> None:
    graders = planned(database, "tone")
    grade = graded(database, services, graders, " \n", *expectations, **output)[0]
    assert (grade.passed, grade.counts, grade.error) == (passed, counts, "")
    assert "There is no reply" in grade.reason
    assert SayingModel.asked == []


def test_a_batch_asks_each_judge_once_and_keeps_the_order(database: Database, services: Services) -> None:
    graders = planned(database, "tone")
    pairs = [
        (content(POLITE), Output(text="one <tone:no>")),
        (content({"kind": "is_json"}), Output(text="{}")),
        (content(POLITE, {"kind": "is_json"}), Output(text="two")),
        (content(), Output(text="three")),
    ]
    found = grade_batch(pairs, graders, database=database, services=services)
    assert [[each.passed for each in grades] for grades in found] == [[False], [True], [True, False], []]
    assert [subject.text for _, subject in SayingModel.asked] == ["one <tone:no>", "two"]
