"""What the Cases tab remembers between two runs, beside what the address says."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from pages.specialist.evals import frame

CASE = "case"
"""Name in the address: the case that is open."""
LIST, NEW, SUGGESTIONS = "Cases", "New case", "Suggestions"
_VIEW = "evals_cases_view"
_TRAIL = "evals_cases_trail"
_EDITING = "evals_case_editing"


def view() -> str:
    """Which part of the tab is open."""
    return str(st.session_state.get(_VIEW, LIST))


def show(part: str) -> None:
    """Open a part of the tab with the next run."""
    st.session_state[_VIEW] = part


def open_case(case_id: int) -> None:
    """Show a case beside the list, and in the address."""
    show(LIST)
    st.session_state.pop(_EDITING, None)
    st.query_params[CASE] = str(case_id)


def wanted_case() -> int:
    """The case in the address; 0 where there is none."""
    return frame.address_number(CASE)


def trail(filters: Hashable) -> list[int | None]:
    """Where the pages looked at so far begin; the list itself, to be changed. Other filters begin anew."""
    kept: tuple[Hashable, list[int | None]] | None = st.session_state.get(_TRAIL)
    if kept is None or kept[0] != filters:
        kept = (filters, [None])
        st.session_state[_TRAIL] = kept
    return kept[1]


def editing(case_id: int) -> bool:
    """Whether this case is being edited."""
    return st.session_state.get(_EDITING) == case_id


def edit(case_id: int | None) -> None:
    """Begin to edit a case, or stop."""
    st.session_state[_EDITING] = case_id


def forget(prefix: str) -> None:
    """Drop what forms with this prefix hold."""
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]
