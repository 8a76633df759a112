"""Results as subjects of judgements, and who may read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from core.classifiers import Subject, subject_reader
from core.criteria import RESULT
from core.errors import NotFound, PermissionDenied
from core.evals.content import CaseContent
from core.evals.grading.subjects import subject_of
from core.evals.held_out import held_out_among, require_open
from core.evals.output import Output
from core.evals.tables import EvalCaseVersion, EvalResult, EvalRun, EvalSuite, EvalSuiteVersion
from core.identity import Actor, Permission, require


@subject_reader(RESULT)
def _results(ids: Sequence[int], *, session: Session) -> dict[int, Subject]:
    found = session.execute(
        select(col(EvalResult.id), col(EvalResult.output), EvalCaseVersion)
        .join(EvalCaseVersion, col(EvalCaseVersion.id) == col(EvalResult.case_version_id))
        .where(col(EvalResult.id).in_(ids))
    )
    return {
        row[0]: subject_of(
            CaseContent.of_version(row[2]),
            Output.from_json(row[1]),
            subject_type=RESULT,
            subject_id=row[0],
        )
        for row in found
        if row[1] and str(row[1].get("text") or "").strip()
    }


def open_result(
    actor: Actor, result_id: int, *, session: Session, lock: bool = False
) -> tuple[EvalResult, CaseContent]:
    """A result that the actor may read, with its case as it was asked.

    Raises:
        PermissionDenied: the actor may not see evals, or its case is held out.
        NotFound: there is none.
    """
    require(actor, Permission.EVALS_READ)
    result = session.get(EvalResult, result_id, with_for_update=lock, populate_existing=lock)
    if result is None:
        raise NotFound(f"There is no result {result_id}.")
    suite = session.exec(
        select(EvalSuite)
        .join(EvalSuiteVersion, col(EvalSuiteVersion.suite_id) == col(EvalSuite.id))
        .join(EvalRun, col(EvalRun.suite_version_id) == col(EvalSuiteVersion.id))
        .where(EvalRun.id == result.run_id)
    ).one()
    require_open(actor, suite)
    if not actor.can(Permission.EVALS_HELD_OUT) and held_out_among([result.case_id], session=session):
        raise PermissionDenied(
            "This case is held out by now: whoever writes what it measures may not read it."
        )
    return result, CaseContent.of_version(session.get_one(EvalCaseVersion, result.case_version_id))


def unreadable_results(actor: Actor, result_ids: Collection[int], *, session: Session) -> set[int]:
    """Which results the actor may not read the texts of, because they are about what is held out."""
    if actor.can(Permission.EVALS_HELD_OUT) or not result_ids:
        return set()
    rows = session.execute(
        select(col(EvalResult.id), col(EvalResult.case_id), col(EvalSuite.held_out))
        .join(EvalRun, col(EvalRun.id) == col(EvalResult.run_id))
        .join(EvalSuiteVersion, col(EvalSuiteVersion.id) == col(EvalRun.suite_version_id))
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteVersion.suite_id))
        .where(col(EvalResult.id).in_(result_ids))
    ).all()
    held = held_out_among({row[1] for row in rows}, session=session)
    return {row[0] for row in rows if row[2] or row[1] in held}
