"""What a call would do now, and whether it would be let through. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from core.actions.catalogue import Catalogue
from core.actions.declaration import (
    Account,
    Action,
    ActionRefused,
    Call,
    Connector,
    InvalidArguments,
    NotReached,
    Preview,
)
from core.actions.requests.accounts import account_of, account_of_customer
from core.actions.requests.authority import Ruling, rule
from core.actions.requests.rows import UNDER_WAY, find_request
from core.actions.stored import from_minor
from core.actions.tables import ActionRequest
from core.conversations.tables import Conversation
from core.database import Database
from core.errors import Conflict
from core.identity import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class Case:
    """A stored request with what is needed to preview it."""

    request: ActionRequest
    action: Action
    connector: Connector
    account: Account

    def preview(self, arguments: Mapping[str, Any]) -> Preview:
        """Ask the system. Raises what :meth:`core.actions.Connector.preview` raises."""
        call = Call(self.action.name, arguments, self.account, self.request.idempotency_key)
        return self.connector.preview(call)


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What would happen.

    Attributes:
        preview: None when there are problems.
        problems: argument -> what to change.
        refused: why the system would not do it, or cannot be asked; empty otherwise.
        ruling: whether this person may approve it; None when there is no preview.
        arguments: clean ones; empty when there are problems.
    """

    preview: Preview | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    ruling: Ruling | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def approvable(self) -> bool:
        """Whether this person could approve it just so."""
        return self.ruling is not None and self.ruling.allowed


def check(
    actor: Actor,
    request_id: int,
    arguments: Mapping[str, Any],
    *,
    database: Database,
    catalogue: Catalogue,
) -> Appraisal:
    """What a request would do with these arguments: for a form, while somebody types.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is no such request.
        Conflict: its action is no longer offered, or the conversation has another customer now.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    with database.reading() as session:
        case = load_case(request_id, session=session, catalogue=catalogue)
        coming = on_its_way(case.request, session=session)
    return _appraise(
        actor, case.action, arguments, case.connector, case.account, case.request.idempotency_key, coming
    )


def check_new(
    actor: Actor,
    conversation_id: int,
    name: str,
    arguments: Mapping[str, Any],
    *,
    database: Database,
    catalogue: Catalogue,
) -> Appraisal:
    """The same for an action that nobody has proposed yet.

    Raises:
        PermissionDenied: the actor may not read conversations.
        NotFound: there is no such conversation or action.
    """
    require(actor, Permission.CONVERSATIONS_READ)
    with database.reading() as session:
        account = account_of(conversation_id, session=session)
    return _appraise(
        actor, catalogue.get(name), arguments, catalogue.connector(name), account, "", Decimal(0)
    )


def load_case(request_id: int, *, session: Session, catalogue: Catalogue) -> Case:
    """A request with its action, connector and customer.

    Raises:
        NotFound: there is no such request.
        Conflict: its action is no longer offered, or the conversation has another customer now.
    """
    request = find_request(request_id, session=session)
    action = catalogue.find(request.action)
    if action is None or catalogue.connector(action.name).name != request.connector:
        raise Conflict(
            f"{request.connector} no longer offers the action {request.action}. "
            "Reject this request, or ask an admin to connect it again."
        )
    conversation = session.get(Conversation, request.conversation_id)
    if conversation is None or conversation.customer_id != request.customer_id:
        raise Conflict(
            "The conversation belongs to another customer than when this was proposed. "
            "Reject it and propose it anew."
        )
    account = account_of_customer(request.customer_id, session=session)
    return Case(request, action, catalogue.connector(action.name), account)


def on_its_way(request: ActionRequest, *, session: Session, since: datetime | None = None) -> Decimal:
    """Money of the same action, customer and currency that others approved and that may not be counted yet.

    Args:
        since: also count what was carried out after this instant (when the preview was asked for).
    """
    pending: ColumnElement[bool] = col(ActionRequest.status).in_(UNDER_WAY)
    if since is not None:
        finished = and_(col(ActionRequest.status) == "done", col(ActionRequest.finished_at) >= since)
        pending = or_(pending, finished)
    others = session.exec(
        select(ActionRequest).where(
            ActionRequest.customer_id == request.customer_id,
            ActionRequest.action == request.action,
            ActionRequest.currency == request.currency,
            ActionRequest.id != request.id,
            pending,
        )
    )
    return sum(
        (
            from_minor(other.amount_minor)
            for other in others
            if other.amount_minor is not None and other.preview.get("counts", True)
        ),
        Decimal(0),
    )


def _appraise(
    actor: Actor,
    action: Action,
    arguments: Mapping[str, Any],
    connector: Connector,
    account: Account,
    key: str,
    coming: Decimal,
) -> Appraisal:
    try:
        clean = action.validate(arguments)
    except InvalidArguments as error:
        return Appraisal(problems=error.problems)
    try:
        preview = connector.preview(Call(action.name, clean, account, key))
    except (ActionRefused, NotReached) as error:
        return Appraisal(refused=str(error), arguments=clean)
    return Appraisal(preview, ruling=rule(action, actor.role, preview, on_its_way=coming), arguments=clean)
