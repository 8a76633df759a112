"""Evals: cases from real work, suites of them, runs, comparisons, judges, and scores over time."""

from collections.abc import Callable

import streamlit as st

from core.identity import Actor, Permission
from pages.specialist.evals import frame
from pages.specialist.evals.cases import tab as cases_tab
from pages.specialist.evals.compare import tab as compare_tab
from pages.specialist.evals.judges import tab as judges_tab
from pages.specialist.evals.runs import tab as runs_tab
from pages.specialist.evals.scores import tab as scores_tab
from pages.specialist.evals.suites import tab as suites_tab
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.EVALS_READ)
page_style("page")
page_style("evals")

_TABS: dict[str, Callable[[Actor], None]] = {
    "Scores": scores_tab.draw,
    "Runs": runs_tab.draw,
    "Compare": compare_tab.draw,
    "Cases": cases_tab.draw,
    "Suites": suites_tab.draw,
    "Judges": judges_tab.draw,
}


def show(user: Actor) -> None:
    """Draw the tab that is open; the others cost nothing. ``?tab=Runs`` opens one."""
    st.title("Evals", anchor=False)
    if wanted := frame.wanted_tab():
        st.session_state[frame.TAB] = wanted
    tabs = st.tabs(list(_TABS), key=frame.TAB, bind="query-params", on_change="rerun")
    for tab, (label, draw) in zip(tabs, _TABS.items(), strict=True):
        if tab.open:
            # a container for each tab: what one leaves behind never becomes part of the next
            with tab, st.container(key=f"evals_{label.lower()}"):
                draw(user)


show(actor)
