"""Requests as pages show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from core.actions.catalogue import Catalogue
from core.actions.declaration import Action, Field, Preview
from core.actions.requests.appraising import on_its_way
from core.actions.requests.authority import Ruling, rule
from core.actions.requests.rows import OPEN, UNDECIDED, find_request, settled
from core.actions.stored import from_minor, read_preview, same_arguments
from core.actions.tables import ActionRequest
from core.conversations.tables import Conversation, Customer
from core.errors import InvalidInput
from core.identity import Actor, Permission, Person, require

STATUSES = (*OPEN, "done", "failed", "rejected", "withdrawn")


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request for one viewer, as it was last previewed.

    Attributes:
        action: its declaration today; None when it is no longer offered.
        may_approve: whether this viewer may approve it as it stands; when not, ``why_not`` says
            why. ``who_may``: "a specialist (up to 300 EUR) or a manager (up to 2,000 EUR)".
        requester: empty when an agent proposed it. ``asker``, ``decider``: empty when nobody has.
    """

    request: ActionRequest
    action: Action | None
    fields: tuple[Field, ...]
    preview: Preview
    may_approve: bool
    why_not: str
    who_may: str
    requester: str
    asker: str
    decider: str
    customer: str
    subject: str
    channel: str

    @property
    def title(self) -> str:
        return self.action.title if self.action is not None else self.request.action

    @property
    def undecided(self) -> bool:
        return self.request.status in UNDECIDED

    @property
    def settled(self) -> bool:
        return settled(self.request)

    @property
    def amount(self) -> Decimal | None:
        """Money that moves, in the unit of ``request.currency``."""
        minor = self.request.amount_minor
        return None if minor is None else from_minor(minor)

    @property
    def policy(self) -> str:
        return self.preview.policy or (self.action.policy if self.action is not None else "")

    @property
    def edited(self) -> dict[str, tuple[Any, Any]]:
        """Argument -> (as proposed, as it is now), of those that differ."""
        proposed, now = self.request.proposed_arguments, self.request.arguments
        return {
            name: (proposed.get(name), now.get(name))
            for name in dict.fromkeys([*proposed, *now])
            if not same_arguments({name: proposed.get(name)}, {name: now.get(name)})
        }


def list_requests(
    actor: Actor, conversation_id: int, *, session: Session, catalogue: Catalogue
) -> list[RequestView]:
    """Every request of a conversation, in the order they were proposed.

    Raises:
        PermissionDenied: the actor may not read conversations.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    query = select(ActionRequest).where(ActionRequest.conversation_id == conversation_id)
    found = session.exec(query.order_by(col(ActionRequest.id)).execution_options(populate_existing=True))
    return _views(actor, found.all(), session=session, catalogue=catalogue)


def get_request(actor: Actor, request_id: int, *, session: Session, catalogue: Catalogue) -> RequestView:
    """One request.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is no such request.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    found = find_request(request_id, session=session)
    return _views(actor, [found], session=session, catalogue=catalogue)[0]


def list_approvals(
    actor: Actor,
    *,
    session: Session,
    catalogue: Catalogue,
    after_id: int = 0,
    limit: int = 50,
) -> list[RequestView]:
    """What people ask to be approved and nobody has decided, oldest first.

    Args:
        after_id: the id of the last one of the page before.

    Raises:
        PermissionDenied: the actor may not see what others ask for.
    """
    require(actor, Permission.APPROVALS_READ)
    found = _in_status(("asked",), session=session, after_id=after_id, limit=limit)
    return _views(actor, found, session=session, catalogue=catalogue)


def list_by_status(
    actor: Actor,
    statuses: Collection[str] = OPEN,
    *,
    session: Session,
    catalogue: Catalogue,
    after_id: int = 0,
    limit: int = 100,
) -> list[RequestView]:
    """Requests of all conversations in some statuses, oldest first; by default what is still open.

    Raises:
        PermissionDenied: the actor may not see what others ask for.
        InvalidInput: a status does not exist.
    """
    require(actor, Permission.APPROVALS_READ)
    for status in statuses:
        if status not in STATUSES:
            raise InvalidInput(f"Unknown status {status!r}: choose from {', '.join(STATUSES)}.")
    found = _in_status(statuses, session=session, after_id=after_id, limit=limit)
    return _views(actor, found, session=session, catalogue=catalogue)


def _in_status(
    statuses: Collection[str], *, session: Session, after_id: int, limit: int
) -> Sequence[ActionRequest]:
    query = (
        select(ActionRequest)
        .where(col(ActionRequest.status).in_(statuses), col(ActionRequest.id) > after_id)
        .order_by(col(ActionRequest.id))
        .limit(limit)
    )
    return session.exec(query.execution_options(populate_existing=True)).all()


def _views(
    actor: Actor, requests: Sequence[ActionRequest], *, session: Session, catalogue: Catalogue
) -> list[RequestView]:
    people = _names(requests, session=session)
    matters = _matters({request.conversation_id for request in requests}, session=session)
    views = []
    for request in requests:
        action, preview = catalogue.find(request.action), read_preview(request)
        ruling = _ruling(actor, request, action, preview, session=session)
        conversation, customer = matters[request.conversation_id]
        views.append(
            RequestView(
                request=request,
                action=action,
                fields=action.fields if action is not None else (),
                preview=preview,
                may_approve=ruling.allowed,
                why_not=ruling.why_not,
                who_may=ruling.who_may,
                requester=people.get(request.requested_by_id or 0, "") if request.draft_id is None else "",
                asker=people.get(request.asked_by_id or 0, ""),
                decider=people.get(request.decided_by_id or 0, ""),
                customer=customer.name or customer.email or customer.external_id,
                subject=conversation.subject,
                channel=conversation.channel,
            )
        )
    return views


def _ruling(
    actor: Actor, request: ActionRequest, action: Action | None, preview: Preview, *, session: Session
) -> Ruling:
    if action is None:
        return Ruling(False, "This action is no longer offered: it can only be rejected.", "", ())
    if request.status not in UNDECIDED:
        return Ruling(False, "", "", ())
    coming = on_its_way(request, session=session)
    ruling = rule(action, actor.role, preview, on_its_way=coming)
    if ruling.allowed and not actor.can(Permission.ACTIONS_APPROVE):
        return Ruling(False, f"Your role ({actor.role}) may not approve actions.", ruling.who_may, ())
    return ruling


def _names(requests: Iterable[ActionRequest], *, session: Session) -> dict[int, str]:
    ids = {
        person
        for request in requests
        for person in (request.requested_by_id, request.asked_by_id, request.decided_by_id)
        if person is not None
    }
    people = session.exec(select(Person).where(col(Person.id).in_(ids)))
    return {person.key: person.name for person in people}


def _matters(ids: set[int], *, session: Session) -> dict[int, tuple[Conversation, Customer]]:
    query = select(Conversation, Customer).where(
        Conversation.customer_id == Customer.id, col(Conversation.id).in_(ids)
    )
    return {conversation.key: (conversation, customer) for conversation, customer in session.exec(query)}
