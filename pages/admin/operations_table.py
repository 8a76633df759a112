"""What a connection could offer, what of it was chosen, and which row is selected."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.actions import Choice, Connection, Operation, choices_of, operations_of
from core.identity import Role

RISKS = {"read": "Look-up", "reversible": "Reversible", "irreversible": "Irreversible"}
_SELECTED = "operation_selected"


@st.cache_data(
    max_entries=20,
    show_spinner=False,
    hash_funcs={Connection: lambda one: (one.key, one.updated_at.isoformat())},
)
def offered(connection: Connection) -> list[Operation]:
    """All operations of a connection. Kept: flattening a large document takes a moment."""
    return operations_of(connection)


def show(connection: Connection) -> Operation | None:
    """Draw the table; returns the selected operation."""
    operations = offered(connection)
    chosen = {choice.id: choice for choice in choices_of(connection)}
    typed = st.text_input(
        "Search operations",
        key="operation_search",
        placeholder=f"Search {len(operations)} operations",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    wanted = typed.strip().casefold()
    shown = [one for one in operations if wanted in f"{one.id} {one.title}".casefold()]
    shown.sort(key=lambda one: (one.id not in chosen, bool(one.unsupported)))
    if not shown:
        st.caption("No operation matches this search.")
        return None
    ids = [one.id for one in shown]
    table_key = f"operations_table_{connection.key}_{hash(tuple(ids))}"
    st.dataframe(
        pd.DataFrame([_row(one, chosen.get(one.id)) for one in shown]),
        hide_index=True,
        on_select=lambda: _select(table_key, ids),
        selection_mode="single-row",
        key=table_key,
        row_height=34,
        height="content" if len(shown) <= 14 else 520,
        column_config={
            "Operation": st.column_config.TextColumn(width=180),
            "What it does": st.column_config.TextColumn(width=140),
            "Offered": st.column_config.TextColumn(width=75),
            "Risk": st.column_config.TextColumn(width=80),
            "Who approves": st.column_config.TextColumn(width=105),
            "Customer": st.column_config.TextColumn(width=90),
        },
    )
    selected = st.session_state.get(_SELECTED)
    return next((one for one in shown if (connection.key, one.id) == selected), None) or shown[0]


def _select(table_key: str, ids: list[str]) -> None:
    rows = st.session_state[table_key]["selection"]["rows"]
    if rows and rows[0] < len(ids):
        connection_id = int(table_key.split("_")[2])
        st.session_state[_SELECTED] = (connection_id, ids[rows[0]])


def _row(operation: Operation, choice: Choice | None) -> dict[str, str]:
    row = {"Operation": operation.id, "What it does": operation.title}
    if operation.unsupported:
        return {**row, "Offered": "Not possible", "Risk": "", "Who approves": "", "Customer": ""}
    if choice is None:
        return {
            **row,
            "Offered": "No",
            "Risk": f"({RISKS[operation.suggested_risk].lower()})",
            "Who approves": "",
            "Customer": "",
        }
    return {
        **row,
        "Offered": "Look again" if choice.changed else "Yes" if choice.enabled else "Off",
        "Risk": RISKS[choice.risk],
        "Who approves": "Nobody needs to" if choice.risk == "read" else who(choice),
        "Customer": choice.account_argument or "Not about one",
    }


def who(choice: Choice) -> str:
    """The approving roles in words."""
    order = [role for role in Role if role in choice.approvers]
    return ", ".join(role.capitalize() for role in order)
