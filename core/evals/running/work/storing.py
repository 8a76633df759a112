"""What came of results, written in batches: first the answers, then their grades.

An answer costs money, so it is kept before anything else is done with it. Only what is still the owner's is
written; what somebody else took over meanwhile is thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import col

from core.database import Database, now
from core.evals.grade import Grade
from core.evals.grading import apply_people
from core.evals.output import Output
from core.evals.running.states import ANSWERED, ASKED, DONE, ERROR
from core.evals.running.work.claiming import Task, claiming, still_held
from core.evals.tables import EvalGrade, EvalResult

_LONGEST_ERROR = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What the target said to one task: an output, or an error with its kind."""

    task: Task
    started_at: datetime
    output: Output | None = None
    error: str = ""
    error_kind: str = ""


@dataclass(frozen=True, slots=True)
class Graded:
    """The grades of one result, and what they come to."""

    result_id: int
    grades: Sequence[Grade]
    passed: bool | None
    score: float | None
    errors: int


def store_answers(answers: Sequence[Answer], *, owner: str, database: Database) -> set[int]:
    """Keep answers.

    Returns:
        The results that they were kept for.
    """
    with claiming(database) as session:
        ids = [each.task.result_id for each in answers]
        held = still_held(ids, state=ASKED, owner=owner, session=session)
        kept = [each for each in answers if each.task.result_id in held]
        said = [_said(each, each.output) for each in kept if each.output is not None]
        failed = [_failed(each) for each in kept if each.output is None]
        connection = session.connection()
        if said:
            connection.execute(_SAID, said)
        if failed:
            connection.execute(_FAILED, failed)
    return held


def store_grades(run_id: int, graded: Sequence[Graded], *, owner: str, database: Database) -> set[int]:
    """Keep grades, and with them what the results came to.

    Returns:
        The results that they were kept for.
    """
    with claiming(database) as session:
        held = still_held([each.result_id for each in graded], state=ANSWERED, owner=owner, session=session)
        kept = [each for each in graded if each.result_id in held]
        rows = [_grade(run_id, each.result_id, grade) for each in kept for grade in each.grades]
        moment = now()
        connection = session.connection()
        if kept:
            connection.execute(_GRADED, [_done(each, moment) for each in kept])
        if rows:
            connection.execute(insert(EvalGrade), rows)
            apply_people(
                held, session=session
            )  # who judged by hand before still decides where nobody else can
    return held


def _said(answer: Answer, output: Output) -> dict[str, Any]:
    return {
        "key": answer.task.result_id,
        "new_output": output.as_json(),
        "new_requests": output.requests,
        "new_input_tokens": output.input_tokens,
        "new_output_tokens": output.output_tokens,
        "new_cost": output.cost,
        "new_milliseconds": output.milliseconds,
        "new_started_at": answer.started_at,
    }


def _failed(answer: Answer) -> dict[str, Any]:
    return {
        "key": answer.task.result_id,
        "new_error": answer.error[:_LONGEST_ERROR],
        "new_error_kind": answer.error_kind,
        "new_started_at": answer.started_at,
        "new_finished_at": now(),
    }


def _done(graded: Graded, moment: datetime) -> dict[str, Any]:
    return {
        "key": graded.result_id,
        "new_passed": graded.passed,
        "new_score": graded.score,
        "new_grading_errors": graded.errors,
        "new_grading_cost": sum(each.cost for each in graded.grades),
        "new_finished_at": moment,
    }


def _grade(run_id: int, result_id: int, grade: Grade) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "result_id": result_id,
        "place": grade.place,
        "kind": grade.kind[:20],
        "name": grade.name[:200],
        "grader": grade.grader[:200],
        "classifier_version_id": grade.classifier_version_id,
        "counts": grade.counts,
        "advisory": grade.advisory,
        "wanted": grade.wanted[:1000],
        "answer": grade.answer[:1000],
        "passed": grade.passed,
        "score": grade.score,
        "confidence": grade.confidence,
        "weight": grade.weight,
        "reason": grade.reason,
        "error": grade.error[:500],
    }


def _statement(*names: str, **values: Any) -> Any:
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(EvalResult).where(col(EvalResult.id) == bindparam("key")).values(**new, **values)


# What is answered stays its owner's, who grades it.
_SAID = _statement(
    "output", "requests", "input_tokens", "output_tokens", "cost", "milliseconds", "started_at",
    state=ANSWERED, error="", error_kind="",
)  # fmt: skip
_FAILED = _statement(
    "error", "error_kind", "started_at", "finished_at", state=ERROR, owner="", claimed_until=None
)
_GRADED = _statement(
    "passed", "score", "grading_errors", "grading_cost", "finished_at",
    state=DONE, owner="", claimed_until=None,
)  # fmt: skip
