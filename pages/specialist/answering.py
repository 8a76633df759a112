"""Answering: how sure a draft must be to be shown, and what each level buys."""

import streamlit as st

from core.assist.tables import Calibration
from core.identity import Actor, Permission
from pages.specialist import answering_charts, answering_choice, answering_fit, answering_history
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.ANSWERING_SET)
page_style("page")


def show(actor: Actor) -> None:
    """Everything about the score of drafts, or what is missing for one."""
    known = answering_history.load(actor)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Answering", anchor=False, width="content")
        answering_fit.show_button(actor)
    if not known:
        answering_fit.show_empty()
        return
    answering_history.show_in_use(known)
    _show_calibration(actor, answering_history.choose_shown(known), known)


def _show_calibration(actor: Actor, shown: Calibration, known: list[Calibration]) -> None:
    left, right = st.columns([1.75, 1], gap="large")
    with right:
        level = answering_choice.show(actor, shown)
    with left:
        answering_charts.show_curve(shown, level)
    left, right = st.columns([1.75, 1], gap="large")
    with left:
        answering_choice.show_levels(shown)
        answering_history.show(actor, known)
    with right:
        answering_charts.show_reliability(shown)


show(actor)
