"""Runs that waited for people go on: which ones may, and who takes them up."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.actions import ActionRequest, settled
from core.assist.tables import Draft
from core.database import now

AT_MOST = 20


def list_resumable(*, session: Session) -> list[int]:
    """Waiting drafts whose proposed actions are all decided and over, oldest first."""
    waiting = session.execute(
        select(Draft.id, Draft.waiting_for).where(col(Draft.state) == "waiting").order_by(col(Draft.id))
    ).all()
    wanted = {request_id for _, requests in waiting for request_id in requests}
    if not waiting:
        return []
    requests = session.exec(select(ActionRequest).where(col(ActionRequest.id).in_(wanted)))
    over = {request.key for request in requests if settled(request)}
    return [key for key, requests in waiting if over.issuperset(requests)][:AT_MOST]


def take_up(draft_id: int, *, session: Session, runner: str) -> Draft | None:
    """Claim a waiting draft for a runner. None when somebody else was first, or it was given up.

    Raises:
        sqlalchemy.exc.IntegrityError: another draft of the conversation is being written.
    """
    claimed = session.execute(
        update(Draft)
        .where(col(Draft.id) == draft_id, col(Draft.state) == "waiting")
        .values(state="running", runner=runner, heartbeat_at=now())
        .returning(col(Draft.id))
    ).scalar_one_or_none()
    if claimed is None:
        return None
    return session.get(Draft, draft_id, populate_existing=True)
