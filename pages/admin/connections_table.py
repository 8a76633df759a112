"""The table of connections, and which of them is selected."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.actions import Connection, choices_of, list_connections, secret_state
from core.identity import Actor
from pages.process import get_process

_SELECTED = "connection_selected"
KINDS = {"openapi": "Web API", "mcp": "MCP server"}


def show(actor: Actor) -> Connection | None:
    """Draw the table; returns the selected connection, at first the first one."""
    with get_process().database.reading() as session:
        rows = list_connections(actor, session=session)
    if not rows:
        st.info(
            "A connection lets actions reach one of your own systems: a web API with an OpenAPI document, "
            "or an MCP server.  \nAfter adding one you choose its operations, who approves each, and which "
            "argument is the customer.",
            icon=":material/cable:",
        )
        return None
    # A selection is a row number: it means something only for the rows that were drawn.
    keys = [row.key for row in rows]
    table_key = f"connections_table_{hash(tuple(keys))}"
    st.dataframe(
        _frame(rows),
        hide_index=True,
        on_select=lambda: _select(table_key, keys),
        selection_mode="single-row",
        key=table_key,
        row_height=34,
        height="content" if len(rows) <= 8 else 320,
        column_config={
            "Name": st.column_config.TextColumn(width=140),
            "Kind": st.column_config.TextColumn(width=90),
            "State": st.column_config.TextColumn(width=130),
            "Offered": st.column_config.NumberColumn(width=70),
            "Address": st.column_config.TextColumn(width="medium"),
        },
    )
    selected = st.session_state.get(_SELECTED)
    return next((row for row in rows if row.key == selected), rows[0])


def select(connection_id: int) -> None:
    """Select one, for example the one just added."""
    st.session_state[_SELECTED] = connection_id


def state_of(connection: Connection) -> str:
    """In a few words, the worst first."""
    if not connection.enabled:
        return "Disabled"
    if secret_state(connection.secret_name) == "not set":
        return "Secret not set"
    choices = choices_of(connection)
    if any(choice.changed for choice in choices):
        return "Look again"
    return "In use" if any(choice.enabled for choice in choices) else "Nothing chosen"


def _select(table_key: str, keys: list[int]) -> None:
    rows = st.session_state[table_key]["selection"]["rows"]
    if rows and rows[0] < len(keys):
        st.session_state[_SELECTED] = keys[rows[0]]


def _frame(rows: Sequence[Connection]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Name": [row.name for row in rows],
            "Kind": [KINDS[row.kind] for row in rows],
            "State": [state_of(row) for row in rows],
            "Offered": [
                sum(choice.enabled and not choice.changed for choice in choices_of(row)) for row in rows
            ],
            "Address": [row.base_url for row in rows],
        }
    )
