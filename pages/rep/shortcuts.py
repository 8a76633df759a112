"""The sheet of keyboard shortcuts, opened with ``?``."""

from __future__ import annotations

import streamlit as st

SHORTCUTS = {
    "J / K": "Next, previous conversation",
    "/": "Search the queue",
    "I": "Insert the draft into your reply",
    "G": "Write the draft again, with a note if you like (Enter starts)",
    "X": "Discard the draft",
    "S / W": "Flag as strong, weak: the words you selected, else the draft or our last reply",
    "Ctrl + Enter": "Send your reply (while typing in it)",
    "Esc": "Leave the reply field, so that the letters work again",
    "?": "This sheet",
}


def ask() -> None:
    """Show the sheet on the next run."""
    st.session_state["shortcuts_asked"] = True


def show_if_asked() -> None:
    """Open the dialog once, from the page's body: a dialog inside a ticking fragment would close."""
    if st.session_state.pop("shortcuts_asked", False):
        _sheet()


@st.dialog("Keyboard shortcuts", icon=":material/keyboard:")
def _sheet() -> None:
    for keys, meaning in SHORTCUTS.items():
        left, right = st.columns([1, 3], vertical_alignment="center")
        left.markdown(f"`{keys}`")
        right.markdown(meaning)
    st.caption("Letters work while you are not typing in a field.")
