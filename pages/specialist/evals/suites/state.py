"""What the Suites tab remembers between two runs, beside what the address says."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from pages.specialist.evals import frame

SUITE = "suite"
"""Name in the address: the suite that is open."""
_NEW = "evals_suites_new"
_TRAIL = "evals_suite_trail"


def is_new() -> bool:
    """Whether a new suite is being written."""
    return bool(st.session_state.get(_NEW))


def write_new(wanted: bool) -> None:
    """Open the form of a new suite, or close it; what it holds stays."""
    st.session_state[_NEW] = wanted


def open_suite(name: str) -> None:
    """Show a suite beside the list, and in the address."""
    write_new(False)
    st.query_params[SUITE] = name


def wanted_suite() -> str:
    """The suite in the address; empty where there is none."""
    return frame.address(SUITE)


def trail(filters: Hashable) -> list[int | None]:
    """Where the pages of members looked at so far begin; the list itself, to be changed."""
    kept: tuple[Hashable, list[int | None]] | None = st.session_state.get(_TRAIL)
    if kept is None or kept[0] != filters:
        kept = (filters, [None])
        st.session_state[_TRAIL] = kept
    return kept[1]


def forget(prefix: str) -> None:
    """Drop what forms with this prefix hold."""
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]
