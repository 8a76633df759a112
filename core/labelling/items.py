"""Give out the items of a queue, one at a time."""

from __future__ import annotations

from sqlmodel import Session

from core.criteria import Criterion, Judge, Judgement
from core.errors import Conflict, NotFound, PermissionDenied
from core.identity import Actor, Permission, require
from core.labelling.holds import claim, held_by, locked, sweep_holds
from core.labelling.listing import is_for, progress_of
from core.labelling.subjects import find_subject
from core.labelling.tables import LabelAssignment, LabelItem, LabelQueue
from core.labelling.views import ItemView

GONE = "Its subject no longer exists."


def next_item(actor: Actor, queue_id: int, *, session: Session) -> ItemView | None:
    """What this person judges next: what they hold already, else the next one, held for 30 minutes.

    No two people get the same item unless two are to judge it, and nobody gets one twice. Items whose
    subject is gone are passed over; the view's ``note`` says so.

    Returns:
        None when nothing in the queue is left for this person: the rest is done, held or was theirs.

    Raises:
        PermissionDenied: the actor may not label, or the queue is for others.
        NotFound: there is no such queue.
        Conflict: it is closed, or its criterion has been retired.
    """
    queue, criterion = open_queue(actor, queue_id, session=session)
    person_id = person_of(actor)
    gone = 0
    while (assignment := _turn(person_id, queue_id, session=session)) is not None:
        item = session.get_one(LabelItem, assignment.item_id)
        note = ""
        if gone:
            note = f"{gone} passed over: the {queue.subject_type} no longer exists."
        view = view_of(actor, assignment, item, queue, criterion, session=session, note=note)
        if view is not None:
            return view
        _pass_over(assignment, session=session)
        gone += 1
    return None


def view_of(
    actor: Actor,
    assignment: LabelAssignment,
    item: LabelItem,
    queue: LabelQueue,
    criterion: Criterion,
    *,
    session: Session,
    note: str = "",
) -> ItemView | None:
    """The item as its holder sees it; None when its subject is gone. Checks no permission."""
    subject = find_subject(queue.subject_type, item.subject_id, session=session)
    if subject is None:
        return None
    previous = session.get(Judgement, assignment.judgement_id) if assignment.judgement_id else None
    return ItemView(
        assignment=assignment,
        item=item,
        queue=queue,
        criterion=criterion,
        subject=subject,
        progress=progress_of(actor, queue.key, session=session),
        previous=previous,
        note=note,
    )


def open_queue(actor: Actor, queue_id: int, *, session: Session) -> tuple[LabelQueue, Criterion]:
    """A queue this person may label in now, and its criterion.

    Raises:
        PermissionDenied, NotFound, Conflict: as :func:`next_item`.
    """
    require(actor, Permission.LABELS_GIVE)
    queue = session.get(LabelQueue, queue_id, populate_existing=True)
    if queue is None:
        raise NotFound(f"There is no label queue {queue_id}.")
    if not is_for(actor, queue):
        raise PermissionDenied(f"“{queue.name}” is for others to label.")
    criterion = session.get_one(Criterion, queue.criterion_id, populate_existing=True)
    if queue.state != "open":
        raise Conflict(f"“{queue.name}” has been closed. What was answered is kept.")
    if criterion.retired_at is not None:
        raise Conflict(f"“{criterion.question}” has been retired. What was answered is kept.")
    return queue, criterion


def person_of(actor: Actor) -> int:
    """The signed-in person's id.

    Raises:
        PermissionDenied: the actor may not label, or is no person.
    """
    return int(Judge.person(actor).name)


def _turn(person_id: int, queue_id: int, *, session: Session) -> LabelAssignment | None:
    held = held_by(person_id, queue_id, session=session)
    if held is not None:
        return held
    sweep_holds(queue_id, session=session)
    return claim(person_id, queue_id, session=session)


def _pass_over(assignment: LabelAssignment, *, session: Session) -> None:
    """Nobody can judge what is gone: give it back and ask nobody else."""
    item, assignment = locked(assignment.item_id, assignment.key, session=session)
    assignment.state = "skipped"
    item.taken -= 1
    item.needed = item.taken
    item.why = f"{item.why} {GONE}".strip() if GONE not in item.why else item.why
    session.add_all([item, assignment])
    session.flush()
