"""People: who can sign in, and as what."""

import streamlit as st

from core.identity import Permission
from pages.admin import people_table, person_panel
from pages.admin.person_dialogs import add_dialog
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.PEOPLE_MANAGE)
page_style("page")

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title("People", anchor=False, width="content")
    if st.button("Add person", type="primary", icon=":material/person_add:", key="add_person"):
        add_dialog(actor)

table, panel = st.columns([2.2, 1], gap="medium")
with table:
    selected = people_table.show(actor)
with panel:
    person_panel.show(actor, selected)
