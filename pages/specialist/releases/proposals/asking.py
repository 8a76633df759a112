"""Dialogs that ask for words: what was typed survives a refusal, a closed dialog and a change by others."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import Conflict
from pages.widgets import confirming
from pages.widgets.style import escape

MOST = 4_000
_STALE = "releases_stale"


def ask(label: str, *, key: str, placeholder: str = "", height: int = 110) -> None:
    """A text area whose words are kept until :func:`decide` used them."""
    st.text_area(
        label,
        key=key,
        max_chars=MOST,
        height=height,
        placeholder=placeholder or None,
        persist_state="session",
    )


def asked(key: str) -> str:
    """What was typed."""
    return str(st.session_state.get(key) or "")


def decide(
    label: str,
    act: Callable[[], object],
    *,
    revision: int,
    done: str,
    key: str,
    icon: str,
    typed: str = "",
) -> None:
    """The primary button of a dialog.

    Args:
        act: does the work.
        revision: that is on the screen; ``act`` refuses another one.
        typed: key of the text that it uses up.
    """

    def work() -> None:
        try:
            act()
        except Conflict as error:
            st.session_state[_STALE] = (key, revision), str(error)
            raise
        st.session_state.pop(_STALE, None)
        if typed:
            st.session_state[typed] = ""

    stale = st.session_state.get(_STALE)
    if stale and stale[0] == (key, revision):
        st.warning(
            escape(stale[1]) + (" What you wrote is kept." if typed else ""), icon=":material/sync_problem:"
        )
        if st.button("Show it as it is now", icon=":material/refresh:", key=f"{key}_again"):
            st.session_state.pop(_STALE, None)
            st.rerun()  # closes the dialog; the page behind it is drawn anew
        return
    confirming.confirm(label, work, done=done, key=key, icon=icon)
