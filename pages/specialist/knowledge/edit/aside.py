"""Beside the text: how it will look, what changed, what is wrong, how it is cut, and its properties."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.identity import Actor
from core.knowledge import EditView
from pages.specialist.knowledge.edit import changes, checks, passages, properties
from pages.widgets.article_text import article_text, has_images
from pages.widgets.style import escape


def show(actor: Actor, view: EditView, *, disabled: bool) -> None:
    """Draw the tab that is open; the others cost nothing."""
    draw: dict[str, Callable[[], None]] = {
        "Preview": lambda: _preview(view),
        "Changes": lambda: changes.show(actor, view),
        "Checks": lambda: checks.show(view),
        "Passages": lambda: passages.show(view),
        "Properties": lambda: properties.show(actor, view, disabled=disabled),
    }
    tabs = st.tabs(list(draw), key=f"edit_tab_{view.edit.key}", on_change="rerun")
    for tab, (name, show_it) in zip(tabs, draw.items(), strict=True):
        if tab.open:
            with tab, st.container(key=f"edit_{name.lower()}"):
                show_it()


def _preview(view: EditView) -> None:
    if not (view.text.title or view.text.body):
        st.caption("What you write on the left appears here as readers will see it.")
        return
    if has_images(view.text.body):
        st.caption("Images are shown as links: nothing is loaded from the web unasked.")
    if view.text.title:
        st.header(escape(view.text.title), anchor=False)
    with st.container(key="article_text"):
        article_text(view.text.body)
