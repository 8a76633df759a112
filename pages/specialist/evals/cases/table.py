"""One page of cases in a table. Columns that would say nothing are left out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evals import CasePage, CaseRow
from pages.specialist.evals.cases import state
from pages.specialist.evals.cases.words import SOURCES, STATES, theme_words, where

_DRAWN = "cases_drawn"
_WIDTHS = {
    "Name": 190,
    "State": 76,
    "From": 88,
    "Theme": 108,
    "Where": 96,
    "Suites": 132,
    "Weight": 56,
    "Owner": 90,
    "Tags": 90,
}


def draw(page: CasePage) -> int:
    """Draw it; returns the case that is selected, by default the first."""
    rows = page.rows
    # A selection is a row number, so it means something only for the rows that were drawn.
    st.session_state[_DRAWN] = [row.id for row in rows]
    key = f"cases_table_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        _frame(rows),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=32,
        height=min(38 + 32 * len(rows), 38 + 32 * 18),
        column_config={
            **{name: st.column_config.TextColumn(width=width) for name, width in _WIDTHS.items()},
            "Critical": st.column_config.TextColumn(width=60, help="No change may make it fail."),
        },
    )
    return state.wanted_case() or rows[0].id


def _frame(rows: Sequence[CaseRow]) -> pd.DataFrame:
    columns = {
        "Name": [row.name for row in rows],
        "State": [STATES[row.state] for row in rows],
        "From": [SOURCES.get(row.source, row.source) for row in rows],
        "Critical": ["Yes" if row.critical else "" for row in rows],
        "Theme": [theme_words(row.theme) for row in rows],
        "Suites": [", ".join(row.suites) for row in rows],
        "Where": [where(row) for row in rows],
        "Tags": [", ".join(row.tags) for row in rows],
        "Owner": [row.owner for row in rows],
        "Weight": ["" if row.weight == 1 else f"{row.weight:g}" for row in rows],
    }
    return pd.DataFrame({name: cells for name, cells in columns.items() if any(cells)})


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    if rows and rows[0] < len(drawn):
        state.open_case(drawn[rows[0]])
