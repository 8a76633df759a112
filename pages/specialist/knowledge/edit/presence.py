"""Who else has this working copy open."""

from __future__ import annotations

import uuid

import streamlit as st

from core.identity import Actor
from core.knowledge import PresentPerson, be_present, leave_edit
from pages.process import get_process
from pages.widgets.style import escape

_TAB = "knowledge_tab"


def show(actor: Actor, edit_id: int) -> None:
    """Say that this tab is here, and who else is."""
    with get_process().database.transaction() as session:
        others = be_present(actor, edit_id, tab=_tab(), session=session)
    with st.container(key="edit_presence"):
        if words := presence_words(others):
            st.markdown(f":small[:material/group: {escape(words)}]")
        else:
            st.markdown(":small[:gray[Nobody else has this open.]]")


def leave(actor: Actor, edit_id: int) -> None:
    """This tab goes elsewhere."""
    with get_process().database.transaction() as session:
        leave_edit(actor, edit_id, tab=_tab(), session=session)


def presence_words(others: list[PresentPerson]) -> str:
    """For example "Ana and Ben have this open too."."""
    names = [each.name for each in others if not each.me]
    said = []
    if names:
        joined = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
        verb = "have" if len(names) > 1 else "has"
        said.append(f"{joined} {verb} this open too. What you both type is merged.")
    if any(each.me for each in others):
        said.append("You have it open in another tab.")
    return " ".join(said)


def _tab() -> str:
    if _TAB not in st.session_state:
        st.session_state[_TAB] = uuid.uuid4().hex
    return str(st.session_state[_TAB])
