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
    """Draw what is known of the selected connection, and its verbs, in one row."""
    with (
        st.container(border=True, key="connection_panel"),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        with st.container(gap=None, width="content"):
            st.markdown(f"**{escape(connection.name)}** · {KINDS[connection.kind]} · {state_of(connection)}")
            st.markdown(f"{_address(connection)} · {_secret(connection)}")
        with st.container(horizontal=True, width="content", gap="small"):
            _verbs(actor, connection)
    _result(connection)


def _verbs(actor: Actor, connection: Connection) -> None:
    if st.button("Check connection", icon=":material/network_check:", key="check_connection"):
        with st.spinner("Asking the system …"):
            checked = run_action(lambda: _check(actor, connection))
        st.session_state[_CHECKED] = (connection.key, checked)
        st.rerun()
    if not connection.enabled:
        st.button(
            "Enable",
            icon=":material/play_arrow:",
            key="enable_connection",
            on_click=lambda: _run_enable(actor, connection),
        )
    with st.popover("More"):
        if st.button(
            "Change address or secret", icon=":material/edit:", key="edit_connection", type="tertiary"
        ):
            connection_dialogs.edit_dialog(actor, connection)
        again = "Read its list again" if connection.kind == "mcp" else "Replace the document"
        if st.button(again, icon=":material/sync:", key="replace_document", type="tertiary"):
            connection_dialogs.document_dialog(actor, connection)
        if connection.enabled and st.button(
            "Disable", icon=":material/pause:", key="disable_connection", type="tertiary"
        ):
            connection_dialogs.disable_dialog(actor, connection)
        if st.button("Remove", icon=":material/delete:", key="remove_connection", type="tertiary"):
            connection_dialogs.remove_dialog(actor, connection)


def _run_enable(actor: Actor, connection: Connection) -> None:
    run_action(lambda: _enable(actor, connection), done="Enabled.")


def _address(connection: Connection) -> str:
    # As code: Markdown makes a link of any other address, escaped or not.
    return f"`{connection.base_url.replace('`', '%60')}`"


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
