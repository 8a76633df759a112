"""Releases: changes somebody wants, tried before they go live, and what went live."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.identity import Actor, Permission
from pages.specialist.releases import frame
from pages.specialist.releases.history import tab as history_tab
from pages.specialist.releases.proposals import one
from pages.specialist.releases.proposals import tab as proposals_tab
from pages.widgets.confirming import close_left_behind
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.RELEASES_READ)
page_style("page")
page_style("releases")

_TABS: dict[str, Callable[[Actor], None]] = {"Proposals": proposals_tab.draw, "History": history_tab.draw}


def show(user: Actor) -> None:
    """One proposal where the address names one (``?proposal=3``), else the tab that is open."""
    if key := frame.proposal_id():
        with st.container(key=f"releases_proposal_{key}"):
            one.draw(user, key)
        return
    st.title("Releases", anchor=False)
    if wanted := frame.wanted_tab():
        st.session_state[frame.TAB] = wanted
    tabs = st.tabs(list(_TABS), key=frame.TAB, bind="query-params", on_change="rerun")
    for tab, (label, draw) in zip(tabs, _TABS.items(), strict=True):
        if tab.open:
            # a container for each tab: what one leaves behind never becomes part of the next
            with tab, st.container(key=f"releases_{label.lower()}"):
                draw(user)


show(actor)
close_left_behind()
