"""A specialist accepts a flag as an eval case, dismisses it with a reason, or takes either back."""

from __future__ import annotations

from sqlmodel import Session

from core import audit
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.evals.flagging.raising import lock_flag
from core.evals.flagging.standing import settle_case
from core.evals.tables import EvalCase, Flag
from core.identity import Actor, Permission, Person, require

MAX_REASON = 500
_VERBS = {"accepted": "accepted", "dismissed": "dismissed", "open": "reopened"}


def accept_flag(actor: Actor, flag_id: int, *, session: Session, reason: str = "") -> Flag:
    """Let the flag count: its case is accepted and expects what the flag says. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not decide on flags.
        NotFound: there is no such flag.
        InvalidInput: the reason is too long.
        Conflict: it is dismissed or withdrawn.
    """
    return _decide(actor, flag_id, "accepted", _words(reason), session=session)


def dismiss_flag(actor: Actor, flag_id: int, *, session: Session, reason: str) -> Flag:
    """Say why the flag does not become a case; its author reads it. The judgement stays. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not decide on flags.
        NotFound: there is no such flag.
        InvalidInput: no reason, or one that is too long.
        Conflict: it is accepted or withdrawn.
    """
    reason = _words(reason)
    if not reason:
        raise InvalidInput("Say why: whoever flagged it reads the reason.")
    return _decide(actor, flag_id, "dismissed", reason, session=session)


def reopen_flag(actor: Actor, flag_id: int, *, session: Session) -> Flag:
    """Take back a decision: the flag is open again, and its case no longer expects what it says.

    Raises:
        PermissionDenied: the actor may not decide on flags.
        NotFound: there is no such flag.
        Conflict: its author withdrew it.
    """
    return _decide(actor, flag_id, "open", "", session=session)


def _decide(actor: Actor, flag_id: int, state: str, reason: str, *, session: Session) -> Flag:
    require(actor, Permission.FLAGS_DECIDE)
    flag = lock_flag(flag_id, session=session)
    if flag is None:
        raise NotFound(f"There is no flag {flag_id}.")
    if flag.state == state:
        return flag
    if flag.state == "withdrawn":
        raise Conflict("Whoever raised this flag has withdrawn it, so there is nothing to decide.")
    if state != "open" and flag.state != "open":
        raise Conflict(f"{_decider(flag, session)} has {flag.state} it already. Take that back first.")
    flag.state, flag.decision_reason = state, reason
    flag.decided_by_id, flag.decided_at = (None, None) if state == "open" else (actor.person_id, now())
    session.add(flag)
    session.flush()
    if flag.case_id is not None:
        case = session.get_one(EvalCase, flag.case_id)
        if state == "accepted" and case.review == "dismissed":
            case.review = ""  # whoever accepts the flag wants its case
        settle_case(case, session=session)
        if not case.review:
            decided = case.state != "candidate"
            case.decided_by_id, case.decided_at = (actor.person_id, now()) if decided else (None, None)
            case.decision_reason = reason if decided else ""
        if case.state == "accepted" and case.owner_id is None:
            case.owner_id = actor.person_id
        session.add(case)
        session.flush()
    audit.record(
        actor.person_id,
        actor.name,
        f"flag.{_VERBS[state]}",
        session=session,
        subject_type="flag",
        subject_id=flag.key,
        case_id=flag.case_id,
    )
    return flag


def _decider(flag: Flag, session: Session) -> str:
    person = session.get(Person, flag.decided_by_id) if flag.decided_by_id is not None else None
    return person.name if person is not None else "Somebody"


def _words(reason: str) -> str:
    reason = " ".join(reason.replace("\0", "").encode("utf-8", "replace").decode().split())
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"The reason has {len(reason):,} characters, and {MAX_REASON:,} is the most.")
    return reason
