"""Which cases belong to a suite now. What runs use is a version of it, which this does not change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.errors import InvalidInput, NotFound
from core.evals.cases.filtering import CaseFilter
from core.evals.cases.listing import case_ids
from core.evals.held_out import readable, require_edit
from core.evals.suites.access import check_in_use, lock_suite
from core.evals.tables import EvalCase, EvalSuite, EvalSuiteMember
from core.identity import Actor, Permission, require

MOST_AT_ONCE = 5_000
_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class Joined:
    """How many cases were added, and how many belonged to it already."""

    added: int
    already: int


def add_members(actor: Actor, suite_id: int, cases: Collection[int], *, session: Session) -> Joined:
    """Let cases belong to a suite; safe to repeat. Candidates may; they count once they are accepted.

    Into a held-out suite anybody who may change suites may add cases, which they then no longer read.

    Args:
        cases: keys, at most :data:`MOST_AT_ONCE`.

    Raises:
        PermissionDenied: the actor may not change suites.
        NotFound: there is no such suite, or one of the cases is gone or not theirs to read; nothing was
            added.
        Conflict: the suite is archived.
        InvalidInput: there are too many at once.
    """
    require(actor, Permission.EVALS_EDIT)
    wanted = sorted(set(cases))
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput(f"At most {MOST_AT_ONCE:,} cases are added at once; these are {len(wanted):,}.")
    suite = lock_suite(suite_id, session=session)
    check_in_use(suite)
    known = _members(suite_id, session=session)
    new = [each for each in wanted if each not in known]
    readable_ids: set[int | None] = set()
    for start in range(0, len(new), _IN_LIST):
        some = new[start : start + _IN_LIST]
        readable_ids |= set(
            session.exec(select(EvalCase.id).where(col(EvalCase.id).in_(some), readable(actor)))
        )
    gone = [each for each in new if each not in readable_ids]
    if gone:
        raise NotFound(
            f"There is no eval case {gone[0]}, or it belongs to a held-out suite and is not yours to read. "
            "Nothing was added."
        )
    if new:
        at = now()
        session.execute(
            insert(EvalSuiteMember),
            [
                {"suite_id": suite_id, "case_id": each, "added_by_id": actor.person_id, "added_at": at}
                for each in new
            ],
        )
        _record(actor, suite, "extended", session=session, cases=len(new))
    return Joined(len(new), len(wanted) - len(new))


def add_matching(actor: Actor, suite_id: int, wanted: CaseFilter, *, session: Session) -> Joined:
    """Let every case that a filter matches belong to a suite, at most :data:`MOST_AT_ONCE`.

    Raises:
        As :func:`add_members`.
    """
    found = case_ids(actor, wanted, session=session, most=MOST_AT_ONCE)
    return add_members(actor, suite_id, found, session=session)


def remove_member(actor: Actor, suite_id: int, case_id: int, *, session: Session) -> None:
    """Take a case out of a suite; safe to repeat. Out of a held-out one takes who may open it.

    Raises:
        PermissionDenied: the actor may not.
        NotFound: there is no such suite.
        Conflict: the suite is archived.
    """
    remove_members(actor, suite_id, [case_id], session=session)


def remove_members(actor: Actor, suite_id: int, cases: Collection[int], *, session: Session) -> int:
    """Take cases out of a suite, see :func:`remove_member`; returns how many belonged to it."""
    suite = lock_suite(suite_id, session=session)
    require_edit(actor, held_out=suite.held_out)
    check_in_use(suite)
    gone = sorted(set(cases) & _members(suite_id, session=session))
    for start in range(0, len(gone), _IN_LIST):
        some = gone[start : start + _IN_LIST]
        session.execute(
            delete(EvalSuiteMember).where(
                col(EvalSuiteMember.suite_id) == suite_id, col(EvalSuiteMember.case_id).in_(some)
            )
        )
    if gone:
        _record(actor, suite, "reduced", session=session, cases=len(gone))
    return len(gone)


def _members(suite_id: int, *, session: Session) -> set[int]:
    return set(
        session.exec(select(EvalSuiteMember.case_id).where(EvalSuiteMember.suite_id == suite_id)).all()
    )


def _record(actor: Actor, suite: EvalSuite, verb: str, *, session: Session, cases: int) -> None:
    suite.updated_at = now()
    session.add(suite)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        f"eval_suite.{verb}",
        session=session,
        subject_type="eval_suite",
        subject_id=suite.key,
        cases=cases,
    )
