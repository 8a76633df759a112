"""The last button of a dialog: it acts, and closes the dialog if that worked."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.widgets.shell import notify, run_action

_DONE = "confirming_done"


def confirm(label: str, act: Callable[[], object], *, done: str, key: str, icon: str | None = None) -> None:
    """The primary button of a dialog. When ``act`` fails its reason is said, and what was typed stays.

    Args:
        act: does the work; also looks up what was typed, because it runs after the browser sent that.
        done: said when it worked.
    """

    def run() -> None:
        def work() -> bool:
            act()
            return True

        if run_action(work):
            notify(done)
            st.session_state[_DONE] = key

    pressed = st.button(label, type="primary", key=key, icon=icon, on_click=run)
    # in the dialog's own run, not in the callback: only there a rerun closes it
    if pressed and st.session_state.pop(_DONE, "") == key:
        st.rerun()
