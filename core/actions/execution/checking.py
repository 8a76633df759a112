"""Ask the system again what became of a request whose outcome nobody knows."""

from __future__ import annotations

from datetime import timedelta

from core.actions.catalogue import Catalogue
from core.actions.execution.carrying import ask_about
from core.actions.execution.claims import claim_unknown
from core.actions.requests.decided import present
from core.actions.requests.rows import find_request
from core.actions.tables import ActionRequest
from core.database import Database
from core.errors import Conflict
from core.identity import Actor, Permission, require

_LEASE = timedelta(minutes=7)  # longer than three of the longest answers that settings allow


def check_again(actor: Actor, request_id: int, *, database: Database, catalogue: Catalogue) -> ActionRequest:
    """Ask the system, without repeating the call, and note what it says.

    Returns:
        The request: done; failed (it was refused); unknown still, with the reason in ``error``; or
        approved again, when the system is certain that it never happened: an executor then
        carries it out under the same key. One that is no longer unknown comes back as it is.

    Raises:
        PermissionDenied: the actor may not decide on actions.
        NotFound: there is no such request.
        Conflict: nothing was sent for it, or somebody else is asking right now.
    """
    require(actor, Permission.ACTIONS_APPROVE)
    with database.transaction() as session:
        request = find_request(request_id, session=session)
        if request.status in ("done", "failed", "approved", "executing"):
            return request
        if request.status != "unknown":
            raise Conflict(f"There is nothing to ask about: this request is {request.status}.")
        person = actor if actor.trusted else present(actor, session=session)
        claimed = claim_unknown(request, session=session, executor="check", lease=_LEASE)
        if claimed is None:
            raise Conflict("Somebody else is asking about this right now. Look again in a moment.")
    return ask_about(claimed, database=database, catalogue=catalogue, actor=person)
