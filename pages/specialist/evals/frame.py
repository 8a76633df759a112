"""Ways from one tab of the Evals page to another."""

from __future__ import annotations

import streamlit as st

TAB = "tab"
"""Name in the address, and of the tabs' widget."""
_WANTED = "evals_wanted_tab"


def go_to(tab: str, **address: str | int) -> None:
    """Open another tab with the next run, to be called in a callback.

    Args:
        address: what else the address says: ``run=3`` becomes ``?run=3``.
    """
    st.session_state[_WANTED] = tab
    for name, value in address.items():
        st.query_params[name] = str(value)


def wanted_tab() -> str:
    """Where :func:`go_to` wants to go, once; empty for nowhere."""
    return str(st.session_state.pop(_WANTED, ""))


def address(name: str) -> str:
    """What the address says, at most 100 characters."""
    return str(st.query_params.get(name, ""))[:100]


def address_number(name: str) -> int:
    """A number in the address; 0 where there is none."""
    value = address(name)
    return int(value) if value.isdecimal() and len(value) < 16 else 0
