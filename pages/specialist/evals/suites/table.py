"""The suites in a table: how many cases, the newest version, and how its last run went."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evals import SuiteSummary
from core.identity import Actor
from pages.specialist.evals.suites import state
from pages.specialist.evals.suites.words import KINDS, cases_words, run_words
from pages.widgets.times import moment

_DRAWN = "suites_drawn"


def draw(user: Actor, suites: Sequence[SuiteSummary]) -> SuiteSummary:
    """Draw it; returns the suite that is selected, by default the first."""
    # A selection is a row number, so it means something only for the rows that were drawn.
    st.session_state[_DRAWN] = [each.suite.name for each in suites]
    key = f"suites_table_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        _frame(user, suites),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(suites) <= 16 else 580,
        column_config={
            "Suite": st.column_config.TextColumn(width=170),
            "Kind": st.column_config.TextColumn(width=68),
            "Cases": st.column_config.TextColumn(width=80, help="Accepted, of all that belong to it."),
            "Last run": st.column_config.TextColumn(
                width=146, help="Share of answers that passed, with the 95 % interval and how many."
            ),
            "Held out": st.column_config.TextColumn(
                width=64, help="Those who write what it measures do not read its cases."
            ),
            "Version": st.column_config.TextColumn(width=120, help="The newest one, and when it was made."),
            "Archived": st.column_config.TextColumn(width=70),
        },
    )
    wanted = state.wanted_suite()
    return next((each for each in suites if each.suite.name == wanted), suites[0])


def _frame(user: Actor, suites: Sequence[SuiteSummary]) -> pd.DataFrame:
    columns = {
        "Suite": [each.suite.title for each in suites],
        "Kind": [KINDS.get(each.suite.kind, each.suite.kind) for each in suites],
        "Cases": [cases_words(each) for each in suites],
        "Last run": [run_words(each) for each in suites],
        "Held out": ["Yes" if each.suite.held_out else "" for each in suites],
        "Version": [
            f"{each.newest.number}, {moment(each.newest.created_at, user.time_zone)}" if each.newest else ""
            for each in suites
        ],
        "Archived": ["Yes" if each.suite.archived_at else "" for each in suites],
    }
    return pd.DataFrame({name: cells for name, cells in columns.items() if any(cells)})


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    if rows and rows[0] < len(drawn):
        state.open_suite(drawn[rows[0]])
