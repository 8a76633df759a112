"""How many more results a run may ask without spending more than its budget."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from core.evals.running.states import ANSWERED, ASKED, DONE
from core.evals.tables import EvalResult, EvalRun

_ENOUGH = 5
"""Answers that say better what one costs than the estimate of the start does. While nothing says it, so many
are asked to find out."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a run may still do.

    Attributes:
        more: results that may be asked now; None: any number.
        in_hand: results that are being asked, by anybody.
        spent: USD so far.
    """

    more: int | None
    in_hand: int = 0
    spent: float = 0.0

    @property
    def used_up(self) -> bool:
        """Whether nothing more may be asked, and nothing in hand can change that."""
        return self.more == 0 and self.in_hand == 0


def allowance(run: EvalRun, *, session: Session) -> Allowance:
    """What the budget allows at this moment, by what all workers together have spent and have in hand.

    What a result will cost is the mean of those paid so far; until there are a few, what was estimated.
    """
    if run.budget is None:
        return Allowance(None)
    # Others who claim wait for this transaction, so that two do not spend the same rest.
    session.execute(select(col(EvalRun.id)).where(col(EvalRun.id) == run.key).with_for_update())
    state = col(EvalResult.state)
    paid_for = state.in_((ANSWERED, DONE)) & col(EvalResult.cached_from_id).is_(None)
    row = session.execute(
        select(
            func.coalesce(func.sum(col(EvalResult.cost) + col(EvalResult.grading_cost)), 0.0),
            func.coalesce(func.sum(case((state == ASKED, 1), else_=0)), 0),
            func.coalesce(func.sum(case((paid_for, 1), else_=0)), 0),
        ).where(col(EvalResult.run_id) == run.key)
    ).one()
    spent, in_hand, paid = float(row[0]), int(row[1]), int(row[2])
    more = _more(run.budget - spent, in_hand, paid, spent, float(run.plan.get("expected_cost") or 0.0))
    return Allowance(more, in_hand, spent)


def _more(left: float, in_hand: int, paid: int, spent: float, estimated: float) -> int | None:
    mean = spent / paid if paid else 0.0
    one = mean if paid >= _ENOUGH else max(estimated, mean)
    if left <= 0:
        return 0
    if one <= 0:
        return None if paid >= _ENOUGH else max(0, _ENOUGH - in_hand)
    return max(0, int(left / one + 1e-9) - in_hand)
