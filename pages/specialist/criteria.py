"""Criteria: the questions that conversations, messages, drafts and replies are judged by."""

import streamlit as st

from core.identity import Actor, Permission
from pages.specialist import criteria_form, criteria_list, criteria_view
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.LABELS_READ)
page_style("page")
page_style("criteria")


def show(actor: Actor) -> None:
    """The list, one criterion, or the form: as the address says."""
    name = st.query_params.get("criterion", "")[:100]
    if "edit" in st.query_params and actor.can(Permission.CRITERIA_EDIT):
        criteria_form.show(actor, name)
    elif name:
        criteria_view.show(actor, name)
    else:
        criteria_list.show(actor)


show(actor)
