"""Somebody looks at a candidate and takes it, dismisses it with a reason, or takes either back."""

from __future__ import annotations

from sqlmodel import Session, col, select

from core import audit
from core.database import now
from core.errors import Conflict, InvalidInput
from core.evals.cases.access import lock_case
from core.evals.cases.fields import checked_reason
from core.evals.flagging.deciding import accept_flag, dismiss_flag, reopen_flag
from core.evals.flagging.standing import settle_case
from core.evals.tables import EvalCase, Flag
from core.identity import Actor, Permission

_VERBS = {"accepted": "accepted", "dismissed": "dismissed", "": "reopened"}


def accept_case(actor: Actor, case_id: int, *, session: Session, reason: str = "") -> EvalCase:
    """Let the case count in every suite it belongs to, and accept the flags it waits for. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        NotFound: there is no such case, or it is held out and not theirs to read.
        InvalidInput: it expects nothing, or the reason is too long.
        Conflict: it is dismissed.
    """
    return _review(actor, case_id, "accepted", checked_reason(reason), session=session)


def dismiss_case(actor: Actor, case_id: int, *, session: Session, reason: str) -> EvalCase:
    """Say why it is no case to test with; whoever flagged it reads the reason. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        NotFound: there is no such case, or it is held out and not theirs to read.
        InvalidInput: no reason, or one that is too long.
        Conflict: it is accepted.
    """
    words = checked_reason(reason)
    if not words:
        raise InvalidInput("Say why, so that nobody makes the same case again.")
    return _review(actor, case_id, "dismissed", words, session=session)


def reopen_case(actor: Actor, case_id: int, *, session: Session) -> EvalCase:
    """Take a decision back: it is a candidate again, and the flags decided in the same way are open again.

    Raises:
        PermissionDenied: the actor may not change eval cases.
        NotFound: there is no such case, or it is held out and not theirs to read.
    """
    return _review(actor, case_id, "", "", session=session)


def _review(actor: Actor, case_id: int, wanted: str, reason: str, *, session: Session) -> EvalCase:
    case = lock_case(actor, case_id, session=session)
    if case.state == (wanted or "candidate"):
        return case
    if wanted and case.state != "candidate":
        raise Conflict(f"This case has been {case.state} already. Take that back first.")
    if actor.can(Permission.FLAGS_DECIDE):
        _decide_flags(actor, case, wanted, reason, session=session)
    case.review = wanted
    settle_case(case, session=session)
    if wanted == "accepted" and not case.expectations:
        raise InvalidInput(
            "This case expects nothing yet, so no answer could fail it. Add an expectation, then accept it."
        )
    if not wanted:
        case.state = "candidate"  # flags that were withdrawn meanwhile do not dismiss it at once
    case.decided_by_id, case.decided_at = (actor.person_id, now()) if wanted else (None, None)
    case.decision_reason = reason
    if wanted == "accepted" and case.owner_id is None:
        case.owner_id = actor.person_id
    session.add(case)
    session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        f"eval_case.{_VERBS[wanted]}",
        session=session,
        subject_type="eval_case",
        subject_id=case_id,
    )
    return case


def _decide_flags(actor: Actor, case: EvalCase, wanted: str, reason: str, *, session: Session) -> None:
    """Bring its flags along: those that wait are decided, those decided alike wait again."""
    concerned = "open" if wanted else case.state
    flags = session.exec(
        select(Flag.id)
        .where(col(Flag.case_id) == case.key, col(Flag.state) == concerned)
        .order_by(col(Flag.id))
    ).all()
    for flag_id in flags:
        if flag_id is None:
            continue
        if wanted == "accepted":
            accept_flag(actor, flag_id, session=session, reason=reason)
        elif wanted == "dismissed":
            dismiss_flag(actor, flag_id, session=session, reason=reason)
        else:
            reopen_flag(actor, flag_id, session=session)
