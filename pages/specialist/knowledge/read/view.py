"""The view Articles: what the search finds on the left, the article on the right."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from pages.specialist.knowledge import frame
from pages.specialist.knowledge.read import article, find


def show(actor: Actor) -> None:
    """Draw both."""
    found, reading = st.columns([1, 1.7], gap="medium", wrap=False)
    with found:
        find.show(actor)
    with reading, st.container(key="article_scroll"):
        article.show(actor, frame.article_id())
