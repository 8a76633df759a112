"""Label queues: what people are asked to judge, how it was drawn, how far it is; new ones; files."""

import streamlit as st

from core.identity import Permission
from pages.specialist import label_queue_form, label_queue_import, label_queue_table
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.LABELS_READ)
page_style("page")

VIEWS = {
    "queues": label_queue_table.show,
    "new": label_queue_form.show,
    "import": label_queue_import.show,
}
NAMES = {"queues": "Queues", "new": "New queue", "import": "Import labels"}

st.title("Label queues", anchor=False)
label_queue_form.take_address(actor)
view: str | None = "queues"
if actor.can(Permission.LABELS_MANAGE):
    st.session_state.setdefault(label_queue_form.VIEW, "queues")
    view = st.segmented_control(
        "View",
        list(VIEWS),
        required=True,
        format_func=NAMES.__getitem__,
        key=label_queue_form.VIEW,
        label_visibility="collapsed",
    )
VIEWS[view or "queues"](actor)
