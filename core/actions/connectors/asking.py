"""Asking a system about itself: what it offers, and whether it answers. Slow: never in a transaction."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core.actions.connectors.addresses import check_address
from core.actions.connectors.connected import choices_of, mark_changed
from core.actions.connectors.http.authentication import authenticate, authentication_of
from core.actions.connectors.http.sending import Lost, NotSent, send
from core.actions.connectors.mcp import Unreachable, as_document, list_tools
from core.actions.connectors.mcp import fetch_tools as ask_for_tools
from core.actions.connectors.references import References, Unsupported
from core.actions.connectors.secrets import check_secret_name, read_secret
from core.actions.declaration import NotReached
from core.actions.tables import Connection
from core.database import Database
from core.errors import InvalidInput
from core.identity import Actor, Permission, require
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a system can be used, in words. ``changed``: operations that are off because they differ."""

    ok: bool
    words: str
    changed: tuple[str, ...] = ()


def fetch_tools(
    address: str, *, secret_name: str, settings: Settings, plain_http: bool = False
) -> dict[str, Any]:
    """What an MCP server lists, as the document of a connection.

    Raises:
        InvalidInput: the address or name cannot be used, or the server gives no usable list.
        NotReached: the secret is not set.
    """
    url = check_address(address, plain_http=plain_http)
    secret = read_secret(check_secret_name(secret_name))
    try:
        tools = ask_for_tools(url, secret, seconds=settings.action_timeout_seconds)
    except Unreachable as error:
        raise InvalidInput(
            f"The server gave no list of tools: {error}. Check that the address is that of its streamable "
            "HTTP endpoint (often ending in /mcp), and the secret."
        ) from None
    return as_document(tools)


def check_connection(
    actor: Actor, connection: Connection, *, database: Database, settings: Settings
) -> Checked:
    """Ask the system whether it answers. Of an MCP server also whether its tools are still the chosen ones.

    Raises:
        PermissionDenied: the actor may not manage connections.
    """
    require(actor, Permission.CONNECTIONS_MANAGE)
    try:
        secret = read_secret(connection.secret_name)
    except NotReached as problem:
        return Checked(False, str(problem))
    if connection.kind == "mcp":
        return _check_tools(connection, database=database, settings=settings)
    headers = {"Accept": "application/json", "User-Agent": "Ratchet"}
    query: list[tuple[str, str]] = []
    try:
        way = authentication_of(connection.document, {}, References(connection.document))
    except Unsupported:
        way = {"way": "bearer", "name": ""}
    authenticate(way, secret, headers, query)
    url = connection.base_url + "/" + (f"?{urlencode(query)}" if query else "")
    started = time.monotonic()
    try:
        response = send("GET", url, headers=headers, seconds=settings.action_timeout_seconds)
    except (NotSent, Lost) as error:
        return Checked(False, f"{connection.name} does not answer: {error}.")
    took = f"{(time.monotonic() - started) * 1000:.0f} ms"
    if response.status in {401, 403}:
        whose = "the secret" if secret.value else "calls without a secret"
        return Checked(
            False, f"{connection.name} answers, but does not accept {whose} (HTTP {response.status})."
        )
    if response.status >= 500:
        return Checked(False, f"{connection.name} answers with an error of its own (HTTP {response.status}).")
    return Checked(True, f"{connection.name} answers, in {took}.")


def _check_tools(connection: Connection, *, database: Database, settings: Settings) -> Checked:
    try:
        tools = ask_for_tools(
            connection.base_url,
            read_secret(connection.secret_name),
            seconds=settings.action_timeout_seconds,
        )
    except Unreachable as error:
        return Checked(False, f"{connection.name} gives no list of its tools: {error}.")
    offered = {tool.id: tool.pinned for tool in list_tools(as_document(tools))}
    different = {choice.id for choice in choices_of(connection) if offered.get(choice.id) != choice.pinned}
    if not different:
        return Checked(True, f"{connection.name} answers and lists {len(tools)} tools.")
    mark_changed(connection.key, different, database=database)
    names = ", ".join(sorted(different))
    return Checked(
        False,
        f"{connection.name} answers, but describes {names} differently than when you chose it. It is "
        "off until you read the new list and choose it again.",
        tuple(sorted(different)),
    )
