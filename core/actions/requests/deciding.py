"""Reject a request, or ask somebody with a higher limit to decide on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col

from core.actions.catalogue import Catalogue
from core.actions.requests import rows
from core.actions.requests.appraising import load_case, on_its_way
from core.actions.requests.authority import rule
from core.actions.requests.decided import clock, name_of, present, refuse_decided, same_decision
from core.actions.requests.rows import UNDECIDED, find_request, swap
from core.actions.stored import preview_columns, same_arguments
from core.actions.tables import ActionRequest
from core.database import Database, now
from core.errors import Conflict, InvalidInput
from core.identity import Actor, Permission, require

MOST = 1000
"""Characters a reason or a note may have."""
_CHANGED = "This request changed while you looked at it. Look at it again, then decide."


def reject(actor: Actor, request_id: int, *, database: Database, revision: int, reason: str) -> ActionRequest:
    """Decide that it is not done. Nothing outside happens; the reason goes back to the agent.

    Rejecting again, as the same person, gives the request as it is.

    Raises:
        PermissionDenied: the actor may not decide on actions.
        NotFound: there is no such request.
        InvalidInput: no reason, or a longer one than 1,000 characters.
        Conflict: it changed since the person saw it, or was decided already.
    """
    require(actor, Permission.ACTIONS_APPROVE)
    reason = _words(reason, "why this is rejected")
    with database.transaction() as session:
        request = find_request(request_id, session=session)
        if same_decision(actor, request, ("rejected",)):
            return request
        if request.status not in UNDECIDED:
            raise refuse_decided(actor, request, session=session)
        person = present(actor, session=session)
        rejected = swap(
            request,
            col(ActionRequest.revision) == revision,
            session=session,
            among=UNDECIDED,
            status="rejected",
            decision="rejected",
            decision_reason=reason,
            decided_by_id=person.person_id,
            decided_at=now(),
        )
        if rejected is None:
            raise Conflict(_CHANGED)
        rows.note(person, "rejected", rejected, session=session)
        return rejected


def ask(
    actor: Actor,
    request_id: int,
    *,
    database: Database,
    catalogue: Catalogue,
    revision: int,
    note: str,
    arguments: Mapping[str, Any] | None = None,
) -> ActionRequest:
    """Put it into the approvals queue, with the arguments as edited and a note for whoever decides.

    Asking again, as the same person with the same arguments, gives the request as it is.

    Raises:
        PermissionDenied: the actor may not decide on actions.
        NotFound: there is no such request.
        InvalidInput: no note, a longer one than 1,000 characters, nobody could approve this, or
            (InvalidArguments) the arguments do not fit.
        ActionRefused: the system would not do it.
        NotReached: the system cannot be asked.
        Conflict: it changed since the person saw it, was decided, or was asked about already.
    """
    require(actor, Permission.ACTIONS_APPROVE)
    words = _words(note, "why somebody else should approve this")
    with database.reading() as session:
        request = find_request(request_id, session=session)
        if request.status not in UNDECIDED:
            raise refuse_decided(actor, request, session=session)
        case = load_case(request_id, session=session, catalogue=catalogue)
        coming = on_its_way(request, session=session)
    clean = case.action.validate(request.arguments if arguments is None else arguments)
    if request.status == "asked":
        if request.asked_by_id == actor.person_id and same_arguments(clean, request.arguments):
            return request
        with database.reading() as session:
            raise _asked_before(actor, request, session=session)
    preview = case.preview(clean)
    if not rule(case.action, actor.role, preview, on_its_way=coming).able:
        raise InvalidInput("This is above every limit: nobody here may approve it. Ask for less.")
    with database.transaction() as session:
        person = present(actor, session=session)
        asked = swap(
            request,
            col(ActionRequest.revision) == revision,
            session=session,
            among=("proposed",),
            status="asked",
            arguments=clean,
            definition=catalogue.definition(case.action.name),
            asked_by_id=person.person_id,
            asked_at=now(),
            asked_note=words,
            **preview_columns(preview),
        )
        if asked is not None:
            rows.note(person, "asked", asked, session=session)
            return asked
        found = find_request(request_id, session=session)
        if (
            found.status == "asked"
            and found.asked_by_id == actor.person_id
            and same_arguments(clean, found.arguments)
        ):
            return found
        raise Conflict(_CHANGED)


def _words(text: str, what: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    if not text or len(text) > MOST:
        raise InvalidInput(f"Say in 1 to {MOST:,} characters {what}.")
    return text


def _asked_before(actor: Actor, request: ActionRequest, *, session: Session) -> Conflict:
    at = clock(request.asked_at, actor) if request.asked_at is not None else ""
    if request.asked_by_id == actor.person_id:
        return Conflict(f"You have already asked for this at {at}, with other arguments.")
    return Conflict(f"{name_of(request.asked_by_id, session=session)} has already asked for this at {at}.")
