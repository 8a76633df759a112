"""Which conversation is open: kept in the address, so that a refresh or a shared link opens it again."""

from __future__ import annotations

import streamlit as st

_PARAMETER = "conversation"


def current() -> int | None:
    """The id in the address, if there is one."""
    named = st.query_params.get(_PARAMETER, "")
    return int(named) if named.isdecimal() and len(named) < 19 else None


def open_conversation(conversation_id: int) -> None:
    """Show this conversation from the next run on."""
    st.query_params[_PARAMETER] = str(conversation_id)


def forget() -> None:
    """Fall back to the first of the queue."""
    st.query_params.pop(_PARAMETER, None)
