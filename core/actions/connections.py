"""Connections to systems outside: add, change, switch on and off, remove.

Everything here is a short transaction on the caller's session. What takes time, asking the other
system, is in :mod:`core.actions.connectors.asking`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from sqlmodel import Session, col, select

from core.actions.connectors.addresses import check_address
from core.actions.connectors.connected import operations_of
from core.actions.connectors.operation import snake
from core.actions.connectors.rows import record, save, stored_row
from core.actions.connectors.secrets import check_secret_name
from core.actions.tables import ActionRequest, Connection
from core.errors import Conflict, InvalidInput, NotFound
from core.identity import Actor, Permission, require

Kind = Literal["openapi", "mcp"]
_KINDS = ("openapi", "mcp")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
_UNDECIDED = ("proposed", "asked", "approved", "executing", "unknown")


def list_connections(actor: Actor, *, session: Session) -> list[Connection]:
    """All of them, by name.

    Raises:
        PermissionDenied: the actor may not manage connections.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    return list(session.exec(select(Connection).order_by(col(Connection.name))))


def get_connection(actor: Actor, connection_id: int, *, session: Session) -> Connection:
    """One of them.

    Raises:
        PermissionDenied: the actor may not manage connections.
        NotFound: there is none, or somebody has removed it.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    return stored_row(connection_id, session, lock=False)


def find_connection(actor: Actor, name: str, *, session: Session) -> Connection:
    """One of them by its name, in any spelling that gives the same action names.

    Raises:
        PermissionDenied: the actor may not manage connections.
        NotFound: there is none of that name.
    """
    for row in list_connections(actor, session=session):
        if snake(row.name) == snake(name):
            return row
    raise NotFound(f"There is no connection called {name!r}.")


def add_connection(
    actor: Actor,
    *,
    session: Session,
    kind: Kind,
    name: str,
    base_url: str,
    document: Mapping[str, Any],
    secret_name: str = "",
    plain_http: bool = False,
) -> Connection:
    """Add a system. None of its operations is chosen yet.

    Args:
        kind: ``openapi`` (a web API) or ``mcp`` (``base_url`` is then the server's endpoint).
        document: as :func:`read_document` or :func:`fetch_tools` gave it.
        secret_name: the environment variable that holds the secret, or empty.
        plain_http: allow ``http://`` for other machines.

    Raises:
        PermissionDenied: the actor may not manage connections.
        InvalidInput: a name, address or document that cannot be used.
        Conflict: another connection has that name, or one that looks the same in action names.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    if kind not in _KINDS:
        raise InvalidInput(f"{kind!r} is no kind of connection; there are {' and '.join(_KINDS)}.")
    name = " ".join(name.split())
    if not _NAME.fullmatch(name) or not snake(name):
        raise InvalidInput(
            "Give the connection a name of at most 40 letters, digits, blanks, dots, dashes or underscores."
        )
    for other in session.exec(select(Connection)):
        if snake(other.name)[:24] == snake(name)[:24]:
            raise Conflict(f"There is already a connection called {other.name}. Choose another name.")
    row = Connection(
        kind=kind,
        name=name,
        base_url=check_address(base_url, plain_http=plain_http),
        secret_name=check_secret_name(secret_name),
        document=dict(document),
        options={"plain_http": True} if plain_http else {},
        created_by_id=actor.person_id,
    )
    if not operations_of(row):
        raise InvalidInput("It offers nothing: the document has no operations, or the server no tools.")
    session.add(row)
    session.flush()
    record(actor, "connection.added", row, session=session, kind=kind, address=row.base_url)
    return row


def change_connection(
    actor: Actor,
    connection_id: int,
    *,
    session: Session,
    base_url: str,
    secret_name: str,
    plain_http: bool = False,
) -> Connection:
    """Change where the system is and which variable holds its secret.

    Raises:
        PermissionDenied: the actor may not manage connections.
        NotFound: there is no such connection.
        InvalidInput: an address or name that cannot be used.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    row = stored_row(connection_id, session)
    row.base_url = check_address(base_url, plain_http=plain_http)
    row.secret_name = check_secret_name(secret_name)
    row.options = {**row.options, "plain_http": plain_http}
    save(row, session)
    record(
        actor,
        "connection.changed",
        row,
        session=session,
        address=row.base_url,
        secret_variable=row.secret_name,
        plain_http=plain_http,
    )
    return row


def enable_connection(actor: Actor, connection_id: int, *, session: Session, enabled: bool) -> Connection:
    """Switch a connection on or off. While it is off, nothing of it is offered or carried out.

    Raises:
        PermissionDenied: the actor may not manage connections.
        NotFound: there is no such connection.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    row = stored_row(connection_id, session)
    if row.enabled != enabled:
        row.enabled = enabled
        save(row, session)
        record(actor, "connection.enabled" if enabled else "connection.disabled", row, session=session)
    return row


def remove_connection(actor: Actor, connection_id: int, *, session: Session) -> None:
    """Remove a connection with its document and choices. What was done through it stays on record.

    Raises:
        PermissionDenied: the actor may not manage connections.
        NotFound: there is no such connection.
        Conflict: requests to it are still open.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    row = stored_row(connection_id, session)
    waiting = session.exec(
        select(ActionRequest.id).where(
            col(ActionRequest.connector) == f"connection:{snake(row.name)}",
            col(ActionRequest.status).in_(_UNDECIDED),
        )
    ).all()
    if waiting:
        raise Conflict(
            f"{len(waiting)} requested actions of {row.name} are still open. Let them be decided first, or "
            "disable the connection instead."
        )
    session.delete(row)
    session.flush()
    record(actor, "connection.removed", row, session=session, address=row.base_url)
