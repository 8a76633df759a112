"""Note what came of a request: each with its entry in the audit, in one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col

from core.actions.declaration import Outcome
from core.actions.execution.claims import Claim
from core.actions.requests.rows import find_request, note, swap
from core.actions.stored import outcome_columns, storable
from core.actions.tables import ActionRequest
from core.database import Database, now
from core.identity import SYSTEM, Actor

_OVER: dict[str, Any] = {"executor": "", "lease_until": None}


def record_done(
    claimed: Claim, outcome: Outcome, *, database: Database, actor: Actor = SYSTEM
) -> ActionRequest:
    """It happened. True whoever holds the request by now, so even a late answer is noted."""
    with database.transaction() as session:
        done = swap(
            claimed.request,
            session=session,
            among=("approved", "executing", "unknown", "failed"),
            status="done",
            finished_at=now(),
            error="",
            **_OVER,
            **outcome_columns(outcome),
        )
        if done is not None:
            _note(actor, "executed", done, session=session, reference=done.reference)
        return done or find_request(claimed.request.key, session=session)


def record_failed(claimed: Claim, error: str, *, database: Database, actor: Actor = SYSTEM) -> ActionRequest:
    """It did not happen, for certain, and will not."""
    return _end(claimed, "failed", error, database=database, actor=actor)


def record_unknown(claimed: Claim, error: str, *, database: Database, actor: Actor = SYSTEM) -> ActionRequest:
    """It was sent, and nobody knows what came of it: a person must look."""
    return _end(claimed, "unknown", error, database=database, actor=actor)


def put_back(
    claimed: Claim,
    error: str,
    *,
    database: Database,
    wait: timedelta = timedelta(0),
    fresh_count: bool = False,
) -> ActionRequest:
    """It did not leave: approved again, to be carried out after ``wait``."""
    with database.transaction() as session:
        back = _swap_held(
            claimed,
            session=session,
            status="approved",
            sent_at=None,
            executor="",
            lease_until=now() + wait if wait else None,
            error=_short(error),
            **({"attempts": 0} if fresh_count else {}),
        )
        return back or find_request(claimed.request.key, session=session)


def ask_later(claimed: Claim, error: str, *, database: Database, wait: timedelta) -> ActionRequest:
    """It may have left and the system cannot be asked now: ask again after ``wait``."""
    with database.transaction() as session:
        later = _swap_held(claimed, session=session, lease_until=now() + wait, error=_short(error))
        return later or find_request(claimed.request.key, session=session)


def _end(claimed: Claim, status: str, error: str, *, database: Database, actor: Actor) -> ActionRequest:
    with database.transaction() as session:
        ended = _swap_held(
            claimed,
            session=session,
            status=status,
            finished_at=now() if status == "failed" else None,
            error=_short(error),
            **_OVER,
        )
        if ended is not None:
            _note(actor, status, ended, session=session)
        return ended or find_request(claimed.request.key, session=session)


def _swap_held(claimed: Claim, *, session: Session, **values: Any) -> ActionRequest | None:
    """Only for whoever holds the claim: somebody else may know better by now."""
    return swap(
        claimed.request,
        col(ActionRequest.executor) == claimed.token,
        session=session,
        among=("executing",),
        **values,
    )


def _note(actor: Actor, verb: str, request: ActionRequest, *, session: Session, **detail: Any) -> None:
    note(
        actor,
        verb,
        request,
        session=session,
        decided_by=request.decided_by_id,
        attempts=request.attempts,
        **detail,
    )


def _short(error: str) -> str:
    text: str = storable(error)
    return text[:1000]
