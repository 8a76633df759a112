"""The queue: views on conversations, page by page, and how many are in each.

A page is read straight off the index that its view has, starting where the last page ended
(a keyset cursor), so page 400 costs what page 1 costs. Rows are light: no messages.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, literal, select, tuple_
from sqlmodel import Session, col

from core.conversations.queue_counts import cached_counts
from core.conversations.queue_search import matching
from core.conversations.records import CHANNELS
from core.conversations.tables import (
    ESCALATED,
    OPEN,
    UNANSWERED,
    WAITING,
    Customer,
    conversation,
)
from core.database import UTCDateTime
from core.errors import InvalidInput
from core.identity import Actor, Permission, Person, require

MAX_PAGE = 500


class QueueView(StrEnum):
    """A way to look at the conversations.

    mine, unassigned, escalated and unanswered show the most urgent first and within one priority
    who has waited longest; what waits for the customer comes last. ``waiting`` shows who has
    waited longest whatever the priority, ``all`` the newest first, finished ones too.
    """

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ESCALATED = "escalated"
    WAITING = "waiting"
    UNANSWERED = "unanswered"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """What the queue shows of a conversation."""

    id: int
    subject: str
    preview: str
    customer_id: int
    customer_name: str
    channel: str
    locale: str
    priority: int
    status: str
    waiting_since: datetime | None
    last_message_at: datetime
    assignee_id: int | None
    assignee_name: str
    escalation_reason: str
    ai_outcome: str
    csat: int | None
    tags: tuple[str, ...]
    message_count: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some rows, and where the next ones start; None when there are no more."""

    rows: list[QueueRow]
    next_cursor: str | None


_c = conversation.c
_URGENCY: tuple[ColumnElement[Any], ...] = (_c.priority, _c.queue_at, _c.id)
_LONGEST: tuple[ColumnElement[Any], ...] = (_c.waiting_since, _c.id)
_NEWEST: tuple[ColumnElement[Any], ...] = (_c.last_message_at, _c.id)

# The conditions are texts equal to those of the indexes: a bound value would keep SQLite from using them.
_CONDITIONS: dict[QueueView, TextClause | None] = {
    QueueView.MINE: OPEN,
    QueueView.UNASSIGNED: OPEN,
    QueueView.ESCALATED: ESCALATED,
    QueueView.WAITING: WAITING,
    QueueView.UNANSWERED: UNANSWERED,
    QueueView.ALL: None,
}

_SHOWN = (
    _c.id,
    _c.subject,
    _c.preview,
    _c.customer_id,
    _c.channel,
    _c.locale,
    _c.priority,
    _c.status,
    _c.waiting_since,
    _c.queue_at,
    _c.last_message_at,
    _c.assignee_id,
    _c.escalation_reason,
    _c.ai_outcome,
    _c.csat,
    _c.tags,
    _c.message_count,
)


