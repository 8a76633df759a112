"""Queues as lists, and how far each is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from statistics import median

from sqlalchemy import func, select
from sqlmodel import Session, col

from core.criteria import Criterion
from core.database import now
from core.errors import NotFound
from core.identity import Actor, Permission, require
from core.labelling.tables import LabelAssignment, LabelItem, LabelQueue
from core.labelling.views import Progress, QueueView

_PACE_OVER = 20
_PACE_FROM = 3


def list_queues(actor: Actor, *, session: Session, mine: bool = False) -> list[QueueView]:
    """Queues with their progress, open ones first, newest first.

    Args:
        mine: only open ones that are for this person.

    Raises:
        PermissionDenied: the actor may not label (``mine``) or not read label queues.
    """
    require(actor, Permission.LABELS_GIVE if mine else Permission.LABELS_READ)
    rows = select(LabelQueue, Criterion).join(Criterion, col(Criterion.id) == col(LabelQueue.criterion_id))
    if mine:
        rows = rows.where(col(LabelQueue.state) == "open")
    found = [
        (queue, criterion)
        for queue, criterion in session.execute(rows.order_by(col(LabelQueue.id).desc()))
        if not mine or is_for(actor, queue)
    ]
    found.sort(key=lambda pair: pair[0].state != "open")
    newest = select(col(Criterion.name), func.max(col(Criterion.version))).group_by(col(Criterion.name))
    versions = dict(session.execute(newest).all())
    progress = _progress(actor, [queue.key for queue, _ in found], session=session)
    return [
        QueueView(queue, criterion, progress[queue.key], versions[criterion.name] > criterion.version)
        for queue, criterion in found
    ]


def queue_progress(actor: Actor, queue_id: int, *, session: Session) -> Progress:
    """How far one queue is, and this person in it.

    Raises:
        PermissionDenied: the actor may neither label nor read label queues.
        NotFound: there is no such queue.
    """
    if not actor.can(Permission.LABELS_READ):
        require(actor, Permission.LABELS_GIVE)
    if session.get(LabelQueue, queue_id) is None:
        raise NotFound(f"There is no label queue {queue_id}.")
    return progress_of(actor, queue_id, session=session)


def is_for(actor: Actor, queue: LabelQueue) -> bool:
    """Whether this person is among those the queue is for."""
    return not queue.people or actor.person_id in queue.people


def progress_of(actor: Actor, queue_id: int, *, session: Session) -> Progress:
    """As :func:`queue_progress`, of a queue that is known to be there. Checks no permission."""
    return _progress(actor, [queue_id], session=session)[queue_id]


def _progress(actor: Actor, queue_ids: list[int], *, session: Session) -> dict[int, Progress]:
    item, assignment = LabelItem, LabelAssignment
    totals = {
        int(queue): (int(needed), int(done))
        for queue, needed, done in session.execute(
            select(col(item.queue_id), func.sum(col(item.needed)), func.sum(col(item.done)))
            .where(col(item.queue_id).in_(queue_ids))
            .group_by(col(item.queue_id))
        )
    }
    own = {
        (int(queue), str(state)): int(number)
        for queue, state, number in session.execute(
            select(col(assignment.queue_id), col(assignment.state), func.count())
            .where(col(assignment.queue_id).in_(queue_ids), col(assignment.person_id) == actor.person_id)
            .group_by(col(assignment.queue_id), col(assignment.state))
        )
    }
    held = {
        int(queue): int(number)
        for queue, number in session.execute(
            select(col(assignment.queue_id), func.count())
            .where(
                col(assignment.queue_id).in_(queue_ids),
                col(assignment.state) == "held",
                col(assignment.held_until) > now(),
                col(assignment.person_id) != (actor.person_id or 0),
            )
            .group_by(col(assignment.queue_id))
        )
    }
    progress = {}
    for queue in queue_ids:
        total, done = totals.get(queue, (0, 0))
        mine = own.get((queue, "done"), 0)
        progress[queue] = Progress(
            total=total,
            done=done,
            left=total - done,
            mine=mine,
            mine_skipped=own.get((queue, "skipped"), 0),
            held_by_others=held.get(queue, 0),
            per_hour=_pace(actor, queue, session=session) if mine >= _PACE_FROM else None,
        )
    return progress


def _pace(actor: Actor, queue_id: int, *, session: Session) -> float | None:
    """Answers an hour at the median time of this person's last answers."""
    turn = LabelAssignment
    last = (
        select(col(turn.seconds), col(turn.started_at), col(turn.finished_at))
        .where(
            col(turn.queue_id) == queue_id,
            col(turn.person_id) == actor.person_id,
            col(turn.state) == "done",
        )
        .order_by(col(turn.finished_at).desc())
        .limit(_PACE_OVER)
    )
    times = list(_seconds(session.execute(last)))
    typical = median(times) if times else 0.0
    return 3600 / typical if typical > 0 else None


def _seconds(rows: Iterable[tuple[float | None, datetime, datetime | None]]) -> Iterable[float]:
    for seconds, started, finished in rows:
        if seconds is not None:
            yield seconds
        elif finished is not None:
            yield (finished - started).total_seconds()
