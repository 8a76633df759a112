"""Read a request, change it by compare-and-swap, and write down who did."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from core import audit
from core.actions.stored import from_minor
from core.actions.tables import ActionRequest
from core.database import now
from core.errors import NotFound
from core.identity import Actor

OPEN = ("proposed", "asked", "approved", "executing", "unknown")
UNDECIDED = ("proposed", "asked")
UNDER_WAY = ("approved", "executing", "unknown")
SETTLED = ("done", "failed", "rejected", "withdrawn")


def settled(request: ActionRequest) -> bool:
    """Whether nothing more will happen to it: done, failed, rejected or withdrawn."""
    return request.status in SETTLED


def find_request(request_id: int, *, session: Session) -> ActionRequest:
    """The request as it is now.

    Raises:
        NotFound: there is none with this id.
    """
    found = session.get(ActionRequest, request_id, populate_existing=True)
    if found is None:
        raise NotFound(f"There is no action request {request_id}.")
    return found


def requests_stamp(conversation_id: int, *, session: Session) -> tuple[int, int]:
    """Changes whenever a request of the conversation is added or changes; one indexed query."""
    query = select(func.count(), func.coalesce(func.sum(ActionRequest.revision), 0))
    count, revisions = session.execute(
        query.where(col(ActionRequest.conversation_id) == conversation_id)
    ).one()
    return int(count), int(revisions)


def swap(
    request: ActionRequest, *conditions: Any, session: Session, among: Collection[str], **values: Any
) -> ActionRequest | None:
    """Change the request if its status is still in ``among`` and ``conditions`` hold.

    The revision grows. Returns it as it is then, or None when somebody else was first.
    """
    changed = session.execute(
        update(ActionRequest)
        .where(col(ActionRequest.id) == request.key, col(ActionRequest.status).in_(among), *conditions)
        .values(**values, revision=col(ActionRequest.revision) + 1, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        return None
    return find_request(request.key, session=session)


def note(actor: Actor, verb: str, request: ActionRequest, *, session: Session, **detail: Any) -> None:
    """``action.<verb>`` in the audit: ids, the amount and names of arguments, no texts about people."""
    if request.amount_minor is not None:
        detail |= {"amount": str(from_minor(request.amount_minor)), "currency": request.currency}
    audit.record(
        actor.person_id,
        actor.who,
        f"action.{verb}",
        session=session,
        subject_type="action",
        subject_id=request.key,
        name=request.action,
        conversation_id=request.conversation_id,
        **detail,
    )


def requests_of_draft(draft_id: int, *, session: Session) -> list[ActionRequest]:
    """What a draft proposed, in that order."""
    query = select(ActionRequest).where(ActionRequest.draft_id == draft_id).order_by(col(ActionRequest.id))
    return list(session.exec(query.execution_options(populate_existing=True)))
