"""Audit: who did what, and whether the record is whole."""

import streamlit as st

from core.identity import Permission
from pages.manager import audit_check, audit_table
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.AUDIT_READ)
page_style("page")

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title("Audit", anchor=False, width="content")
    audit_check.show_button(actor)
audit_check.show_result()
audit_table.show(actor)
