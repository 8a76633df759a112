"""A batch of outputs, graded by everything that is expected of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import col, select

from core.classifiers import Services, Subject
from core.criteria import Criterion
from core.database import Database
from core.evals.content import CaseContent
from core.evals.expecting import check_expectation, kind_of, may_be_silent, name_of, weight_of
from core.evals.grade import Grade
from core.evals.grading.graders import Grader
from core.evals.grading.judging import Said, ask
from core.evals.grading.subjects import subject_of
from core.evals.grading.voting import grade_by, together
from core.evals.output import Output

Pair = tuple[CaseContent, Output]
_Answers = Mapping[tuple[int, int], Said]


def grade_batch(
    pairs: Sequence[Pair],
    graders: Sequence[Mapping[str, Any]],
    *,
    database: Database,
    services: Services,
) -> list[list[Grade]]:
    """What everything that can grade says about each output, in order; sync, may call models.

    Each grader is asked once about an output, however many expectations share its question. A grader that
    fails or is gone makes grades with errors. Where there is no reply, a question about it cannot be
    answered: that is no grade when the case wants none, and a failure when it wants one, because then a
    reply is what is missing.

    Args:
        graders: as :func:`~core.evals.grading.plan_graders` froze them.
    """
    known = [Grader.of(each) for each in graders]
    by_criterion: dict[str, list[Grader]] = defaultdict(list)
    for grader in known:
        by_criterion[grader.criterion].append(grader)
    criteria = _criteria(known, database=database)
    answers = _ask(pairs, known, database=database, services=services)
    return [
        [
            grade
            for place, expected in enumerate(case.expectations)
            for grade in (
                _judged(row, place, case, output, by_criterion, criteria, answers)
                if kind_of(expected) == "criterion"
                else [check_expectation(place, expected, case, output, services)]
            )
        ]
        for row, (case, output) in enumerate(pairs)
    ]


def no_grader(criterion: str) -> str:
    """The error where nobody answers a question."""
    return f"No grader answers “{criterion}”: ship a classifier for it, or grade by hand."


def _judged(
    row: int,
    place: int,
    case: CaseContent,
    output: Output,
    graders: Mapping[str, Sequence[Grader]],
    criteria: Mapping[int, Criterion],
    answers: _Answers,
) -> list[Grade]:
    expected = case.expectations[place]
    name = name_of(expected)
    base = Grade(place=place, kind="criterion", name=name, weight=weight_of(expected))
    if not output.text.strip():
        return [_silent(base, case, output)]
    asked = [each for each in graders.get(name, ()) if each.criterion_id in criteria]
    if not asked:
        return [Grade(place, "criterion", name, error=no_grader(name), weight=base.weight)]
    return together(
        [
            grade_by(place, expected, each, answers[row, each.version_id], criteria[each.criterion_id])
            for each in asked
        ]
    )


def _silent(base: Grade, case: CaseContent, output: Output) -> Grade:
    if may_be_silent(case.expectations, output):
        said: dict[str, Any] = {"reason": "There is no reply, as the case wants it.", "counts": False}
    else:
        said = {"reason": "There is no reply, and the case wants one.", "passed": False}
    return Grade(base.place, base.kind, base.name, weight=base.weight, **said)


def _ask(
    pairs: Sequence[Pair], graders: Sequence[Grader], *, database: Database, services: Services
) -> _Answers:
    """Every grader about every output whose case asks its question."""
    answers: dict[tuple[int, int], Said] = {}
    for grader in graders:
        said = ask(grader, dict(_subjects(pairs, grader)), database=database, services=services)
        answers.update({(row, grader.version_id): each for row, each in said.items()})
    return answers


def _subjects(pairs: Sequence[Pair], grader: Grader) -> Iterator[tuple[int, Subject]]:
    for row, (case, output) in enumerate(pairs):
        if output.text.strip() and any(
            kind_of(each) == "criterion" and each.get("criterion") == grader.criterion
            for each in case.expectations
        ):
            yield row, subject_of(case, output)


def _criteria(graders: Sequence[Grader], *, database: Database) -> dict[int, Criterion]:
    ids = {each.criterion_id for each in graders}
    if not ids:
        return {}
    with database.reading() as session:
        return {each.key: each for each in session.exec(select(Criterion).where(col(Criterion.id).in_(ids)))}
