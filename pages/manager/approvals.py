"""Approvals: what reps ask somebody with a higher limit to decide."""

import streamlit as st

from core.identity import Permission
from pages.manager import approval_panel, approvals_table
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.APPROVALS_READ)
page_style("page")

st.title("Approvals", anchor=False)
waiting = approvals_table.load(actor)
approvals_table.follow(actor, waiting)
if not waiting:
    st.info(
        "Nothing waits for a decision. When a rep asks for an action above their limit, it appears here.",
        icon=":material/task_alt:",
    )
    st.stop()
table, panel = st.columns([1.15, 1], gap="medium")
with table:
    selected = approvals_table.show(waiting)
with panel:
    approval_panel.show(actor, selected)
