"""How far a run is, what it has cost, and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from core.database import now
from core.evals.running.states import ACTIVE, ANSWERED, ASKED, DONE, ERROR, RESUMABLE, RUNNING, WAITING
from core.evals.tables import EvalResult, EvalRun

_RECENT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is.

    Attributes:
        waiting: results that nobody has asked; ``asked``: are being asked; ``grading``: are answered.
        unclear: graded, and no verdict about them: a grader failed.
        errors: results without an answer. copied: of all, those that were answered by an earlier run.
        cost: USD so far, with grading. expected_cost: USD when it ends; None: not known.
        rate: results a second, of late. seconds_left: at that rate; None where it is not known.
    """

    state: str
    total: int
    waiting: int = 0
    asked: int = 0
    grading: int = 0
    passed: int = 0
    failed: int = 0
    unclear: int = 0
    errors: int = 0
    copied: int = 0
    cost: float = 0.0
    expected_cost: float | None = None
    budget: float | None = None
    rate: float = 0.0
    seconds_left: float | None = None

    @property
    def done(self) -> int:
        """Results that nothing is left to do for."""
        return self.passed + self.failed + self.unclear + self.errors

    @property
    def active(self) -> bool:
        """Whether somebody works on it, or soon will."""
        return self.state in ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether it was stopped or failed before its end."""
        return self.state in RESUMABLE and self.done < self.total

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 1.0


def run_progress(run: EvalRun, session: Session) -> RunProgress:
    """How far it is, by its results: one query. Checks no permission."""
    moment = now()
    since = max(run.started_at or moment, moment - _RECENT)
    copied = col(EvalResult.cached_from_id).is_not(None)
    recent = col(EvalResult.finished_at) >= since
    rows = session.execute(
        select(
            col(EvalResult.state),
            col(EvalResult.passed),
            func.count(),
            func.sum(case((copied, 1), else_=0)),
            func.sum(case((recent, 1), else_=0)),
            func.sum(col(EvalResult.cost) + col(EvalResult.grading_cost)),
        )
        .where(col(EvalResult.run_id) == run.key)
        .group_by(col(EvalResult.state), col(EvalResult.passed))
    ).all()
    counts: dict[tuple[str, bool | None], int] = {}
    all_copied = lately = 0
    cost = 0.0
    for state, passed, number, of_copies, of_late, spent in rows:
        counts[state, passed] = counts.get((state, passed), 0) + number
        all_copied, lately, cost = all_copied + of_copies, lately + of_late, cost + float(spent)

    def count(state: str) -> int:
        return sum(each for (name, _), each in counts.items() if name == state)

    window = (moment - since).total_seconds()
    rate = lately / window if window >= 1 and run.state in ACTIVE else 0.0
    left = count(WAITING) + count(ASKED) + count(ANSWERED)
    return RunProgress(
        state=run.state,
        total=run.total,
        waiting=count(WAITING),
        asked=count(ASKED),
        grading=count(ANSWERED),
        passed=counts.get((DONE, True), 0),
        failed=counts.get((DONE, False), 0),
        unclear=counts.get((DONE, None), 0),
        errors=count(ERROR),
        copied=all_copied,
        cost=cost,
        expected_cost=_expected(run, cost, count(WAITING) + count(ASKED), run.total - left - all_copied),
        budget=run.budget,
        rate=rate,
        seconds_left=left / rate if rate > 0 and run.state == RUNNING else None,
    )


def _expected(run: EvalRun, cost: float, unasked: int, paid: int) -> float | None:
    if not unasked:
        return cost
    estimated = run.plan.get("expected_cost")
    if paid > 0:
        return cost + unasked * cost / paid
    return None if estimated is None else cost + unasked * float(estimated)
