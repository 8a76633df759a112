"""Answer, skip and undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, or_, select

from core import audit
from core.criteria import (
    Judge,
    Judgement,
    checked_answer,
    given,
    record_judgement,
    withdraw_judgement,
)
from core.database import now
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor
from core.labelling.holds import begin, locked, take
from core.labelling.items import open_queue, person_of, view_of
from core.labelling.subjects import build_of
from core.labelling.tables import LabelAssignment, LabelItem
from core.labelling.views import ItemView

_LONGEST_SECONDS = 24 * 3600.0


def answer_item(
    actor: Actor,
    assignment_id: int,
    *,
    session: Session,
    answer: str | Sequence[str],
    reason: str = "",
    span: dict[str, Any] | None = None,
    seconds: float | None = None,
) -> Judgement:
    """Record this person's answer to an item they hold. The same answer again changes nothing.

    Whoever answers after the hold ran out is still heard while nobody else has the item.

    Args:
        answer: one of the criterion's; of many_of one or several.
        reason: why; of a note the words themselves.
        span: the marked words, see :class:`core.criteria.Judgement`.
        seconds: from being shown to being answered.

    Raises:
        PermissionDenied: the actor may not label, or the queue is for others.
        NotFound: this is not the actor's item.
        InvalidInput: the answer is none of the criterion's.
        Conflict: the queue was closed or the criterion retired, another answer was given in another
            window, or the hold ran out and others have the item. The message repeats the answer.
    """
    item, assignment = _own(actor, assignment_id, session=session)
    try:
        queue, criterion = open_queue(actor, assignment.queue_id, session=session)
    except Conflict as error:
        raise Conflict(f"{error} Your answer {_said(answer, reason)} was not stored.") from None
    wanted = checked_answer(criterion, answer)
    if criterion.kind == "note" and not reason.strip():
        raise InvalidInput("Write the note first.")
    if assignment.state == "done":
        return _repeated(assignment, wanted, reason, span, session=session)
    if assignment.state != "held":
        if not take(item.key, session=session):
            raise Conflict(
                f"{_lost(assignment)} and somebody else has it now, so your answer {_said(answer, reason)} "
                "was not stored."
            )
        session.refresh(item)
    judgement = record_judgement(
        Judge.person(actor),
        criterion,
        session=session,
        subject_type=queue.subject_type,
        subject_id=item.subject_id,
        answer=wanted,
        origin="label",
        reason=reason,
        span=span,
        build_id=build_of(queue.subject_type, item.subject_id, session=session),
    )
    assignment.state = "done"
    assignment.judgement_id = judgement.key
    assignment.finished_at = now()
    assignment.seconds = None if seconds is None else min(max(seconds, 0.0), _LONGEST_SECONDS)
    item.done += 1
    session.add_all([item, assignment])
    session.flush()
    _record(actor, "label.given", item, session=session, judgement=judgement.key)
    return judgement


def skip_item(actor: Actor, assignment_id: int, *, session: Session) -> None:
    """Pass an item on to others; this person does not get it again, save by undo. Safe to repeat.

    Raises:
        PermissionDenied: the actor may not label, or the queue is for others.
        NotFound: this is not the actor's item.
        Conflict: it has been answered, the queue was closed or the criterion retired.
    """
    item, assignment = _own(actor, assignment_id, session=session)
    open_queue(actor, assignment.queue_id, session=session)
    if assignment.state == "skipped":
        return
    if assignment.state == "done":
        raise Conflict("You have answered this one already, in another window. Undo takes the answer back.")
    if assignment.state == "held":
        item.taken -= 1
    assignment.state = "skipped"
    assignment.finished_at = now()
    session.add_all([item, assignment])
    session.flush()
    _record(actor, "label.skipped", item, session=session)


def undo(actor: Actor, queue_id: int, *, session: Session) -> ItemView | None:
    """Take back what this person did last in the queue, an answer or a skip; they hold that item again.

    A skipped item that others have taken meanwhile stays with them; what came before it is taken back.

    Returns:
        The item, with the answer that was taken back as ``previous``; None when there is nothing to undo.

    Raises:
        PermissionDenied: the actor may not label, or the queue is for others.
        NotFound: there is no such queue.
        Conflict: the queue was closed or the criterion retired.
    """
    queue, criterion = open_queue(actor, queue_id, session=session)
    person_id = person_of(actor)
    done_or_skipped = or_(LabelAssignment.state == "done", LabelAssignment.state == "skipped")
    latest_first = (
        select(LabelAssignment)
        .where(
            LabelAssignment.queue_id == queue_id,
            LabelAssignment.person_id == person_id,
            done_or_skipped,
            col(LabelAssignment.finished_at).is_not(None),
        )
        .order_by(col(LabelAssignment.finished_at).desc(), col(LabelAssignment.id).desc())
    )
    note = ""
    for found in session.exec(latest_first):
        item, assignment = locked(found.item_id, found.key, session=session)
        if assignment.state == "done":
            if assignment.judgement_id is not None:
                withdraw_judgement(Judge.person(actor), assignment.judgement_id, session=session)
            item.done -= 1
            session.add(item)
        elif assignment.state != "skipped":
            continue  # undone in another window in this moment
        elif take(item.key, session=session):
            session.refresh(item)
        else:
            note = "Somebody else has the one you skipped; this is the one before it."
            continue
        begin(assignment, session=session)
        view = view_of(actor, assignment, item, queue, criterion, session=session, note=note)
        _record(actor, "label.undone", item, session=session, judgement=assignment.judgement_id)
        if view is not None:
            return view
    return None


def _own(actor: Actor, assignment_id: int, *, session: Session) -> tuple[LabelItem, LabelAssignment]:
    person_id = person_of(actor)
    found = session.get(LabelAssignment, assignment_id)
    if found is None or found.person_id != person_id:
        raise NotFound("This item is not yours to answer. Go on with the next one.")
    return locked(found.item_id, found.key, session=session)


def _repeated(
    assignment: LabelAssignment, answer: str, reason: str, span: dict[str, Any] | None, *, session: Session
) -> Judgement:
    """The stored answer, when this is the same once more.

    Raises:
        Conflict: it is another one.
    """
    stored = session.get_one(Judgement, assignment.judgement_id)
    if (stored.answer, stored.reason, stored.span) == (answer, reason, span):
        return stored
    raise Conflict(
        f"You have answered this one already: {_said(given(stored.answer), stored.reason)}. "
        f"Undo takes that back; {_said(given(answer), reason)} was not stored."
    )


def _lost(assignment: LabelAssignment) -> str:
    return "You skipped this one" if assignment.state == "skipped" else "Your hold on this one ran out"


def _said(answer: str | Sequence[str], reason: str) -> str:
    """The answer in words, so that nothing typed is lost with a message."""
    words = f"“{answer if isinstance(answer, str) else ', '.join(answer)}”"
    return f"{words} ({reason.strip()})" if reason.strip() else words


def _record(actor: Actor, action: str, item: LabelItem, *, session: Session, **detail: Any) -> None:
    audit.record(
        actor.person_id,
        actor.who,
        action,
        session=session,
        subject_type="label_item",
        subject_id=item.key,
        queue=item.queue_id,
        **detail,
    )
