"""Stop a run, let it go on, and have its errors asked again."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from core import audit
from core.errors import Conflict, InvalidInput, NotFound
from core.evals.running.states import (
    ACTIVE,
    ANSWERED,
    DONE,
    ERROR,
    OPEN,
    PLANNED,
    RUNNING,
    STOPPED,
    STOPPING,
    WAITING,
)
from core.evals.tables import EvalGrade, EvalResult, EvalRun
from core.identity import Actor, Permission, require

_CENT = 0.005  # what is left of a budget, and buys nothing


def stop_run(actor: Actor, run_id: int, *, session: Session) -> EvalRun:
    """Ask nothing more; what is being answered is kept. Safe to repeat; one that ended stays as it is.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such run.
    """
    require(actor, Permission.EVALS_RUN)
    run = _locked(run_id, session=session)
    if run.state not in (PLANNED, RUNNING):
        return run
    run.state = STOPPING
    _record(actor, "eval_run.stopped", run, session=session)
    return run


def resume_run(
    actor: Actor, run_id: int, *, session: Session, errors_only: bool = False, budget: float | None = None
) -> EvalRun:
    """Let a run go on from where it was. Safe to repeat.

    Args:
        errors_only: have the errors asked, or graded, again. What is still waiting goes on, too; what was
            answered and graded is left alone.
        budget: USD in all, instead of the one it had.

    Raises:
        PermissionDenied: the actor may not run evals.
        NotFound: there is no such run.
        InvalidInput: the budget is spent already, or there are no errors.
        Conflict: it has finished and nothing is left to do, or it is still stopping.
    """
    require(actor, Permission.EVALS_RUN)
    run = _locked(run_id, session=session)
    if run.state == STOPPING:
        raise Conflict("It is still stopping. Resume it in a moment.")
    if run.state in ACTIVE:
        return run
    again = _retry_errors(run, session=session) if errors_only else 0
    if errors_only and not again:
        raise InvalidInput("There are no errors to try again.")
    if not _is_left(run.key, session=session):
        raise Conflict("Every case of this run has its answer. Try its errors again, or start a new run.")
    _check_budget(run, budget, session=session)
    run.budget = budget if budget is not None else run.budget
    run.state, run.error, run.scores = PLANNED, "", {}
    run.started_at = run.finished_at = None
    run.attempt += 1
    _record(actor, "eval_run.resumed", run, session=session, retried=again, budget=run.budget)
    return run


def _retry_errors(run: EvalRun, *, session: Session) -> int:
    """Put errors back where they came from: to be asked, or to be graded."""
    of_run = col(EvalResult.run_id) == run.key
    ungraded = select(col(EvalResult.id)).where(
        of_run, col(EvalResult.state) == DONE, col(EvalResult.grading_errors) > 0
    )
    ids = list(session.scalars(ungraded))
    if ids:
        session.execute(delete(EvalGrade).where(col(EvalGrade.result_id).in_(ungraded)))
        session.execute(
            update(EvalResult)
            .where(col(EvalResult.id).in_(ids))
            .values(state=ANSWERED, owner="", passed=None, score=None, grading_errors=0, finished_at=None)
        )
    asked = session.execute(
        update(EvalResult)
        .where(of_run, col(EvalResult.state) == ERROR)
        .values(state=WAITING, error="", error_kind="", tries=0, started_at=None, finished_at=None)
        .returning(col(EvalResult.id))
        .execution_options(synchronize_session=False)
    ).all()
    return len(ids) + len(asked)


def _check_budget(run: EvalRun, budget: float | None, *, session: Session) -> None:
    limit = budget if budget is not None else run.budget
    if limit is None:
        return
    costs = func.sum(col(EvalResult.cost) + col(EvalResult.grading_cost))
    spent = float(session.scalar(select(costs).where(col(EvalResult.run_id) == run.key)) or 0.0)
    used_up = run.state == STOPPED and budget is None and run.error.startswith("The budget of")
    if limit <= spent + _CENT or used_up:
        raise InvalidInput(f"${spent:,.2f} of ${limit:,.2f} are spent. Give it a higher budget to go on.")


def _is_left(run_id: int, *, session: Session) -> bool:
    left = (
        select(col(EvalResult.id))
        .where(col(EvalResult.run_id) == run_id, col(EvalResult.state).in_(OPEN))
        .limit(1)
    )
    return session.scalar(left) is not None


def _locked(run_id: int, *, session: Session) -> EvalRun:
    found = session.get(EvalRun, run_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"There is no eval run {run_id}.")
    return found


def _record(actor: Actor, action: str, run: EvalRun, *, session: Session, **detail: object) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        action,
        session=session,
        subject_type="eval_run",
        subject_id=run.key,
        attempt=run.attempt,
        **detail,
    )
