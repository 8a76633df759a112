"""Which queue is being labelled: kept in the address, so that a refresh resumes where it was."""

from __future__ import annotations

import streamlit as st

_PARAMETER = "queue"


def current() -> int | None:
    """The id in the address, if there is one."""
    named = st.query_params.get(_PARAMETER, "")
    return int(named) if named.isdecimal() and len(named) < 19 else None


def open_queue(queue_id: int) -> None:
    """Label this queue from the next run on."""
    st.query_params[_PARAMETER] = str(queue_id)


def leave() -> None:
    """Go back to the choice of queues."""
    st.query_params.pop(_PARAMETER, None)
