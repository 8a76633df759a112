"""What the flags of a case add up to: its state, and what is expected of an answer to it."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from core.assist import Draft
from core.conversations import Message, Reply
from core.criteria import Criterion, Judgement
from core.evals.flagging.subjects import DRAFT, REPLY
from core.evals.tables import EvalCase, Flag

EXPECTED = "flag"


def settle_case(case: EvalCase, *, session: Session) -> None:
    """Bring a case up to date with its flags.

    What somebody decided about the case itself stands. Otherwise it is accepted when a flag of it is; else a
    candidate while one is open, or while it expects something that came from elsewhere; else dismissed.
    Expectations are those of the accepted flags, after the ones that came from elsewhere.
    """
    flags = session.exec(select(Flag).where(col(Flag.case_id) == case.key).order_by(col(Flag.id))).all()
    states = {flag.state for flag in flags}
    other = [each for each in case.expectations if EXPECTED not in each]
    waits = "open" in states or bool(other) or not flags
    state = case.review or ("accepted" if "accepted" in states else "candidate" if waits else "dismissed")
    expected = other + [_expectation(flag, session=session) for flag in flags if flag.state == "accepted"]
    case.expectations, case.state = expected, state
    session.add(case)
    session.flush()


def _expectation(flag: Flag, *, session: Session) -> dict[str, Any]:
    """What was judged, how, and how it should have been said."""
    criterion = session.get_one(Criterion, flag.criterion_id)
    judgement = session.get_one(Judgement, flag.judgement_id)
    return {
        EXPECTED: flag.key,
        "criterion": criterion.name,
        "version": criterion.version,
        "answer": judgement.answer,
        "strength": flag.strength,
        "subject_type": flag.subject_type,
        "subject_id": flag.subject_id,
        "span": flag.span,
        "text": text_of(flag.subject_type, flag.subject_id, session=session),
        "better": flag.better,
        "note": flag.note,
    }


def text_of(subject_type: str, subject_id: int, *, session: Session) -> str:
    """The words of a subject; they never change."""
    if subject_type == DRAFT:
        return session.get_one(Draft, subject_id).text
    message_id = session.get_one(Reply, subject_id).message_id if subject_type == REPLY else subject_id
    return session.get_one(Message, message_id).text
