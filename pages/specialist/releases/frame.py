"""What of the Releases page is open, by its address, and the ways from one part to another."""

from __future__ import annotations

import streamlit as st

TAB = "tab"
"""Name in the address, and of the tabs' widget."""
PAGE = "specialist/releases/page.py"
_PROPOSAL, _RELEASE = "proposal", "release"
_WANTED = "releases_wanted_tab"


def proposal_id() -> int:
    """The proposal that is open; 0 for none."""
    return _number(_PROPOSAL)


def release_id() -> int:
    """The release that the history should show first; 0 for none."""
    return _number(_RELEASE)


def open_proposal(key: int) -> None:
    """Show one proposal, to be called in a callback."""
    st.query_params.from_dict({_PROPOSAL: str(key)})


def open_proposals() -> None:
    """Show the list of proposals."""
    _close("Proposals")


def open_history(release: int = 0) -> None:
    """Show what went live, with one release first."""
    _close("History")
    if release:
        st.query_params[_RELEASE] = str(release)


def wanted_tab() -> str:
    """Where the way led, once; empty for nowhere."""
    return str(st.session_state.pop(_WANTED, ""))


def _close(tab: str) -> None:
    st.query_params.clear()
    st.session_state[_WANTED] = tab


def _number(name: str) -> int:
    value = str(st.query_params.get(name, ""))
    return int(value) if value.isdecimal() and len(value) < 16 else 0
