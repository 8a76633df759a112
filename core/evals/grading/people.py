"""People grade results by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core import audit
from core.criteria import RESULT, Criterion, Judge, Judgement, current_criterion, in_force
from core.criteria import record_judgement as record
from core.criteria import withdraw_judgement as take_back
from core.errors import Conflict, InvalidInput, NotFound
from core.evals.expecting import kind_of, name_of
from core.evals.grading.reading import open_result, unreadable_results
from core.evals.grading.resettling import resettle
from core.evals.tables import EvalResult
from core.identity import Actor, Permission, Person, require

ORIGIN = "label"
DONE = "done"


@dataclass(frozen=True, slots=True)
class HumanGrade:
    """What one person says about a result. ``person``: their name."""

    judgement_id: int
    result_id: int
    criterion: str
    answer: str
    person: str
    person_id: int | None
    reason: str
    at: datetime


def grade_result(
    actor: Actor,
    result_id: int,
    criterion: str,
    answer: str | Sequence[str],
    *,
    session: Session,
    reason: str = "",
) -> Judgement:
    """Answer a question about a result by hand. Again answers otherwise; safe to repeat.

    It is shown beside what graders say, and measures them. Where no grader could say anything, it counts,
    and the result is settled anew with it, in the same transaction.

    Args:
        criterion: its name; one that may be asked about drafts or replies.

    Raises:
        PermissionDenied: the actor may not label, or not read this result.
        NotFound: there is no such result or criterion.
        InvalidInput: there is no reply, or the answer is none of the criterion's.
        Conflict: it is not graded yet, or the criterion has been retired.
    """
    judge = _judge(actor)
    result, case = open_result(actor, result_id, session=session, lock=True)
    if result.state != DONE:
        raise Conflict("This one is not answered and graded yet. Wait a moment, and judge it then.")
    if not str(result.output.get("text") or "").strip():
        raise InvalidInput("There is no reply here, so there is nothing to judge.")
    asked = current_criterion(criterion, session=session)
    if asked is None:
        raise NotFound(f"There is no criterion “{criterion}”.")
    given = record(
        judge,
        asked,
        session=session,
        subject_id=result_id,
        subject_type=RESULT,
        answer=answer,
        origin=ORIGIN,
        reason=reason,
        build_id=str(result.output.get("build_id") or ""),
    )
    if any(kind_of(each) == "criterion" and name_of(each) == criterion for each in case.expectations):
        resettle(result, case, session=session)
    _record(actor, "eval_result.graded", result, criterion, session=session)
    return given


def withdraw_grade(actor: Actor, result_id: int, criterion: str, *, session: Session) -> None:
    """Take back one's own grade; what it decided is undecided again. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not label, or not read this result.
        NotFound: there is no such result.
    """
    judge = _judge(actor)
    result, case = open_result(actor, result_id, session=session, lock=True)
    own = [
        each
        for each in human_grades([result_id], session=session).get(result_id, [])
        if each.criterion == criterion and each.person_id == actor.person_id
    ]
    if not own:
        return
    for each in own:
        take_back(judge, each.judgement_id, session=session)
    resettle(result, case, session=session)
    _record(actor, "eval_result.grade_withdrawn", result, criterion, session=session)


def human_grades(
    result_ids: Collection[int], *, session: Session, actor: Actor | None = None
) -> dict[int, list[HumanGrade]]:
    """What people say about results, by result, oldest first.

    Args:
        actor: leaves out what they may not read; without one nothing is checked.
    """
    wanted = set(result_ids)
    if actor is not None:
        require(actor, Permission.EVALS_READ)
        wanted -= unreadable_results(actor, wanted, session=session)
    rows = session.execute(
        select(Judgement, Criterion.name)
        .join(Criterion, col(Criterion.id) == col(Judgement.criterion_id))
        .where(
            Judgement.subject_type == RESULT,
            col(Judgement.subject_id).in_(wanted),
            Judgement.judge_type == "person",
            *in_force(),
        )
        .order_by(col(Judgement.id))
    ).all()
    people = {int(row[0].judge) for row in rows if row[0].judge.isdecimal()}
    names = {each.key: each.name for each in session.exec(select(Person).where(col(Person.id).in_(people)))}
    found: dict[int, list[HumanGrade]] = defaultdict(list)
    for given, name in rows:
        person_id = int(given.judge) if given.judge.isdecimal() else None
        person = names.get(person_id or 0, given.judge.removeprefix("outside:"))
        found[given.subject_id].append(
            HumanGrade(
                given.key,
                given.subject_id,
                name,
                given.answer,
                person,
                person_id,
                given.reason,
                given.created_at,
            )
        )
    return dict(found)


def _judge(actor: Actor) -> Judge:
    """Who may label judges; so does who may open what is held out, since nobody else can judge that."""
    if actor.person_id is not None and actor.can(Permission.EVALS_HELD_OUT):
        return Judge("person", str(actor.person_id))
    return Judge.person(actor)


def _record(actor: Actor, action: str, result: EvalResult, criterion: str, *, session: Session) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        action,
        session=session,
        subject_type="eval_result",
        subject_id=result.key,
        run_id=result.run_id,
        criterion=criterion,
        passed=result.passed,
    )
