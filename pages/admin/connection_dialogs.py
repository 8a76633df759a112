"""The dialogs of the Connections page. Each stays open, with what was typed, until its action worked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import actions
from core.actions import Connection
from core.errors import InvalidInput
from core.identity import Actor
from pages.admin import connections_table
from pages.process import get_process
from pages.widgets.shell import notify, run_action

_FILE, _ADDRESS, _PASTE, _MCP = "OpenAPI file", "OpenAPI address", "OpenAPI text", "MCP server"
_VARIABLE_HELP = (
    "The name of the variable, not the secret itself. It begins with RATCHET_CONNECTION_ and is set where "
    "Ratchet's server is started. Leave it empty when the system needs none."
)
_PLAIN_HELP = "Only for a network you trust: everything, the secret too, travels unprotected."


@st.dialog("Add a connection", width="medium")
def add_dialog(actor: Actor) -> None:
    """What kind, where it is, and which variable holds its secret."""
    kind = st.segmented_control(
        "What describes the system?", [_FILE, _ADDRESS, _PASTE, _MCP], default=_FILE, key="connection_source"
    )
    st.text_input("Name", key="connection_name", placeholder="Billing", autocomplete="off")
    _source(kind or _FILE)
    if kind != _MCP:
        st.text_input(
            "Address of the API (optional when the document names it)",
            key="connection_base_url",
            placeholder="https://api.example.com/v1",
            autocomplete="off",
        )
    _secret_and_http("", plain_http=False)
    st.button(
        "Add connection",
        type="primary",
        key="connection_add_confirm",
        on_click=lambda: _finish(lambda: _add(actor, kind or _FILE)),
    )


@st.dialog("Change address or secret", width="medium")
def edit_dialog(actor: Actor, connection: Connection) -> None:
    """The address and the name of the variable."""
    st.text_input("Address", value=connection.base_url, key="connection_base_url", autocomplete="off")
    _secret_and_http(connection.secret_name, plain_http=bool(connection.options.get("plain_http")))
    st.button(
        "Save",
        type="primary",
        key="connection_save",
        on_click=lambda: _finish(lambda: _edit(actor, connection)),
    )


@st.dialog("Take a newer description", width="medium")
def document_dialog(actor: Actor, connection: Connection) -> None:
    """A newer document, or the list of an MCP server as it is now."""
    st.write("Operations that are described differently now are off until you have looked at them again.")
    kind = _MCP
    if connection.kind == "openapi":
        chosen = st.segmented_control(
            "Where from?", [_FILE, _ADDRESS, _PASTE], default=_FILE, key="connection_source"
        )
        kind = chosen or _FILE
        _source(kind)
    st.button(
        "Read it",
        type="primary",
        key="connection_read",
        on_click=lambda: _finish(lambda: _replace(actor, connection, kind)),
    )


@st.dialog("Disable this connection?")
def disable_dialog(actor: Actor, connection: Connection) -> None:
    """Ask before actions stop working."""
    st.write(
        f"No action of **{connection.name}** is offered or carried out any more, approved ones included, "
        "until you enable it again."
    )
    _confirm("Disable", lambda: _disable(actor, connection))


@st.dialog("Remove this connection?")
def remove_dialog(actor: Actor, connection: Connection) -> None:
    """Ask before choices are lost."""
    st.write(
        f"**{connection.name}** goes with its document and all you chose. What was done through it stays on "
        "record. To stop it for a while, disable it instead."
    )
    _confirm("Remove", lambda: _remove(actor, connection))


def _source(kind: str) -> None:
    if kind == _FILE:
        st.file_uploader("OpenAPI document, JSON or YAML", ["json", "yaml", "yml"], key="connection_file")
    elif kind == _PASTE:
        st.text_area("OpenAPI document, JSON or YAML", key="connection_text", height=180)
    else:
        st.text_input(
            "Address of the MCP server" if kind == _MCP else "Address of the document",
            key="connection_address",
            placeholder="https://mcp.example.com/mcp"
            if kind == _MCP
            else "https://api.example.com/openapi.json",
            autocomplete="off",
        )


def _secret_and_http(secret_name: str, *, plain_http: bool) -> None:
    st.text_input(
        "Environment variable of the secret (optional)",
        value=secret_name,
        key="connection_secret_name",
        placeholder="RATCHET_CONNECTION_BILLING",
        help=_VARIABLE_HELP,
        autocomplete="off",
    )
    st.checkbox("Allow plain HTTP", value=plain_http, key="connection_plain_http", help=_PLAIN_HELP)


def _confirm(verb: str, deed: Callable[[], str]) -> None:
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Cancel", key="connection_cancel", on_click=st.rerun)
        st.button(verb, type="primary", key="connection_confirm", on_click=lambda: _finish(deed))


def _finish(action: Callable[[], str]) -> None:
    """Run the action of a dialog; only when it worked, close the dialog and say so."""
    done = run_action(action)
    if done is not None:
        notify(done)
        st.rerun()


def _typed(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def _read(kind: str) -> tuple[dict[str, Any], str]:
    """The document and the address it suggests."""
    settings = get_process().settings
    plain = bool(st.session_state.get("connection_plain_http"))
    if kind == _MCP:
        address = _typed("connection_address")
        document = actions.fetch_tools(
            address, secret_name=_typed("connection_secret_name"), settings=settings, plain_http=plain
        )
        return document, address
    if kind == _ADDRESS:
        address = _typed("connection_address")
        document = actions.fetch_document(address, seconds=settings.action_timeout_seconds)
        return document, actions.server_of(document, address)
    if kind == _PASTE:
        document = actions.read_document(_typed("connection_text"))
    else:
        upload = st.session_state.get("connection_file")
        if upload is None:
            raise InvalidInput("Choose the file with the OpenAPI document first.")
        document = actions.read_document(upload.getvalue())
    return document, actions.server_of(document)


def _add(actor: Actor, kind: str) -> str:
    document, suggested = _read(kind)
    address = (_typed("connection_base_url") if kind != _MCP else "") or suggested
    if not address:
        raise InvalidInput("The document does not say where the API is. Type its address.")
    with get_process().database.transaction() as session:
        row = actions.add_connection(
            actor,
            session=session,
            kind="mcp" if kind == _MCP else "openapi",
            name=_typed("connection_name"),
            base_url=address,
            document=document,
            secret_name=_typed("connection_secret_name"),
            plain_http=bool(st.session_state.get("connection_plain_http")),
        )
    connections_table.select(row.key)
    return f"{row.name} is added. Now choose what it offers."


def _edit(actor: Actor, connection: Connection) -> str:
    with get_process().database.transaction() as session:
        actions.change_connection(
            actor,
            connection.key,
            session=session,
            base_url=_typed("connection_base_url"),
            secret_name=_typed("connection_secret_name"),
            plain_http=bool(st.session_state.get("connection_plain_http")),
        )
    return "Saved."


def _replace(actor: Actor, connection: Connection, kind: str) -> str:
    if kind == _MCP:
        document = actions.fetch_tools(
            connection.base_url,
            secret_name=connection.secret_name,
            settings=get_process().settings,
            plain_http=bool(connection.options.get("plain_http")),
        )
    else:
        document, _ = _read(kind)
    with get_process().database.transaction() as session:
        change = actions.replace_document(actor, connection.key, session=session, document=document)
    off = len(change.changed) + len(change.gone)
    return (
        f"{off} operations are different and off until you look at them."
        if off
        else "Nothing you chose has changed."
    )


def _disable(actor: Actor, connection: Connection) -> str:
    with get_process().database.transaction() as session:
        actions.enable_connection(actor, connection.key, session=session, enabled=False)
    return f"{connection.name} is disabled."


def _remove(actor: Actor, connection: Connection) -> str:
    with get_process().database.transaction() as session:
        actions.remove_connection(actor, connection.key, session=session)
    return f"{connection.name} is removed."
