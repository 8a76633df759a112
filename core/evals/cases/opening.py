"""One case with the names around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from core.evals.cases.access import find_case_for
from core.evals.cases.listing import suites_of
from core.evals.expecting import describe_expectation, expectation_titles
from core.evals.flagging.standing import EXPECTED
from core.evals.held_out import held_out_among
from core.evals.tables import EvalCase, EvalSuite, Flag
from core.identity import Actor, Permission, Person


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation. ``words``: in a sentence; ``flag_id``: of the flag that says so, if one does."""

    content: Mapping[str, Any]
    words: str
    flag_id: int | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as it is shown.

    Attributes:
        suites: it belongs to now, by title.
        flags: that point at it and were not withdrawn, oldest first.
        held_out: one of its suites is.
        may_edit: the reader may change it.
    """

    case: EvalCase
    expected: tuple[Expected, ...]
    suites: tuple[EvalSuite, ...]
    flags: tuple[Flag, ...]
    owner: str
    created_by: str
    updated_by: str
    decided_by: str
    held_out: bool
    may_edit: bool


def open_case(actor: Actor, case_id: int, *, session: Session) -> CaseView:
    """One case.

    Raises:
        PermissionDenied: the actor may not see evals.
        NotFound: there is no such case, or it is held out and not theirs to read.
    """
    case = find_case_for(actor, case_id, session=session)
    suites = tuple(suites_of([case_id], session=session).get(case_id, ()))
    people = {case.owner_id, case.created_by_id, case.updated_by_id, case.decided_by_id} - {None}
    names: dict[int | None, str] = {
        row[0]: row[1]
        for row in session.execute(select(Person.id, Person.name).where(col(Person.id).in_(people)))
    }
    flags = session.exec(
        select(Flag).where(Flag.case_id == case_id, Flag.state != "withdrawn").order_by(col(Flag.id))
    ).all()
    held_out = bool(held_out_among([case_id], session=session))
    wanted = Permission.EVALS_HELD_OUT if held_out else Permission.EVALS_EDIT
    return CaseView(
        case=case,
        expected=_expected(case, session=session),
        suites=suites,
        flags=tuple(flags),
        owner=names.get(case.owner_id, ""),
        created_by=names.get(case.created_by_id, ""),
        updated_by=names.get(case.updated_by_id, ""),
        decided_by=names.get(case.decided_by_id, ""),
        held_out=held_out,
        may_edit=actor.can(wanted),
    )


def _expected(case: EvalCase, *, session: Session) -> tuple[Expected, ...]:
    titles = expectation_titles(case.expectations, session=session)
    return tuple(
        Expected(each, describe_expectation(each, titles=titles), each.get(EXPECTED))
        for each in case.expectations
    )
