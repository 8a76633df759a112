"""Dialogs that survive a page drawn again: which one is open is kept, and its last button closes it.

Streamlit closes a dialog when the page around it is drawn again and nobody calls it. So a button opens one
with :func:`open_dialog` in its callback, the page calls the dialog while :func:`opened` says so, and the
dialog is declared with ``on_dismiss=close_dialog``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pages.widgets.shell import notify, run_action

_DONE = "confirming_done"
_OPENED, _CALLED = "confirming_opened", "confirming_called"


@dataclass(slots=True)
class Opened:
    """The dialog that is open: its name and what it is about.

    ``refused``: why what it asked for could not be done, where another try cannot help.
    """

    name: str
    about: tuple[int, ...]
    refused: str = ""


def open_dialog(name: str, *about: int) -> None:
    """Open a dialog, to be called in a button's callback.

    Args:
        about: what it is about, for example a key and the revision that was on the screen.
    """
    st.session_state[_OPENED] = Opened(name, about)


def opened(*names: str) -> Opened | None:
    """The dialog that is open, if it has one of these names and belongs to what is drawn now."""
    found = st.session_state.get(_OPENED)
    return found if isinstance(found, Opened) and found.name in names else None


def keep_open() -> None:
    """Note that the page has called the dialog that is open."""
    st.session_state[_CALLED] = True


def close_dialog() -> None:
    """Nothing is open any more. What was typed stays where it is."""
    st.session_state.pop(_OPENED, None)


def close_left_behind() -> None:
    """Close a dialog of a part of the page that is not drawn any more; to be called at a page's end."""
    if not st.session_state.pop(_CALLED, False):
        close_dialog()


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

        st.session_state.pop(_DONE, None)
        if run_action(work):
            notify(done)
            close_dialog()
            st.session_state[_DONE] = key

    pressed = st.button(label, type="primary", key=key, icon=icon, on_click=run)
    # in the dialog's own run, not in the callback: only there a rerun closes it
    if pressed and st.session_state.pop(_DONE, "") == key:
        st.rerun()
