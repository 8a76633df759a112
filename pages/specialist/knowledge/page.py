"""Articles: search as the AI searches, read what it reads, and edit what it should read next."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.identity import Actor, Permission
from pages.specialist.knowledge import frame
from pages.specialist.knowledge.edit import room
from pages.specialist.knowledge.edits import listing
from pages.specialist.knowledge.health import view as health
from pages.specialist.knowledge.making import begin_article
from pages.specialist.knowledge.read import view as reading
from pages.specialist.knowledge.suggestions import show_suggestions
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.KNOWLEDGE_READ)
page_style("knowledge")

_VIEWS: dict[str, tuple[Permission, Callable[[Actor], None]]] = {
    frame.ARTICLES: (Permission.KNOWLEDGE_READ, reading.show),
    frame.EDITS: (Permission.KNOWLEDGE_EDIT, listing.show),
    frame.SUGGESTIONS: (Permission.SUGGESTIONS_WRITE, show_suggestions),
    frame.HEALTH: (Permission.KNOWLEDGE_READ, health.show),
}
_SWITCH = "knowledge_view"


def show(user: Actor) -> None:
    """One working copy where the address names one (``?edit=5``), else the view that is open."""
    key = frame.edit_id()
    if key is not None and user.can(Permission.KNOWLEDGE_EDIT):
        with st.container(key=f"knowledge_edit_{key}", gap="small"):
            room.show(user, key)
        return
    views = [name for name, (needed, _draw) in _VIEWS.items() if user.can(needed)]
    opened = frame.view(views)
    if len(views) > 1:
        _switch(user, views, opened)
    if key is not None:
        st.info("Editing articles is for specialists. You can read them here.", icon=":material/lock:")
    with st.container(key=f"knowledge_{opened.lower()}"):
        _VIEWS[opened][1](user)


def _switch(user: Actor, views: list[str], opened: str) -> None:
    st.session_state[_SWITCH] = opened
    with st.container(horizontal=True, horizontal_alignment="distribute", key="knowledge_top"):
        st.segmented_control(
            "View",
            views,
            key=_SWITCH,
            required=True,
            label_visibility="collapsed",
            on_change=lambda: frame.open_view(st.session_state[_SWITCH]),
        )
        if user.can(Permission.KNOWLEDGE_EDIT):
            st.button(
                "New article",
                type="primary" if opened == frame.EDITS else "secondary",
                icon=":material/add:",
                key="new_article",
                on_click=begin_article,
                args=(user,),
            )


show(actor)
