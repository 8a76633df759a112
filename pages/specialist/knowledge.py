"""Articles: search as the AI searches, and read what it reads."""

import streamlit as st

from core.identity import Permission
from pages.specialist import article_pane, articles_pane
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.KNOWLEDGE_READ)
page_style("knowledge")

found, reading = st.columns([1, 1.7], gap="medium", wrap=False)
with found:
    articles_pane.show(actor)
with reading, st.container(key="article_scroll"):
    article_pane.show(actor, articles_pane.selected())
