"""Accept, change or reject a suggestion."""

from __future__ import annotations

import streamlit as st

from core.errors import ConfigurationError
from core.identity import Actor
from core.insights import (
    SuggestionView,
    accept_suggestion,
    edit_suggestion,
    reject_suggestion,
    reopen_suggestion,
)
from core.llm import Embedder
from pages.process import get_process
from pages.specialist.knowledge import frame
from pages.widgets.confirming import confirm
from pages.widgets.shell import run_action

_LONGEST_TITLE, _LONGEST_TEXT, _LONGEST_REASON = 200, 20_000, 1_000


def buttons(actor: Actor, view: SuggestionView) -> None:
    """The verbs of an open suggestion."""
    suggestion = view.suggestion
    with st.container(horizontal=True):
        st.button(
            "Accept and edit",
            type="primary",
            icon=":material/check:",
            key="suggestion_accept",
            help="Makes an edit of it. Drafts change only once that was proposed and released.",
            on_click=_accept,
            args=(actor, suggestion.key, suggestion.revision),
        )
        if st.button("Change the text", icon=":material/edit:", key="suggestion_change"):
            change_dialog(actor, view)
        if st.button("Reject", icon=":material/close:", key="suggestion_reject"):
            reject_dialog(actor, view)


@st.dialog("Change the text", width="large", on_dismiss="rerun")
def change_dialog(actor: Actor, view: SuggestionView) -> None:
    """Title and text, before it becomes an edit."""
    suggestion = view.suggestion
    key = f"suggestion_{suggestion.key}_{suggestion.revision}"
    st.text_input("Title", suggestion.title, max_chars=_LONGEST_TITLE, key=f"{key}_title")
    st.text_area("Text", suggestion.body, max_chars=_LONGEST_TEXT, height=260, key=f"{key}_body")

    def act() -> None:
        with get_process().database.transaction() as session:
            edit_suggestion(
                actor,
                suggestion.key,
                title=st.session_state[f"{key}_title"],
                body=st.session_state[f"{key}_body"],
                revision=suggestion.revision,
                session=session,
                embedder=_embedder(),
            )

    confirm("Save", act, done="Saved.", key="suggestion_change_save", icon=":material/save:")


@st.dialog("Reject", on_dismiss="rerun")
def reject_dialog(actor: Actor, view: SuggestionView) -> None:
    """Why not."""
    suggestion = view.suggestion
    key = f"suggestion_{suggestion.key}_reason"
    st.markdown("The conversations behind it will not bring it back.")
    st.text_area("Reason", max_chars=_LONGEST_REASON, height=110, key=key, persist_state="session")

    def act() -> None:
        with get_process().database.transaction() as session:
            reject_suggestion(
                actor,
                suggestion.key,
                str(st.session_state.get(key) or ""),
                revision=suggestion.revision,
                session=session,
            )

    confirm("Reject", act, done="Rejected.", key="suggestion_reject_confirm", icon=":material/close:")


def reopen_button(actor: Actor, view: SuggestionView) -> None:
    """The way back for one that was rejected or expired."""
    suggestion = view.suggestion
    st.button(
        "Open it again",
        icon=":material/undo:",
        key="suggestion_reopen",
        on_click=_reopen,
        args=(actor, suggestion.key, suggestion.revision),
    )


def _reopen(actor: Actor, suggestion_id: int, revision: int) -> None:
    def act() -> bool:
        with get_process().database.transaction() as session:
            reopen_suggestion(actor, suggestion_id, revision=revision, session=session)
        return True

    if run_action(act, done="It is open again."):
        frame.open_suggestion(suggestion_id)


def _accept(actor: Actor, suggestion_id: int, revision: int) -> None:
    def act() -> int | None:
        with get_process().database.transaction() as session:
            return accept_suggestion(actor, suggestion_id, revision=revision, session=session).edit_id

    edit_id = run_action(act)
    if edit_id is not None:
        frame.open_edit_page(edit_id)


def _embedder() -> Embedder | None:
    """What finds duplicates by meaning, where one is set up."""
    try:
        return get_process().embedder
    except ConfigurationError:
        return None