def list_queue(
    actor: Actor,
    *,
    session: Session,
    view: QueueView | str,
    search: str = "",
    channel: str | None = None,
    within: ColumnElement[bool] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> QueuePage:
    """One page of a view.

    Args:
        search: words to find in customer, e-mail, subject, preview and the conversation's id there;
            the last one may be a beginning.
        within: only conversations for which this condition on ``conversation`` holds.
        cursor: ``next_cursor`` of the page before.
        limit: rows, 1 to 500.

    Raises:
        PermissionDenied: the actor may not read conversations.
        InvalidInput: an unknown view or channel, a limit out of range, or a cursor that is damaged
            or of another view.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    view = _view(view)
    if channel is not None and channel not in CHANNELS:
        raise InvalidInput(f"Unknown channel {channel!r}: choose one of {', '.join(CHANNELS)}.")
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidInput(f"A page has 1 to {MAX_PAGE} rows.")
    statement = page_statement(actor, view, cursor=cursor, channel=channel).limit(limit + 1)
    if search.strip():
        condition = matching(search, session=session)
        if condition is None:
            return QueuePage([], None)
        statement = statement.where(condition)
    if within is not None:
        statement = statement.where(within)
    found = session.execute(statement).all()
    rows = _rows(found[:limit], session=session)
    return QueuePage(rows, _cursor_after(view, found[limit - 1]) if len(found) > limit else None)


def count_queues(actor: Actor, *, session: Session) -> dict[QueueView, int]:
    """How many conversations each view holds for this actor, at most ``COUNT_CAP`` (show it as "999+").

    Up to ten seconds old within a process.

    Raises:
        PermissionDenied: the actor may not read conversations.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    statements = {view.value: _filtered(actor, view, select(_c.id)) for view in QueueView}
    counts = cached_counts(str(actor.person_id), statements, session=session)
    return {view: counts[view.value] for view in QueueView}


def page_statement(
    actor: Actor, view: QueueView, *, cursor: str | None = None, channel: str | None = None
) -> Select[Any]:
    """The query for a view in its order, from ``cursor`` on, without a limit.

    Raises:
        InvalidInput: the cursor is damaged or of another view.
    """
    order = _order(view)
    statement = _filtered(actor, view, select(*_SHOWN))
    if channel is not None:
        statement = statement.where(_c.channel == channel)
    descending = view is QueueView.ALL
    if cursor is not None:
        keys = tuple_(*order)
        start = tuple_(*(literal(v, c.type) for v, c in zip(_read_cursor(view, cursor), order, strict=True)))
        statement = statement.where(keys < start if descending else keys > start)
    return statement.order_by(*(column.desc() if descending else column for column in order))


def _filtered(actor: Actor, view: QueueView, statement: Select[Any]) -> Select[Any]:
    condition = _CONDITIONS[view]
    if condition is not None:
        statement = statement.where(condition)
    if view is QueueView.MINE:
        # -1 is nobody: the system has no conversations of its own, and NULL would mean unassigned.
        return statement.where(_c.assignee_id == (actor.person_id or -1))
    if view is QueueView.UNASSIGNED:
        return statement.where(_c.assignee_id.is_(None))
    return statement


def _rows(found: Sequence[Any], *, session: Session) -> list[QueueRow]:
    """Rows with the names of customers and assignees, each looked up once for the page."""
    customers = _names(Customer.id, Customer.name, {row.customer_id for row in found}, session=session)
    mail = {row.customer_id for row in found if not customers.get(row.customer_id)}
    customers |= _names(Customer.id, Customer.email, mail, session=session)
    people = _names(Person.id, Person.name, {r.assignee_id for r in found if r.assignee_id}, session=session)
    return [
        QueueRow(
            id=row.id,
            subject=row.subject,
            preview=row.preview,
            customer_id=row.customer_id,
            customer_name=customers.get(row.customer_id, ""),
            channel=row.channel,
            locale=row.locale,
            priority=row.priority,
            status=row.status,
            waiting_since=row.waiting_since,
            last_message_at=row.last_message_at,
            assignee_id=row.assignee_id,
            assignee_name=people.get(row.assignee_id, ""),
            escalation_reason=row.escalation_reason,
            ai_outcome=row.ai_outcome,
            csat=row.csat,
            tags=tuple(row.tags),
            message_count=row.message_count,
        )
        for row in found
    ]


def _names(key: Any, name: Any, ids: set[int], *, session: Session) -> dict[int, str]:
    if not ids:
        return {}
    rows: Any = session.execute(select(key, name).where(col(key).in_(ids))).all()
    return dict(rows)


def _view(view: QueueView | str) -> QueueView:
    try:
        return QueueView(view)
    except ValueError:
        known = ", ".join(QueueView)
        raise InvalidInput(f"Unknown queue view {view!r}: choose one of {known}.") from None


def _order(view: QueueView) -> tuple[ColumnElement[Any], ...]:
    return {QueueView.WAITING: _LONGEST, QueueView.ALL: _NEWEST}.get(view, _URGENCY)


def _cursor_after(view: QueueView, row: Any) -> str:
    values = [getattr(row, str(column.key)) for column in _order(view)]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([view.value, *plain]).encode()).decode().rstrip("=")


def _read_cursor(view: QueueView, cursor: str) -> list[Any]:
    refusal = InvalidInput("The page marker is not valid for this view. Start again from the first page.")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        order = _order(view)
        if name != view.value or len(values) != len(order):
            raise refusal
        return [_read_value(value, column) for value, column in zip(values, order, strict=True)]
    except (ValueError, TypeError, binascii.Error) as error:
        raise refusal from error


def _read_value(value: Any, column: ColumnElement[Any]) -> Any:
    if isinstance(column.type, UTCDateTime):
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("a marker's instant needs a zone")
        return instant
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError("a marker's number is a whole number")
    return value
