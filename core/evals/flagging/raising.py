"""Raise and withdraw flags: a judgement, a candidate eval case and the flag in one transaction."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from core import audit
from core.conversations import Conversation
from core.criteria import (
    MAX_REASON,
    Criterion,
    Judge,
    Judgement,
    current_criterion,
    record_judgement,
    withdraw_judgement,
)
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound, PermissionDenied
from core.evals.flagging.choosing import STRONG, answer_of
from core.evals.flagging.standing import settle_case
from core.evals.flagging.subjects import Subject, read_subject
from core.evals.frozen.freezing import find_case, freeze, store_case
from core.evals.tables import EvalCase, Flag
from core.identity import Actor, Permission, require

MAX_BETTER = 10_000
ORIGIN = "flag"
POSITIVE, NEGATIVE = "positive", "negative"
REPLACED = "You flagged the same words by the same criterion again."


def raise_flag(
    actor: Actor,
    *,
    session: Session,
    subject_type: str,
    subject_id: int,
    strength: str,
    criterion: str,
    span: dict[str, Any] | None = None,
    better: str = "",
    note: str = "",
    answer: str = "",
) -> Flag:
    """Point at a strong or weak moment.

    The same flag again, by a double click or a second window, gives the flag that is there. One by the
    same person about the same words and criterion that says something else replaces it while it is open.

    Args:
        subject_type: draft, reply or message; a message that was sent as a reply counts as that reply.
        strength: strong or weak.
        criterion: its name.
        span: ``{"start", "end"}`` in characters (code points) of the subject's text, ``"text"`` optional.
        better: how the person would have said it.
        note: why; becomes the reason of the judgement.
        answer: which of several answers; see :func:`core.evals.flagging.choosing.answer_of`.

    Raises:
        PermissionDenied: the actor may not work on conversations, or is no person.
        NotFound: there is no such subject or criterion.
        InvalidInput: the marked words are not in the text, a text is too long, or no answer fits.
        Conflict: the criterion is retired, the subject is not finished or was taken back, or a flag of
            this person about the same words has been accepted and says something else.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    judge = Judge.person(actor)
    subject = read_subject(subject_type, subject_id, session=session)
    _take_turns(subject.conversation_id, session=session)
    asked = current_criterion(criterion, session=session)
    if asked is None:
        raise NotFound(f"There is no criterion {criterion!r} any more. Choose another one.")
    chosen = answer_of(asked, strength, answer)
    marked = _checked_span(subject.text, span)
    better = _checked_text(better, "better wording", MAX_BETTER)
    note = _checked_text(note, "note", MAX_REASON)
    before = _same_words(actor, subject, asked, marked, session=session)
    if before is not None and _says(before, session=session) == (strength, chosen, better, note):
        return before
    if before is not None and before.state == "accepted":
        raise Conflict(
            "Your flag about these words has been accepted, so it stays as it is. Mark other words, or ask "
            "a specialist to take that back first."
        )
    frozen = freeze(subject, session=session)
    case = find_case(subject, frozen, session=session) or store_case(
        subject,
        frozen,
        session=session,
        created_by_id=actor.person_id,
        polarity=POSITIVE if strength == STRONG else NEGATIVE,
        provenance={subject.type: subject.id},
    )
    judgement = record_judgement(
        judge,
        asked,
        session=session,
        subject_type=subject.type,
        subject_id=subject.id,
        answer=chosen,
        origin=ORIGIN,
        reason=note,
        span=marked,
        build_id=subject.build_id,
    )
    flag = Flag(
        strength=strength,
        criterion_id=asked.key,
        judgement_id=judgement.key,
        case_id=case.key,
        conversation_id=subject.conversation_id,
        subject_type=subject.type,
        subject_id=subject.id,
        span=marked,
        better=better,
        note=note,
        about_person_id=subject.about_person_id,
        flagged_by_id=_person(actor),
    )
    session.add(flag)
    if before is not None:
        before.state, before.decided_at, before.decision_reason = "withdrawn", now(), REPLACED
        session.add(before)
    session.flush()
    if ORIGIN not in case.provenance:
        case.provenance = {**case.provenance, ORIGIN: flag.key}
    settle_case(case, session=session)
    _record(actor, flag, "raised", session=session, strength=strength, criterion=asked.name)
    return flag


