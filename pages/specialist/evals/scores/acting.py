"""What a dialog's last button does: act in a transaction, and close the dialog if that worked."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from sqlmodel import Session

from pages.process import get_process
from pages.widgets.shell import notify, run_action

_DONE = "scores_dialog_done"


def confirm(label: str, act: Callable[[Session], object], *, done: str, key: str) -> None:
    """The primary button of a dialog."""

    def run() -> None:
        if in_transaction(act):
            notify(done)
            st.session_state[_DONE] = key

    pressed = st.button(label, type="primary", key=key, on_click=run)
    if pressed and st.session_state.pop(_DONE, "") == key:
        st.rerun()


def in_transaction(act: Callable[[Session], object], *, done: str = "") -> bool:
    """Do what somebody asked for; whether it worked."""

    def work() -> bool:
        with get_process().database.transaction() as session:
            act(session)
        return True

    return bool(run_action(work, done=done))
