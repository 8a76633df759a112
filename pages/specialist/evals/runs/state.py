"""What of the tab is open: the list, the form of a new run, or one run with one of its results."""

from __future__ import annotations

import streamlit as st

from pages.specialist.evals import frame

RUN, RESULT = "run", "result"
SUITE = "run_new_suite"
"""Key of the suite in the form."""
_NEW = "runs_new"
_TRAIL = "runs_trail"


def run_id() -> int:
    """The run that is open, by the address; 0 for none."""
    return frame.address_number(RUN)


def result_id() -> int:
    """The result that is open; 0 for none was chosen."""
    return frame.address_number(RESULT)


def is_new() -> bool:
    """Whether the form of a new run is open."""
    return bool(st.session_state.get(_NEW))


def open_run(key: int) -> None:
    """Show one run."""
    st.session_state[_NEW] = False
    st.query_params.pop(RESULT, None)
    st.query_params[RUN] = str(key)


def open_result(key: int) -> None:
    """Show one result of the run that is open."""
    st.query_params[RESULT] = str(key)


def open_list() -> None:
    """Show the list."""
    st.session_state[_NEW] = False
    for name in (RUN, RESULT):
        st.query_params.pop(name, None)


def open_new(suite: str = "") -> None:
    """Show the form of a new run, with this suite chosen."""
    open_list()
    st.session_state[_NEW] = True
    if suite:
        st.session_state[SUITE] = suite


def trail(asked: object) -> list[tuple[int, int] | None]:
    """Where the pages of results that were turned begin; only the first one where something else is asked."""
    kept: tuple[object, list[tuple[int, int] | None]] | None = st.session_state.get(_TRAIL)
    if kept is None or kept[0] != asked:
        kept = (asked, [None])
        st.session_state[_TRAIL] = kept
    return kept[1]
