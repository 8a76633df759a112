"""Write a note: what knowledge should say from now on."""

from __future__ import annotations

import streamlit as st

from core.errors import ConfigurationError
from core.identity import Actor
from core.insights import write_note
from pages.process import get_process
from pages.widgets.confirming import confirm

_LONGEST_TITLE, _LONGEST_TEXT = 200, 20_000
_TITLE, _TEXT = "suggestion_note_title", "suggestion_note_text"


def note_button(actor: Actor) -> None:
    """Opens the dialog."""
    if st.button("Write a note", icon=":material/edit_note:", key="suggestion_note"):
        note_dialog(actor)


@st.dialog("Write a note", width="large", on_dismiss="rerun")
def note_dialog(actor: Actor) -> None:
    """Title and text. What was typed stays when the dialog is closed by mistake."""
    st.markdown(
        "Say what knowledge should say from now on, such as a changed policy. A specialist makes an "
        "article of it."
    )
    st.text_input("What is it about?", max_chars=_LONGEST_TITLE, key=_TITLE, persist_state="session")
    st.text_area(
        "What should knowledge say?",
        max_chars=_LONGEST_TEXT,
        height=220,
        key=_TEXT,
        persist_state="session",
        placeholder="From 1 March on, annual plans are refunded in full within 30 days.",
    )

    def act() -> None:
        try:
            embedder = get_process().embedder
        except ConfigurationError:
            embedder = None
        with get_process().database.transaction() as session:
            write_note(
                actor,
                str(st.session_state.get(_TITLE) or ""),
                str(st.session_state.get(_TEXT) or ""),
                session=session,
                embedder=embedder,
            )
        st.session_state[_TITLE] = st.session_state[_TEXT] = ""

    confirm("Suggest it", act, done="Suggested.", key="suggestion_note_confirm", icon=":material/check:")
