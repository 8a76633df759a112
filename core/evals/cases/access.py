"""Finding a case for somebody who may read or change it."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.evals.held_out import held_out_among, readable, require_edit
from core.evals.tables import EvalCase
from core.identity import Actor, Permission, require


def find_case_for(actor: Actor, case_id: int, *, session: Session) -> EvalCase:
    """One case.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: there is none, or it is held out and not theirs to read.
    """
    require(actor, Permission.EVALS_READ)
    found = session.exec(
        select(EvalCase)
        .where(col(EvalCase.id) == case_id, readable(actor))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(
            f"There is no eval case {case_id}, or it belongs to a held-out suite and is not yours to read."
        )
    return found


def lock_case(actor: Actor, case_id: int, *, session: Session) -> EvalCase:
    """One case to be changed, kept from others until the transaction ends.

    Raises:
        PermissionDenied: the actor may not change it.
        NotFound: there is none, or it is held out and not theirs to read.
    """
    find_case_for(actor, case_id, session=session)
    locked = session.exec(
        select(EvalCase)
        .where(col(EvalCase.id) == case_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    require_edit(actor, held_out=bool(held_out_among([case_id], session=session)))
    return locked
