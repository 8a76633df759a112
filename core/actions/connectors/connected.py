"""The stored connections as connectors."""

from __future__ import annotations

import logging

from pydantic import ValidationError
from sqlmodel import col, select

from core import audit
from core.actions.connectors.chosen import Chosen
from core.actions.connectors.http import HTTPSystem, find_operation
from core.actions.connectors.http import list_operations as list_http
from core.actions.connectors.mcp import MCPSystem, find_tool
from core.actions.connectors.mcp import list_tools as list_mcp
from core.actions.connectors.operation import Choice, Operation, snake
from core.actions.connectors.system import ConnectedSystem
from core.actions.declaration import Connector
from core.actions.tables import Connection
from core.database import Database, now
from core.identity import SYSTEM
from core.settings import Settings

_log = logging.getLogger(__name__)


def connected(database: Database, settings: Settings) -> list[Connector]:
    """The enabled connections, in the order in which they were added."""
    with database.reading() as session:
        rows = session.exec(
            select(Connection).where(col(Connection.enabled)).order_by(col(Connection.id))
        ).all()
    return [system_of(row, database=database, settings=settings) for row in rows]


def system_of(connection: Connection, *, database: Database, settings: Settings) -> ConnectedSystem:
    """One connection as a connector, with the operations that are still what an admin chose."""
    chosen = [
        Chosen(operation, choice, connection.name)
        for choice in choices_of(connection)
        if not choice.changed
        and (operation := find(connection, choice.id)) is not None
        and not operation.unsupported
        and operation.pinned == choice.pinned
    ]
    name = f"connection:{snake(connection.name)}"
    seconds = settings.action_timeout_seconds
    if connection.kind == "mcp":
        key = connection.key
        return MCPSystem(
            name,
            connection.name,
            chosen,
            url=connection.base_url,
            secret_name=connection.secret_name,
            seconds=seconds,
            on_change=lambda tool: mark_changed(key, {tool}, database=database),
        )
    return HTTPSystem(
        name,
        connection.name,
        chosen,
        base_url=connection.base_url,
        secret_name=connection.secret_name,
        seconds=seconds,
    )


def operations_of(connection: Connection) -> list[Operation]:
    """Everything the stored document of a connection offers."""
    return list_mcp(connection.document) if connection.kind == "mcp" else list_http(connection.document)


def find(connection: Connection, operation_id: str) -> Operation | None:
    """One of them."""
    finder = find_tool if connection.kind == "mcp" else find_operation
    return finder(connection.document, operation_id)


def choices_of(connection: Connection) -> list[Choice]:
    """What an admin chose. An entry that this version cannot read is left out, and logged."""
    choices = []
    for stored in connection.operations:
        try:
            choices.append(Choice.model_validate(stored))
        except ValidationError:
            _log.warning("An operation of the connection %s cannot be read and is off.", connection.name)
    return choices


def mark_changed(connection_id: int, operation_ids: set[str], *, database: Database) -> None:
    """Switch operations off because the other system now describes them differently."""
    with database.transaction() as session:
        row = session.get(Connection, connection_id, with_for_update=True)
        if row is None:
            return
        changed = [choice for choice in choices_of(row) if choice.id in operation_ids and not choice.changed]
        if not changed:
            return
        names = {choice.id for choice in changed}
        row.operations = [
            {**stored, "changed": True} if stored.get("id") in names else stored for stored in row.operations
        ]
        row.updated_at = now()
        session.add(row)
        audit.record(
            None,
            SYSTEM.who,
            "connection.operation_changed",
            session=session,
            subject_type="settings",
            subject_id=row.key,
            connection=row.name,
            operations=sorted(names),
        )
