"""Traces: what each run of the AI did, step by step, and how long it took."""

import streamlit as st

from core.identity import Permission
from pages.specialist import trace_list, trace_view
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.TRACES_READ)
page_style("page")
page_style("traces")

trace_id, draft_id = trace_list.selected()
if trace_id or draft_id is not None:
    trace_view.show(actor, trace_id=trace_id, draft_id=draft_id)
else:
    st.title("Traces", anchor=False)
    trace_list.show(actor)
