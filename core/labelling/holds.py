"""Who holds which item. Whoever changes an assignment has its item's row locked: one order, no deadlocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, exists, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core.database import now
from core.labelling.tables import LabelAssignment, LabelItem

HOLD = timedelta(minutes=30)
"""How long an item stays with whoever has it on the screen."""

_TRIES = 100


def held_by(person_id: int, queue_id: int, *, session: Session) -> LabelAssignment | None:
    """What this person holds in the queue, the one given last first, its hold begun anew."""
    while True:
        found = session.exec(
            select(LabelAssignment)
            .where(
                LabelAssignment.queue_id == queue_id,
                LabelAssignment.person_id == person_id,
                LabelAssignment.state == "held",
            )
            .order_by(col(LabelAssignment.started_at).desc(), col(LabelAssignment.id).desc())
            .limit(1)
        ).first()
        if found is None:
            return None
        _, assignment = locked(found.item_id, found.key, session=session)
        if assignment.state == "held":  # else it lapsed while we waited for the lock
            assignment.held_until = now() + HOLD
            session.add(assignment)
            session.flush()
            return assignment


def claim(person_id: int, queue_id: int, *, session: Session) -> LabelAssignment | None:
    """Take the next item that still wants somebody and that this person has not had. None: there is none."""
    had = exists().where(
        col(LabelAssignment.item_id) == col(LabelItem.id),
        col(LabelAssignment.person_id) == person_id,
        col(LabelAssignment.state) != "lapsed",
    )
    to_give = (
        select(col(LabelItem.id))
        .where(LabelItem.queue_id == queue_id, col(LabelItem.taken) < col(LabelItem.needed), ~had)
        .order_by(col(LabelItem.position))
        .limit(1)
    )
    for _ in range(_TRIES):
        item_id = session.exec(to_give).first()
        if item_id is None:
            return None
        try:
            with session.begin_nested():
                if take(item_id, session=session):
                    return _hold(item_id, queue_id, person_id, session=session)
        except IntegrityError:
            continue  # this person took it in another tab in this moment
    return None


def take(item_id: int, *, session: Session) -> bool:
    """Compare and swap: one more has the item, if it still wants somebody."""
    free = col(LabelItem.taken) < col(LabelItem.needed)
    taken = session.execute(
        update(LabelItem)
        .where(col(LabelItem.id) == item_id, free)
        .values(taken=col(LabelItem.taken) + 1)
        .execution_options(synchronize_session=False)
    )
    return isinstance(taken, CursorResult) and taken.rowcount == 1


def locked(item_id: int, assignment_id: int, *, session: Session) -> tuple[LabelItem, LabelAssignment]:
    """Item and assignment as they are now, kept from others until the transaction ends."""
    item = session.exec(
        select(LabelItem)
        .where(LabelItem.id == item_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    assignment = session.exec(
        select(LabelAssignment)
        .where(LabelAssignment.id == assignment_id)
        .execution_options(populate_existing=True)
    ).one()
    return item, assignment


def sweep_holds(queue_id: int | None = None, *, session: Session, at: datetime | None = None) -> int:
    """Give back items whose hold ran out before ``at`` (now), of one queue or all; returns how many."""
    moment = at or now()
    over = select(col(LabelAssignment.id), col(LabelAssignment.item_id)).where(
        LabelAssignment.state == "held", col(LabelAssignment.held_until) < moment
    )
    if queue_id is not None:
        over = over.where(LabelAssignment.queue_id == queue_id)
    freed = 0
    for assignment_id, item_id in session.exec(over.order_by(col(LabelAssignment.item_id))).all():
        item, assignment = locked(item_id, assignment_id or 0, session=session)
        if assignment.state != "held" or assignment.held_until >= moment:
            continue
        assignment.state = "lapsed"
        item.taken -= 1
        session.add_all([item, assignment])
        session.flush()
        freed += 1
    return freed


def _hold(item_id: int, queue_id: int, person_id: int, *, session: Session) -> LabelAssignment:
    """The assignment of an item this person has just taken: a new one, or the one that lapsed."""
    assignment = session.exec(
        select(LabelAssignment)
        .where(LabelAssignment.item_id == item_id, LabelAssignment.person_id == person_id)
        .execution_options(populate_existing=True)
    ).first() or LabelAssignment(
        item_id=item_id, queue_id=queue_id, person_id=person_id, held_until=now() + HOLD
    )
    if assignment.id is not None and assignment.state != "lapsed":
        raise IntegrityError("held in another tab", None, ValueError("label_assignment"))
    begin(assignment, session=session)
    return assignment


def begin(assignment: LabelAssignment, *, session: Session) -> None:
    """The person has it on the screen from now on."""
    assignment.state = "held"
    assignment.started_at = now()
    assignment.held_until = assignment.started_at + HOLD
    assignment.finished_at = assignment.seconds = None
    session.add(assignment)
    session.flush()
