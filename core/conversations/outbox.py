"""Replies on their way out: due, claimed, delivered, failed, recalled.

An item is written in the transaction that writes the reply, so one exists exactly when the other
does. Delivery is at least once with a constant idempotency key; a transport that honours the key
makes it exactly once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core import audit
from core.conversations.tables import OutboxItem
from core.database import now
from core.errors import Conflict, NotFound
from core.identity import Actor, Permission, require

LEASE = timedelta(seconds=60)
"""How long an attempt may take before another process may take the item over."""

_UNSENT = ("pending", "delivering")


def claim_due(
    *, session: Session, runner: str, limit: int = 20, lease: timedelta = LEASE
) -> list[OutboxItem]:
    """Take up to ``limit`` due items for ``runner``, oldest first; nobody else gets them meanwhile.

    Items whose earlier attempt outlived its lease are due again. Of one conversation only the
    oldest unsent item is given out, so replies leave in the order they were written.
    """
    instant = now()
    earlier = aliased(OutboxItem)
    held_back = (
        select(earlier.id)
        .where(
            earlier.conversation_id == OutboxItem.conversation_id,
            col(earlier.id) < col(OutboxItem.id),
            col(earlier.state).in_(_UNSENT),
        )
        .exists()
    )
    due = (
        select(OutboxItem)
        .where(col(OutboxItem.state).in_(_UNSENT), OutboxItem.due_at <= instant, ~held_back)
        .order_by(col(OutboxItem.due_at), col(OutboxItem.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=OutboxItem)
        .execution_options(populate_existing=True)
    )
    items = list(session.exec(due))
    for item in items:
        item.state = "delivering"
        item.attempts += 1
        item.claimed_by = runner[:64]
        item.due_at = instant + lease
    session.flush()
    return items


def anything_due(*, session: Session) -> bool:
    """Whether a claim could find something. Needs no write lock, so asking often is cheap."""
    due = select(OutboxItem.id).where(col(OutboxItem.state).in_(_UNSENT), OutboxItem.due_at <= now())
    return session.exec(due.limit(1)).first() is not None


def mark_delivered(item_id: int, *, session: Session, receipt: str) -> bool:
    """Note that the item arrived, whoever held it. Returns False when that was known already."""
    result = session.execute(
        update(OutboxItem)
        .where(col(OutboxItem.id) == item_id, col(OutboxItem.state) != "delivered")
        .values(state="delivered", delivered_at=now(), receipt=receipt[:500], error="", claimed_by="")
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def mark_failed(item_id: int, *, session: Session, error: str, retry_at: datetime | None) -> bool:
    """Note a failed attempt: try again at ``retry_at``, or None to leave it to a person.

    Returns False, and changes nothing, when the item is no longer being delivered.
    """
    values = {"state": "failed"} if retry_at is None else {"state": "pending", "due_at": retry_at}
    result = session.execute(
        update(OutboxItem)
        .where(col(OutboxItem.id) == item_id, col(OutboxItem.state) == "delivering")
        .values(error=error[:1000], claimed_by="", **values)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def retry_delivery(actor: Actor, message_id: int, *, session: Session) -> OutboxItem:
    """Send a failed item again, now, under the same idempotency key.

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: the message was never on its way out.
        Conflict: it has not failed.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    item = session.exec(
        select(OutboxItem).where(OutboxItem.message_id == message_id).with_for_update()
    ).one_or_none()
    if item is None:
        raise NotFound("There is no such reply.")
    if item.state != "failed":
        raise Conflict(f"This reply cannot be sent again: it is {item.state}.")
    item.state, item.due_at, item.attempts = "pending", now(), 1  # 1: it may have left, no recall
    session.add(item)
    session.flush()
    audit.record(
        actor.person_id,
        actor.who,
        "reply.retried",
        session=session,
        subject_type="conversation",
        subject_id=item.conversation_id,
        message_id=message_id,
    )
    return item


def count_outbox(*, session: Session) -> dict[str, int]:
    """How many items are in each state, for the health page."""
    return dict(session.exec(select(OutboxItem.state, func.count()).group_by(OutboxItem.state)).all())