def withdraw_flag(actor: Actor, flag_id: int, *, session: Session) -> Flag:
    """Take back one's own flag, and the judgement with it. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: it does not exist, or is somebody else's.
        Conflict: a specialist has decided on it.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    flag = lock_flag(flag_id, session=session)
    if flag is None or flag.flagged_by_id != actor.person_id:
        raise NotFound("This flag is not yours, or it does not exist.")
    if flag.state == "withdrawn":
        return flag
    if flag.state != "open":
        raise Conflict(
            f"This flag has been {flag.state} already, so it stays. A specialist can take that back first."
        )
    withdraw_judgement(Judge.person(actor), flag.judgement_id, session=session)
    flag.state, flag.decided_at = "withdrawn", now()
    session.add(flag)
    session.flush()
    if flag.case_id is not None:
        settle_case(session.get_one(EvalCase, flag.case_id), session=session)
    _record(actor, flag, "withdrawn", session=session)
    return flag


def lock_flag(flag_id: int, *, session: Session) -> Flag | None:
    """The flag as it is now, kept from others until the transaction ends."""
    query = select(Flag).where(col(Flag.id) == flag_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def _take_turns(conversation_id: int, *, session: Session) -> None:
    """Let two windows flag one after the other, or both would store the same flag and the same case."""
    conversation = select(Conversation.id).where(col(Conversation.id) == conversation_id)
    session.exec(conversation.with_for_update()).one()


def _same_words(
    actor: Actor, subject: Subject, asked: Criterion, span: dict[str, Any] | None, *, session: Session
) -> Flag | None:
    """This person's flag about the same words by any version of the same criterion, if it counts."""
    mine = (
        select(Flag)
        .join(Criterion, col(Criterion.id) == col(Flag.criterion_id))
        .where(
            col(Flag.subject_type) == subject.type,
            col(Flag.subject_id) == subject.id,
            col(Flag.flagged_by_id) == actor.person_id,
            col(Flag.state).in_(("open", "accepted")),
            col(Criterion.name) == asked.name,
        )
    )
    found = session.exec(mine.order_by(col(Flag.id).desc())).all()
    return next((flag for flag in found if flag.span == span), None)


def _says(flag: Flag, *, session: Session) -> tuple[str, str, str, str]:
    judgement = session.get_one(Judgement, flag.judgement_id)
    return flag.strength, judgement.answer, flag.better, flag.note


def _checked_span(text: str, span: dict[str, Any] | None) -> dict[str, Any] | None:
    """The marked words without blanks around them; None when there are none.

    Raises:
        InvalidInput: they are not in the text.
    """
    if span is None:
        return None
    start, end = (span[name] if type(span.get(name)) is int else -1 for name in ("start", "end"))
    if not 0 <= start < end <= len(text):
        raise InvalidInput("The marked words are not in this text. Mark them again.")
    words = text[start:end]
    if span.get("text", words) != words:
        raise InvalidInput("The text is not what it was when the words were marked. Mark them again.")
    start += len(words) - len(words.lstrip())
    words = words.strip()
    return {"start": start, "end": start + len(words), "text": words} if words else None


def _checked_text(text: str, what: str, most: int) -> str:
    text = text.replace("\0", "").encode("utf-8", "replace").decode().strip()
    if len(text) > most:
        raise InvalidInput(f"The {what} has {len(text):,} characters, and {most:,} is the most.")
    return text


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise PermissionDenied("Only a person who is signed in can flag.")
    return actor.person_id


def _record(actor: Actor, flag: Flag, verb: str, *, session: Session, **detail: Any) -> None:
    audit.record(
        actor.person_id,
        actor.name,
        f"flag.{verb}",
        session=session,
        subject_type="flag",
        subject_id=flag.key,
        conversation_id=flag.conversation_id,
        about=f"{flag.subject_type} {flag.subject_id}",
        **detail,
    )
