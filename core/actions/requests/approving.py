"""Approve a request: as it stands, or with edited arguments. The one door to execution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from core.actions.catalogue import Catalogue
from core.actions.declaration import ActionRefused, Preview
from core.actions.requests.appraising import Case, load_case, on_its_way
from core.actions.requests.authority import rule
from core.actions.requests.decided import present, refuse_decided, same_decision
from core.actions.requests.rows import UNDECIDED, find_request, note, swap
from core.actions.stored import preview_columns, read_preview, same_arguments
from core.actions.tables import ActionRequest
from core.conversations.tables import Customer
from core.database import Database, now
from core.errors import Conflict, PermissionDenied
from core.identity import Actor, Permission, require


def approve(
    actor: Actor,
    request_id: int,
    *,
    database: Database,
    catalogue: Catalogue,
    revision: int,
    arguments: Mapping[str, Any] | None = None,
    facts: str | None = None,
) -> ActionRequest:
    """Approve a request, once. What is approved here is what will be carried out, and nothing else.

    The arguments are validated again, the system is asked again what it would do, and the person's
    role is read again. Approving again, with the same arguments and as the same person (a double
    click, a second tab, a reload), gives the request as it then is.

    Args:
        revision: of the request as the person saw it.
        arguments: as edited; None: as stored.
        facts: ``facts`` of the preview that the person saw for edited arguments, if one was shown.

    Returns:
        The request, approved. Hand its id to :meth:`core.actions.Executor.submit`.

    Raises:
        PermissionDenied: the role, or its limit, does not allow it; the message says who may.
        NotFound: there is no such request.
        InvalidArguments: the edited arguments do not fit.
        ActionRefused: the system would not do it.
        NotReached: the system cannot be asked.
        Conflict: it changed since the person saw it, was decided already, or what it rests on has
            changed (then the new state is stored, to be looked at).
    """
    require(actor, Permission.ACTIONS_APPROVE)
    with database.reading() as session:
        request = find_request(request_id, session=session)
        if request.status not in UNDECIDED:
            return _again(actor, request, arguments, catalogue, session=session)
        _check_revision(request, revision)
        case = load_case(request_id, session=session, catalogue=catalogue)
    clean = case.action.validate(case.request.arguments if arguments is None else arguments)
    asked_at = now()
    preview = case.preview(clean)
    _check_facts(case, clean, preview, facts, database=database, catalogue=catalogue)
    with database.transaction() as session:
        _hold_customer(case.request.customer_id, session=session)
        approver = present(actor, session=session)
        coming = on_its_way(case.request, session=session, since=asked_at)
        ruling = rule(case.action, approver.role, preview, on_its_way=coming)
        if not ruling.allowed:
            raise PermissionDenied(ruling.why_not)
        edited = not same_arguments(clean, case.request.proposed_arguments)
        approved = swap(
            case.request,
            col(ActionRequest.revision) == revision,
            session=session,
            among=UNDECIDED,
            status="approved",
            decision="edited" if edited else "approved",
            arguments=clean,
            definition=catalogue.definition(case.action.name),
            decided_by_id=approver.person_id,
            decided_at=now(),
            **preview_columns(preview),
        )
        if approved is not None:
            _note(approver, approved, session=session)
            return approved
        found = find_request(request_id, session=session)
        if found.status in UNDECIDED:
            _check_revision(found, revision)
        return _again(actor, found, arguments, catalogue, session=session)


def _again(
    actor: Actor,
    request: ActionRequest,
    arguments: Mapping[str, Any] | None,
    catalogue: Catalogue,
    *,
    session: Session,
) -> ActionRequest:
    """The request, if this is the decision that was taken; else who decided what."""
    action = catalogue.find(request.action)
    clean = None if arguments is None or action is None else action.validate(arguments)
    if same_decision(actor, request, ("approved", "edited")):
        if clean is None or same_arguments(clean, request.arguments):
            return request
        raise refuse_decided(actor, request, session=session, how=" with other arguments")
    raise refuse_decided(actor, request, session=session)


def _check_revision(request: ActionRequest, revision: int) -> None:
    if request.revision != revision:
        raise Conflict("This request changed while you looked at it. Look at it again, then decide.")


def _check_facts(
    case: Case,
    arguments: Mapping[str, Any],
    preview: Preview,
    seen: str | None,
    *,
    database: Database,
    catalogue: Catalogue,
) -> None:
    """Nobody approves on facts that have changed since they were shown."""
    request = case.request
    shown = read_preview(request)
    declared = catalogue.definition(case.action.name)
    if same_arguments(arguments, request.arguments):
        fresh, stale = preview, preview.facts != shown.facts
    elif seen is not None:
        fresh, stale = None, preview.facts != seen
    else:
        fresh = _preview_or_none(case)
        stale = fresh is not None and fresh.facts != shown.facts
    if not stale and declared == request.definition:
        return
    if fresh is None:
        fresh = _preview_or_none(case)
    with database.transaction() as session:
        swap(
            request,
            col(ActionRequest.revision) == request.revision,
            session=session,
            among=UNDECIDED,
            definition=declared,
            **(preview_columns(fresh) if fresh is not None else {}),
        )
    raise Conflict(
        "What this rests on has changed since it was shown. Look at what it would do now, then decide."
        if stale
        else f"The rules of “{case.action.title}” have changed since it was proposed. "
        "Look at it again, then decide."
    )


def _preview_or_none(case: Case) -> Preview | None:
    """What the stored arguments would do now; None when the system would not do that any more."""
    try:
        return case.preview(case.request.arguments)
    except ActionRefused:
        return None


def _hold_customer(customer_id: int, *, session: Session) -> None:
    """Approvals for one customer one after another: each must see the money of the ones before."""
    query = select(Customer).where(Customer.id == customer_id).with_for_update(key_share=True)
    session.exec(query).one()


def _note(actor: Actor, request: ActionRequest, *, session: Session) -> None:
    if request.decision == "approved":
        note(actor, "approved", request, session=session)
        return
    changed = sorted(
        name
        for name in {*request.arguments, *request.proposed_arguments}
        if not same_arguments(
            {name: request.arguments.get(name)}, {name: request.proposed_arguments.get(name)}
        )
    )
    note(actor, "edited", request, session=session, edited_arguments=changed)
