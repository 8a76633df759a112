"""Who may read cases that are held out: those who write what is measured may not."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.errors import PermissionDenied
from core.evals.tables import EvalCase, EvalSuite, EvalSuiteMember
from core.identity import Actor, Permission, require

_IN_LIST = 500


def readable(actor: Actor) -> ColumnElement[bool]:
    """SQL condition on :class:`EvalCase`: what the actor may read. A case of a held-out suite is held out."""
    if actor.can(Permission.EVALS_HELD_OUT):
        return true()
    return col(EvalCase.id).not_in(_held_out())


def held_out_among(case_ids: Collection[int], *, session: Session) -> set[int]:
    """Which of these cases are held out. Checks no permission."""
    wanted = set(case_ids)
    if len(wanted) <= _IN_LIST:
        return set(session.exec(_held_out().where(col(EvalSuiteMember.case_id).in_(wanted))))
    every: set[int] = set(session.exec(_held_out()))
    return wanted & every


def may_open(actor: Actor, suite: EvalSuite) -> bool:
    """Whether the actor may read the texts of a suite: its cases, and results of runs on it."""
    return not suite.held_out or actor.can(Permission.EVALS_HELD_OUT)


def require_open(actor: Actor, suite: EvalSuite) -> None:
    """Refuse whoever may not read the texts of a suite.

    Raises:
        PermissionDenied: it is held out.
    """
    if not may_open(actor, suite):
        raise PermissionDenied(
            f"“{suite.title}” is held out: whoever writes what it measures sees how many cases it has and "
            "how they score, and not what they say. A manager may open it."
        )


def require_edit(actor: Actor, *, held_out: bool) -> None:
    """Refuse whoever may not change cases; those held out are changed by who may open them.

    Raises:
        PermissionDenied: the actor may not.
    """
    require(actor, Permission.EVALS_HELD_OUT if held_out else Permission.EVALS_EDIT)


def _held_out() -> SelectOfScalar[int]:
    return (
        select(EvalSuiteMember.case_id)
        .join(EvalSuite, col(EvalSuite.id) == col(EvalSuiteMember.suite_id))
        .where(col(EvalSuite.held_out))
    )
