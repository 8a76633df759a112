"""The list of runs, newest first. While one is under way it is drawn again every other second."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evals import RunSummary, list_runs, list_suites
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.classifiers.history.words import dollars
from pages.specialist.evals.runs import state
from pages.specialist.evals.runs.words import build_words, score_words, state_words, suite_words
from pages.widgets.times import moment

_PAGE = 50
_DRAWN = "runs_drawn"
_EVERY = 2.0
_WIDTHS = {"Suite": 200, "Build": 200, "State": 150, "Passed": 120, "Cost": 90, "By": 110, "Note": 220}
_EMPTY = (
    "A run asks a build about every case of a suite and has the answers graded. It goes on in the "
    "background, survives restarts, and two of them can be compared."
)


def draw(user: Actor) -> None:
    """Draw it, with the way to a new run above."""
    with get_process().database.reading() as session:
        suites = {each.suite.name: each.suite.title for each in list_suites(user, session=session)}
    with st.container(horizontal=True, vertical_alignment="bottom", key="runs_ways"):
        suite = st.selectbox(
            "Suite",
            ["", *suites],
            format_func=lambda name: suites.get(name, "All suites"),
            key="runs_suite",
            width=280,
        )
        st.space("stretch")
        if user.can(Permission.EVALS_RUN):
            st.button(
                "New run",
                type="primary",
                icon=":material/play_arrow:",
                key="runs_new_button",
                on_click=state.open_new,
            )
    found = _read(user, suite or "")
    if not found:
        with st.container(border=True, width=760, key="runs_empty"):
            st.subheader("There is no run yet", anchor=False)
            st.markdown(_EMPTY)
        return
    active = any(each.progress.active for each in found)
    st.fragment(_table, run_every=_EVERY if active else None)(user, suite or "", active)


def _read(user: Actor, suite: str) -> list[RunSummary]:
    with get_process().database.reading() as session:
        return list_runs(user, session=session, suite=suite, limit=_PAGE)


def _table(user: Actor, suite: str, was_active: bool) -> None:
    found = _read(user, suite)
    if was_active and not any(each.progress.active for each in found):
        st.rerun()  # nothing changes any more: stop drawing it again
    st.session_state[_DRAWN] = [each.run.key for each in found]
    key = f"runs_table_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        _frame(found, user),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=32,
        column_config={
            **{name: st.column_config.TextColumn(width=width) for name, width in _WIDTHS.items()},
            "Passed": st.column_config.TextColumn(
                width=_WIDTHS["Passed"], help="Share of cases that passed, with its 95 % interval."
            ),
        },
    )
    st.caption(
        f"{len(found):,} runs, newest first. Select one to open it."
        if len(found) > 1
        else "Select it to open it."
    )


def _frame(found: list[RunSummary], user: Actor) -> pd.DataFrame:
    columns = {
        "Suite": [suite_words(each) for each in found],
        "Build": [build_words(each) for each in found],
        "State": [state_words(each) for each in found],
        "Passed": [score_words(each) for each in found],
        "Cost": [dollars(each.progress.cost) for each in found],
        "Started": [moment(each.run.created_at, user.time_zone) for each in found],
        "By": [each.person or "Ratchet" for each in found],
        "Note": [each.run.note for each in found],
    }
    return pd.DataFrame({name: cells for name, cells in columns.items() if any(cells)})


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    if rows and rows[0] < len(drawn):
        state.open_run(drawn[rows[0]])
