"""One connection: where it is, whether it answers, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from core.actions import Checked, Connection, check_connection, enable_connection, secret_state
from core.identity import Actor
from pages.admin import connection_dialogs
from pages.admin.connections_table import KINDS, state_of
from pages.process import get_process
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_CHECKED = "connection_checked"


def show(actor: Actor, connection: Connection) -> None:
    """Draw the panel of the selected connection."""
    with st.container(border=True, key="connection_panel"):
        st.subheader(escape(connection.name), anchor=False)
        st.caption(f"{KINDS[connection.kind]} · {state_of(connection)}")
        st.markdown(f"{escape(connection.base_url)}  \n{_secret(connection)}")
        _result(connection)
        with st.container(gap="xsmall"):
            if st.button(
                "Check connection", icon=":material/network_check:", key="check_connection", width="stretch"
            ):
                with st.spinner("Asking the system …"):
                    checked = run_action(lambda: _check(actor, connection))
                st.session_state[_CHECKED] = (connection.key, checked)
                st.rerun()
            if st.button(
                "Change address or secret", icon=":material/edit:", key="edit_connection", width="stretch"
            ):
                connection_dialogs.edit_dialog(actor, connection)
            if st.button(
                "Read its list again" if connection.kind == "mcp" else "Replace the document",
                icon=":material/sync:",
                key="replace_document",
                width="stretch",
            ):
                connection_dialogs.document_dialog(actor, connection)
            if connection.enabled:
                if st.button("Disable", icon=":material/pause:", key="disable_connection", width="stretch"):
                    connection_dialogs.disable_dialog(actor, connection)
            else:
                st.button(
                    "Enable",
                    icon=":material/play_arrow:",
                    key="enable_connection",
                    width="stretch",
                    on_click=lambda: run_action(lambda: _enable(actor, connection), done="Enabled."),
                )
            if st.button("Remove", icon=":material/delete:", key="remove_connection", width="stretch"):
                connection_dialogs.remove_dialog(actor, connection)


def _secret(connection: Connection) -> str:
    name = f"`{connection.secret_name}`"
    match secret_state(connection.secret_name):
        case "set":
            return f"Secret: set in the environment variable {name}"
        case "not set":
            return f":orange[Secret: **not set** in the environment variable] {name}"
        case _:
            return "Secret: none"


def _result(connection: Connection) -> None:
    key, checked = st.session_state.get(_CHECKED, (None, None))
    if key != connection.key or not isinstance(checked, Checked):
        return
    if checked.ok:
        st.success(escape(checked.words), icon=":material/check_circle:")
    else:
        st.error(escape(checked.words), icon=":material/error:")


def _check(actor: Actor, connection: Connection) -> Checked:
    process = get_process()
    return check_connection(actor, connection, database=process.database, settings=process.settings)


def _enable(actor: Actor, connection: Connection) -> None:
    with get_process().database.transaction() as session:
        enable_connection(actor, connection.key, session=session, enabled=True)
