"""Take a request to carry it out: by compare-and-swap, for a limited time, noted before anything leaves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from core.actions.declaration import Account
from core.actions.requests.accounts import account_of_customer
from core.actions.requests.rows import find_request, swap
from core.actions.tables import ActionRequest
from core.database import Database, now


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that is ours until its lease ends. ``token`` names this very attempt."""

    request: ActionRequest
    token: str
    account: Account

    @property
    def may_have_left(self) -> bool:
        """Whether an earlier attempt may have reached the system."""
        return self.request.sent_at is not None


def due_requests(*, session: Session, limit: int) -> list[int]:
    """Approved requests, and those whose attempt outlived its lease, oldest first."""
    instant = now()
    lease = col(ActionRequest.lease_until)
    due = or_(
        and_(col(ActionRequest.status) == "approved", or_(lease.is_(None), lease <= instant)),
        and_(col(ActionRequest.status) == "executing", lease <= instant),
    )
    query = select(ActionRequest.id).where(
        col(ActionRequest.status).in_(("approved", "executing")),  # lets the partial index serve it
        due,
    )
    found = session.exec(query.order_by(col(ActionRequest.id)).limit(limit))
    return [number for number in found if number is not None]


def claim(request_id: int, *, database: Database, executor: str, lease: timedelta) -> Claim | None:
    """Take the request if it is due; None when it is not, or when somebody else has it.

    Raises:
        NotFound: there is no such request.
    """
    with database.transaction() as session:
        request = find_request(request_id, session=session)
        instant = now()
        waits = request.lease_until is not None and request.lease_until > instant
        if request.status not in ("approved", "executing") or waits:
            return None
        return _take(request, session=session, executor=executor, lease=lease)


def claim_unknown(
    request: ActionRequest, *, session: Session, executor: str, lease: timedelta
) -> Claim | None:
    """Take a request whose outcome nobody knows, to ask about it. None when somebody else just did."""
    return _take(request, session=session, executor=executor, lease=lease, status="unknown")


def note_leaving(claimed: Claim, *, database: Database, lease: timedelta) -> bool:
    """Store that the call is about to leave. False: the claim was lost, so nothing may leave."""
    with database.transaction() as session:
        instant = now()
        left = swap(
            claimed.request,
            col(ActionRequest.executor) == claimed.token,
            session=session,
            among=("executing",),
            sent_at=instant,
            lease_until=instant + lease,
        )
    return left is not None


def _take(
    request: ActionRequest,
    *,
    session: Session,
    executor: str,
    lease: timedelta,
    status: str = "",
) -> Claim | None:
    token = f"{executor[:50]}:{secrets.token_hex(5)}"
    taken = swap(
        request,
        col(ActionRequest.revision) == request.revision,
        session=session,
        among=(status or request.status,),
        status="executing",
        executor=token,
        lease_until=now() + lease,
        attempts=request.attempts + 1,
    )
    if taken is None:
        return None
    return Claim(taken, token, account_of_customer(taken.customer_id, session=session))
