"""Who did what with a proposal, newest last."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.releases import ProposalView
from pages.widgets.style import escape
from pages.widgets.times import moment


def draw(user: Actor, view: ProposalView) -> None:
    """A line each."""
    if not view.history:
        return
    with st.expander("What happened so far", icon=":material/history:", key="proposal_story"):
        for event in view.history:
            who = f"**{escape(event.who)}** " if event.who else ""
            st.markdown(
                f"{who}{escape(event.words)}  \n:small[:gray[{escape(moment(event.at, user.time_zone))}]]"
            )
