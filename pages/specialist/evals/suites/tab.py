"""The tab Suites of the Evals page: sets of cases, with one of them beside the list."""

from __future__ import annotations

import streamlit as st

from core.evals import list_suites
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.evals.suites import new, panel, state, table

_EMPTY = """A suite is a set of cases that are run together. Begin with a small one that is run before every
change (*smoke*), one for what must always work (*core*), and one that is *held out*: whoever writes what it
measures cannot read its cases, so nobody fits the answers to the questions."""


def draw(user: Actor) -> None:
    """Draw it, or say what suites are good for."""
    writes = user.can(Permission.EVALS_EDIT)
    with st.container(horizontal=True, vertical_alignment="center", key="suites_head"):
        archived = st.toggle("Show archived ones", key="suites_archived", persist_state="session")
        st.space("stretch")
        if writes and not state.is_new():
            st.button(
                "New suite",
                icon=":material/add:",
                key="suites_new",
                on_click=state.write_new,
                args=(True,),
            )
    with get_process().database.reading() as session:
        suites = list_suites(user, session=session, with_archived=archived)
    if writes and state.is_new():
        new.draw(user)
    if not suites:
        if not state.is_new():
            with st.container(border=True, width=760, key="suites_empty"):
                st.subheader("There is no suite yet", anchor=False)
                st.markdown(_EMPTY)
        return
    if state.is_new():
        return
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        chosen = table.draw(user, suites)
    with right:
        panel.draw(user, chosen)
