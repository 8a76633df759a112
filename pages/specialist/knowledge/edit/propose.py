"""From an edit to a proposal."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.knowledge import get_edit
from core.releases import propose_edit
from pages.process import get_process
from pages.specialist.knowledge import proposing


@st.dialog("Propose this edit", on_dismiss="rerun")
def propose_dialog(actor: Actor, edit_id: int) -> None:
    """What it is called and why it is wanted; its text is copied as it is stored then."""
    with get_process().database.reading() as session:
        view = get_edit(actor, edit_id, session=session)
    if view.conflicts:
        st.warning(
            "Two people changed the same place, and nobody has chosen yet. Choose what should stand there.",
            icon=":material/call_split:",
        )
        return

    def propose(title: str, why: str, proposal_id: int | None) -> None:
        with get_process().database.transaction() as session:
            propose_edit(actor, edit_id, session=session, title=title, why=why, proposal_id=proposal_id)

    kind = "Change" if view.article else "New"
    proposing.ask(
        actor,
        key=f"propose_{edit_id}",
        title=f"{kind}: {view.text.title}" if view.text.title else "",
        note=view.text.note,
        propose=propose,
    )
