"""The tab Cases of the Evals page: the list with one case beside it, a new case, and suggestions."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor, Permission
from pages.specialist.evals.cases import browse, new, state, suggestions


def draw(user: Actor) -> None:
    """Draw the part that is open."""
    writes = user.can(Permission.EVALS_EDIT)
    part = state.view() if writes else state.LIST
    if part == state.NEW:
        new.draw(user)
    elif part == state.SUGGESTIONS:
        suggestions.draw(user)
    else:
        if writes:
            _ways()
        browse.draw(user)


def _ways() -> None:
    with st.container(horizontal=True, horizontal_alignment="right", key="cases_ways"):
        st.caption(
            "A case is a question as it was asked once, and what is expected of the answer.", width="stretch"
        )
        st.button(
            "Suggestions",
            icon=":material/lightbulb:",
            key="cases_suggestions",
            help="Edited drafts, labels and conversations that ended well and are no case yet.",
            on_click=state.show,
            args=(state.SUGGESTIONS,),
        )
        st.button("New case", icon=":material/add:", key="cases_new", on_click=state.show, args=(state.NEW,))
