"""The view Suggestions: what people wrote that knowledge lacks, the most needed first."""

from __future__ import annotations

import streamlit as st

from core.errors import NotFound
from core.identity import Actor, Permission
from core.insights import get_suggestion, list_suggestions
from pages.process import get_process
from pages.specialist.knowledge.suggesting import listing, noting, one

_STATES = {"Open": "open", "Accepted": "accepted", "Rejected": "rejected", "Expired": "expired"}
_MOST = 200


def show_suggestions(actor: Actor) -> None:
    """Draw the list and the suggestion that is chosen. The caller has checked that the page may be read."""
    if not actor.can(Permission.SUGGESTIONS_WRITE):
        st.info("Suggestions are for those who work with knowledge.", icon=":material/lock:")
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        chosen = st.segmented_control(
            "Show",
            list(_STATES),
            default="Open",
            required=True,
            key="suggestions_state",
            label_visibility="collapsed",
            on_change=listing.forget,
        )
        noting.note_button(actor)
    with get_process().database.reading() as session:
        rows = list_suggestions(actor, session=session, states=(_STATES[chosen or "Open"],), limit=_MOST)
        key = listing.chosen_id()
        try:
            view = get_suggestion(actor, key, session=session) if key is not None else None
        except NotFound:
            view = None
    if not rows and view is None:
        _empty(chosen or "Open")
        return
    if rows:
        listing.table(actor, rows, most=_MOST)
    if view is not None:
        one.card(actor, view)


def _empty(chosen: str) -> None:
    with st.container(border=True, width=760, key="suggestions_empty"):
        if chosen != "Open":
            st.subheader(f"None is {chosen.lower()}", anchor=False)
            st.markdown("What is decided on is kept here with who decided, when and why.")
            return
        st.subheader("Nothing to decide", anchor=False)
        st.markdown(
            "When somebody corrects a draft before sending it, answers by hand what knowledge lacks, or "
            "flags a weak reply with better words, the words they wrote appear here. You can also **write a "
            "note** about what knowledge should say from now on."
        )
