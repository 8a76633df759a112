"""Classifiers: what answers a question about every conversation, message, draft or reply by itself."""

import streamlit as st

from core.identity import Actor, Permission
from pages.specialist import classifier_frame, classifier_list
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.CLASSIFIERS_READ)
page_style("page")
page_style("classifiers")


def show(actor: Actor) -> None:
    """The list, or the classifier the address names: ``?classifier=NAME&tab=Write``."""
    name = st.query_params.get(classifier_frame.ADDRESS, "")[:100]
    if name:
        classifier_frame.show(actor, name)
    else:
        classifier_list.show(actor)


show(actor)
