"""Classifiers: what answers a question about every conversation, message, draft or reply by itself."""

import streamlit as st

from core.identity import Actor, Permission
from pages.specialist.classifiers import frame, listing
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.CLASSIFIERS_READ)
page_style("page")
page_style("classifiers")


def show(actor: Actor) -> None:
    """The list, or the classifier the address names: ``?classifier=NAME&tab=Write``."""
    name = st.query_params.get(frame.ADDRESS, "")[:100]
    if name:
        frame.show(actor, name)
    else:
        listing.show(actor)


show(actor)
