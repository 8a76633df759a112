"""What of a connection is offered: taking a newer description, and choosing operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.actions.connectors.connected import choices_of, operations_of
from core.actions.connectors.operation import Choice
from core.actions.connectors.rows import record, save, stored_row
from core.actions.connectors.rules import check_choices
from core.actions.tables import Connection
from core.errors import Conflict, InvalidInput
from core.identity import Actor, Permission, require


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What a new document did to the operations that were chosen."""

    changed: tuple[str, ...]
    gone: tuple[str, ...]


def replace_document(
    actor: Actor, connection_id: int, *, session: Session, document: Mapping[str, Any]
) -> DocumentChange:
    """Take a newer document. Chosen operations that it describes differently are off until chosen again.

    Raises:
        PermissionDenied: the actor may not manage connections.
        NotFound: there is no such connection.
        InvalidInput: the document offers nothing.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    row = stored_row(connection_id, session)
    row.document = dict(document)
    offered = {operation.id: operation.pinned for operation in operations_of(row)}
    if not offered:
        raise InvalidInput("The new document offers nothing, so the old one was kept.")
    chosen = choices_of(row)
    gone = {choice.id for choice in chosen if choice.id not in offered}
    changed = {choice.id for choice in chosen if offered.get(choice.id, choice.pinned) != choice.pinned}
    row.operations = [
        _stored(choice.model_copy(update={"changed": True}) if choice.id in gone | changed else choice)
        for choice in chosen
    ]
    save(row, session)
    change = DocumentChange(tuple(sorted(changed)), tuple(sorted(gone)))
    record(
        actor,
        "connection.document_replaced",
        row,
        session=session,
        changed=list(change.changed),
        gone=list(change.gone),
    )
    return change


def choose_operations(
    actor: Actor,
    connection_id: int,
    choices: Sequence[Choice],
    *,
    session: Session,
    seen: datetime | None = None,
) -> Connection:
    """Set which operations are offered, and how. Replaces the earlier choice as a whole.

    Args:
        choices: one that is still marked as changed is kept, and stays off; to accept what the system
            says now, give it unmarked and with the operation's present digest.
        seen: ``updated_at`` of the connection that the person looked at; None: whatever it is now.

    Raises:
        PermissionDenied: the actor may not manage connections.
        NotFound: there is no such connection.
        InvalidInput: a choice that is incomplete or contradictory, with what to change.
        Conflict: somebody else has changed the connection since ``seen``.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    row = stored_row(connection_id, session)
    if seen is not None and row.updated_at != seen:
        raise Conflict(f"Somebody has changed {row.name} since you opened it. Look at it again.")
    check_choices(choices, operations_of(row), connection=row.name, kind=row.kind)
    row.operations = [_stored(choice) for choice in choices]
    save(row, session)
    record(
        actor,
        "connection.operations_chosen",
        row,
        session=session,
        operations=[_in_short(choice) for choice in choices],
    )
    return row


def _stored(choice: Choice) -> dict[str, Any]:
    return choice.model_dump(mode="json")


def _in_short(choice: Choice) -> dict[str, Any]:
    """What an auditor asks of a choice: what it is, how dangerous, who may, and whose account."""
    return {
        "id": choice.id,
        "action": choice.action,
        "risk": choice.risk,
        "on": choice.enabled,
        "approvers": [str(role) for role in choice.approvers],
        "limits": {str(role): str(limit) for role, limit in choice.limits.items()},
        "account": choice.account_argument or "not about one customer",
    }
