"""One result with everything about it: the case, the reply, each grade, and the other repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.errors import NotFound, PermissionDenied
from core.evals.content import CaseContent
from core.evals.held_out import held_out_among, require_open
from core.evals.output import Output
from core.evals.running.reading.runs import RunSummary, get_run
from core.evals.tables import EvalCaseVersion, EvalGrade, EvalResult
from core.identity import Actor, Permission


@dataclass(frozen=True, slots=True)
class Repeat:
    """One answer to the same case in the same run. ``output`` is None where there is none yet."""

    result_id: int
    repeat: int
    state: str
    passed: bool | None
    score: float | None
    output: Output | None


@dataclass(frozen=True, slots=True)
class ResultView:
    """See the module. ``case_version`` is the number of the case's version."""

    result: EvalResult
    summary: RunSummary
    case: CaseContent
    case_version: int
    output: Output | None
    grades: Sequence[EvalGrade]
    repeats: Sequence[Repeat]


def read_result(actor: Actor, result_id: int, *, session: Session) -> ResultView:
    """One result.

    Raises:
        PermissionDenied: the actor may not see evals, or the case is held out.
        NotFound: there is none.
    """
    result = session.get(EvalResult, result_id)
    if result is None:
        raise NotFound(f"There is no result {result_id}.")
    summary = get_run(actor, result.run_id, session=session)
    require_open(actor, summary.suite)
    if not actor.can(Permission.EVALS_HELD_OUT) and held_out_among([result.case_id], session=session):
        raise PermissionDenied(
            "This case is held out by now: whoever writes what it measures may not read it."
        )
    version = session.get_one(EvalCaseVersion, result.case_version_id)
    grades = session.exec(
        select(EvalGrade)
        .where(col(EvalGrade.result_id) == result_id)
        .order_by(col(EvalGrade.place), col(EvalGrade.counts).desc(), col(EvalGrade.id))
    ).all()
    repeats = session.exec(
        select(EvalResult)
        .where(
            col(EvalResult.run_id) == result.run_id, col(EvalResult.case_version_id) == result.case_version_id
        )
        .order_by(col(EvalResult.repeat))
    )
    return ResultView(
        result=result,
        summary=summary,
        case=CaseContent.of_version(version),
        case_version=version.number,
        output=_output(result),
        grades=grades,
        repeats=[
            Repeat(each.key, each.repeat, each.state, each.passed, each.score, _output(each))
            for each in repeats
        ],
    )


def _output(result: EvalResult) -> Output | None:
    return Output.from_json(result.output) if result.output else None
