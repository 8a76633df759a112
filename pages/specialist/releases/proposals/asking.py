"""Dialogs that ask for words: what was typed survives a refusal, a closed dialog and a change by others."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import Conflict
from pages.widgets import confirming
from pages.widgets.style import escape

MOST = 4_000
_STALE = "releases_stale"


def ask(label: str, *, key: str, placeholder: str = "", height: int = 110, most: int = MOST) -> None:
    """A text area whose words are kept until :func:`decide` used them."""
    st.text_area(
        label,
        key=key,
        max_chars=most,
        height=height,
        placeholder=placeholder or None,
        persist_state="session",
    )


def seed(key: str, value: str) -> None:
    """Let a field begin with what is stored, unless somebody has typed something else into it."""
    known = f"{key}_seed"
    if st.session_state.get(key) in (None, "", st.session_state.get(known)):
        st.session_state[key] = value
    st.session_state[known] = value


def asked(key: str) -> str:
    """What was typed."""
    return str(st.session_state.get(key) or "")


def decide(
    label: str,
    act: Callable[[], object],
    *,
    revision: int | None,
    done: str,
    key: str,
    icon: str,
    typed: tuple[str, ...] = (),
) -> None:
    """The primary button of a dialog.

    Args:
        act: does the work.
        revision: that is on the screen, where ``act`` refuses another one; None: nothing is there yet.
        typed: keys of the texts that it uses up.
    """

    def work() -> None:
        try:
            act()
        except Conflict as error:
            if revision is not None:
                st.session_state[_STALE] = (key, revision), str(error)
            raise
        st.session_state.pop(_STALE, None)
        for each in typed:
            st.session_state[each] = ""

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
