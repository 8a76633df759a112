"""Agreement: how far the answers people give to a criterion can be trusted, and where they cannot."""

import streamlit as st

from core.identity import Actor, Permission
from pages.specialist import (
    agreement_choice,
    agreement_differences,
    agreement_duplicates,
    agreement_errors,
    agreement_figures,
)
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.LABELS_READ)
page_style("page")
page_style("agreement")

_VIEWS = {
    "Agreement": agreement_figures.show,
    "Disagreements": agreement_differences.show,
    "Likely errors": agreement_errors.show,
    "Near-duplicates": agreement_duplicates.show,
}


def show(actor: Actor) -> None:
    """The choice of a criterion, and one of the four ways to look at what people answered to it."""
    st.title("Agreement", anchor=False)
    criterion = agreement_choice.choose()
    if criterion is None:
        st.info("There is no criterion yet. Write one on the Criteria page, then label with it.")
        return
    view = st.segmented_control(
        "What to look at",
        list(_VIEWS),
        default="Agreement",
        required=True,
        label_visibility="collapsed",
        key="agreement_view",
    )
    # one container for each view: what one leaves behind never becomes part of the next
    with st.container(key=f"agreement_body_{str(view).lower().replace(' ', '_')}"):
        _VIEWS[view or "Agreement"](actor, criterion)


show(actor)
