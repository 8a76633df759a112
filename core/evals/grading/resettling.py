"""What people's grades change about results: they decide where no grader could."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlmodel import Session, col, select

from core.criteria import RESULT, Criterion, Judgement, in_force
from core.evals.content import CaseContent
from core.evals.expecting import kind_of, name_of, weight_of
from core.evals.grade import MAJORITY, PERSON, Grade
from core.evals.grading.settling import settle
from core.evals.grading.voting import fits, rightful
from core.evals.tables import EvalCaseVersion, EvalGrade, EvalResult, EvalRun

_LONGEST = 1000
_DISAGREE = "People disagree about this one."
_FINISHED = "finished"
_Answers = Sequence[tuple[str, Criterion]]


def resettle(result: EvalResult, case: CaseContent, *, session: Session) -> None:
    """Bring a result up to date with what people say about it, and the scores of its finished run too.

    Where a grader could say something, that stands, and people's answer is only shown beside it.
    """
    answers = _answers([result.key], session=session).get(result.key, {})
    _settle(result, case, answers, session=session)
    run = session.get_one(EvalRun, result.run_id)
    if run.state == _FINISHED:
        from core.evals.comparing import summarize  # it is told by grading who is vouched for

        run.scores = summarize(run.key, session=session)
        session.add(run)
        session.flush()


def apply_people(result_ids: Collection[int], *, session: Session) -> None:
    """The same for results that were just graded anew, of which people may have judged some before."""
    for result_id, answers in _answers(result_ids, session=session).items():
        result = session.get_one(EvalResult, result_id, populate_existing=True)
        version = session.get_one(EvalCaseVersion, result.case_version_id)
        _settle(result, CaseContent.of_version(version), answers, session=session)


def _settle(result: EvalResult, case: CaseContent, answers: dict[str, _Answers], *, session: Session) -> None:
    rows = list(session.exec(select(EvalGrade).where(EvalGrade.result_id == result.key)))
    for place, expected in enumerate(case.expectations):
        if kind_of(expected) == "criterion":
            here = [each for each in rows if each.place == place]
            _decide(result, place, expected, here, answers.get(name_of(expected), ()), session=session)
    session.flush()
    rows = list(session.exec(select(EvalGrade).where(EvalGrade.result_id == result.key)))
    came_to = settle([_grade(each) for each in rows])
    result.passed, result.score, result.grading_errors = came_to.passed, came_to.score, came_to.errors
    session.add(result)
    session.flush()


def _decide(
    result: EvalResult,
    place: int,
    expected: Any,
    rows: Iterable[EvalGrade],
    answers: _Answers,
    *,
    session: Session,
) -> None:
    by_hand = next((each for each in rows if each.grader == PERSON), None)
    graders = [each for each in rows if each.grader != PERSON]
    leading = next((each for each in graders if each.grader == MAJORITY), graders[0] if graders else None)
    if leading is not None and (leading.passed is not None or not leading.error):
        return  # a grader has said something, or nothing is to be said
    if leading is not None:
        leading.counts = not answers
        session.add(leading)
    if not answers:
        if by_hand is not None:
            session.delete(by_hand)
        return
    if by_hand is None:
        by_hand = EvalGrade(
            run_id=result.run_id,
            result_id=result.key,
            place=place,
            kind="criterion",
            name=name_of(expected),
            grader=PERSON,
            weight=weight_of(expected),
        )
    verdicts = {fits(answer, expected, criterion) for answer, criterion in answers}
    by_hand.wanted = " or ".join(rightful(expected, answers[-1][1]))[:_LONGEST]
    by_hand.answer = " / ".join(dict.fromkeys(answer for answer, _ in answers))[:_LONGEST]
    by_hand.passed = verdicts.pop() if len(verdicts) == 1 else None
    by_hand.error = _DISAGREE if by_hand.passed is None else ""
    session.add(by_hand)


def _answers(result_ids: Collection[int], *, session: Session) -> dict[int, dict[str, _Answers]]:
    """What people in force say, by result and criterion."""
    found: dict[int, dict[str, list[tuple[str, Criterion]]]] = defaultdict(lambda: defaultdict(list))
    rows = session.execute(
        select(Judgement.subject_id, Judgement.answer, Criterion)
        .join(Criterion, col(Criterion.id) == col(Judgement.criterion_id))
        .where(
            Judgement.subject_type == RESULT,
            col(Judgement.subject_id).in_(result_ids),
            Judgement.judge_type == "person",
            *in_force(),
        )
        .order_by(col(Judgement.id))
    )
    for result_id, answer, criterion in rows:
        found[result_id][criterion.name].append((answer, criterion))
    return {key: dict(each) for key, each in found.items()}


def _grade(row: EvalGrade) -> Grade:
    return Grade(
        place=row.place,
        kind=row.kind,
        name=row.name,
        grader=row.grader,
        passed=row.passed,
        weight=row.weight,
        counts=row.counts,
        error=row.error,
    )
