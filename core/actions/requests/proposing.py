"""Look something up, propose a change, take proposals back that events have overtaken."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from core.actions.catalogue import Catalogue
from core.actions.declaration import Call, Outcome
from core.actions.requests.accounts import account_of, account_of_customer
from core.actions.requests.rows import OPEN, note, swap
from core.actions.stored import preview_columns, same_arguments
from core.actions.tables import ActionRequest
from core.conversations.tables import Conversation
from core.database import Database
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import SYSTEM, Actor, Permission, require


def look_up(
    conversation_id: int,
    name: str,
    arguments: Mapping[str, Any],
    *,
    database: Database,
    catalogue: Catalogue,
) -> Outcome:
    """Run an action that only reads, for the customer of a conversation.

    Raises:
        NotFound: there is no such conversation or action.
        InvalidInput: the action does more than read, or (InvalidArguments) the arguments do not fit.
        ActionRefused: the system says no, for example because it is another customer's.
        NotReached: the system did not answer.
    """
    action = catalogue.get(name)
    if not action.reads_only:
        raise InvalidInput(f"{name} changes something: it must be proposed, and approved by a person.")
    clean = action.validate(arguments)
    with database.reading() as session:
        account = account_of(conversation_id, session=session)
    return catalogue.connector(name).execute(Call(name, clean, account))


def propose(
    actor: Actor,
    conversation_id: int,
    name: str,
    arguments: Mapping[str, Any],
    *,
    database: Database,
    catalogue: Catalogue,
    reason: str = "",
    draft_id: int | None = None,
    call_id: str = "",
) -> ActionRequest:
    """Store a request for a person to decide on. Nothing outside happens.

    The same call of the same draft gives the same request again. So does an equal request of the
    conversation that is still open, whoever proposed it: its ``draft_id`` may then be another's.
    Nothing that is open is ever replaced.

    Args:
        reason: why, in plain words, for whoever decides.
        draft_id, call_id: of the agent's run; without them ``actor`` proposes it as a person.

    Raises:
        PermissionDenied: the actor may not work on conversations.
        NotFound: there is no such conversation or action.
        InvalidInput: the action only reads, or (InvalidArguments) the arguments do not fit.
        ActionRefused: the system would not do it.
        NotReached: the system cannot be asked what it would do.
        Conflict: this call of the draft proposed something else before.
    """
    require(actor, Permission.CONVERSATIONS_WORK)
    action = catalogue.get(name)
    if action.reads_only:
        raise InvalidInput(f"{name} only looks something up: it needs no approval.")
    clean = action.validate(arguments)
    with database.reading() as session:
        conversation = session.get(Conversation, conversation_id)
        if conversation is None:
            raise NotFound(f"There is no conversation {conversation_id}.")
        customer_id = conversation.customer_id
        account = account_of_customer(customer_id, session=session)
        known = _known(conversation_id, name, clean, draft_id, call_id, session=session)
    if known is not None:
        return known
    key = secrets.token_hex(16)
    preview = catalogue.connector(name).preview(Call(name, clean, account, key))
    with database.transaction() as session:
        _lock(conversation_id, customer_id, session=session)
        known = _known(conversation_id, name, clean, draft_id, call_id, session=session)
        if known is not None:
            return known
        request = ActionRequest(
            conversation_id=conversation_id,
            customer_id=customer_id,
            draft_id=draft_id,
            call_id=call_id,
            action=name,
            connector=catalogue.connector(name).name,
            definition=catalogue.definition(name),
            risk=action.risk,
            proposed_arguments=clean,
            arguments=clean,
            reason_given=" ".join(reason.split())[:1000],
            requested_by_id=actor.person_id,
            idempotency_key=key,
            **preview_columns(preview),
        )
        session.add(request)
        session.flush()
        note(actor, "proposed", request, session=session, draft_id=draft_id)
        return request


def withdraw(
    conversation_id: int, *, session: Session, draft_id: int | None = None, actor: Actor = SYSTEM
) -> list[ActionRequest]:
    """Take back what drafts proposed and nobody has taken up, because events have overtaken it.

    What a person proposed, or asked a manager about, stays.

    Args:
        draft_id: only what this draft proposed; None: what any draft of the conversation did.

    Returns:
        The requests that were withdrawn.
    """
    query = select(ActionRequest).where(
        ActionRequest.conversation_id == conversation_id,
        ActionRequest.status == "proposed",
        col(ActionRequest.draft_id).is_not(None) if draft_id is None else ActionRequest.draft_id == draft_id,
    )
    withdrawn = []
    for request in session.exec(query.order_by(col(ActionRequest.id))).all():
        changed = swap(request, session=session, among=("proposed",), status="withdrawn")
        if changed is not None:
            note(actor, "withdrawn", changed, session=session)
            withdrawn.append(changed)
    return withdrawn


def _known(
    conversation_id: int,
    name: str,
    arguments: Mapping[str, Any],
    draft_id: int | None,
    call_id: str,
    *,
    session: Session,
) -> ActionRequest | None:
    """The request of this very call, or an equal open one of the conversation."""
    if draft_id is not None and call_id:
        same_call = select(ActionRequest).where(
            ActionRequest.draft_id == draft_id, ActionRequest.call_id == call_id
        )
        found = session.exec(same_call).one_or_none()
        if found is not None:
            if found.action != name or not same_arguments(found.proposed_arguments, arguments):
                raise Conflict(f"The call {call_id} of this draft has already proposed something else.")
            return found
    still_open = select(ActionRequest).where(
        ActionRequest.conversation_id == conversation_id,
        ActionRequest.action == name,
        col(ActionRequest.status).in_(OPEN),
    )
    for request in session.exec(still_open.order_by(col(ActionRequest.id))):
        if any(same_arguments(arguments, each) for each in (request.arguments, request.proposed_arguments)):
            return request
    return None


def _lock(conversation_id: int, customer_id: int, *, session: Session) -> None:
    """Let nobody else propose for this conversation until the transaction ends."""
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update(key_share=True)
    conversation = session.exec(query.execution_options(populate_existing=True)).one()
    if conversation.customer_id != customer_id:
        raise Conflict("The conversation has just been given to another customer. Try again.")
