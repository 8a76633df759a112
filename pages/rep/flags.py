"""Flags: the strong and weak moments people pointed at, and what became of each."""

import streamlit as st

from core.identity import Permission
from pages.rep import flags_list, flags_panel
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.CONVERSATIONS_READ)
page_style("page")

st.title("Flags", anchor=False)
view = flags_list.choose(actor)
page = flags_list.load(actor, view)
if page.rows:
    table, panel = st.columns([1.15, 1], gap="medium")
    with table:
        selected = flags_list.show(view, page)
    with panel:
        flags_panel.show(actor, selected)
else:
    flags_list.show_empty(view)
