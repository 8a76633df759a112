"""One proposal: what it changes and what is still in its way, above what its replay found."""

from __future__ import annotations

import streamlit as st

from core.errors import RatchetError
from core.identity import Actor, Permission
from core.releases import Gate, get_proposal, read_gate
from pages.process import get_process
from pages.specialist.releases import frame
from pages.specialist.releases.proposals import changes, gate, head, steps, story
from pages.specialist.releases.replay import card
from pages.specialist.releases.words import OVER
from pages.widgets.style import escape

_STALE = ("replayed", "fresh")
"""Rules of the gate that say whether what a replay found still counts."""


def draw(user: Actor, key: int) -> None:
    """Draw it, or say that it is gone."""
    process = get_process()
    try:
        with process.database.reading() as session:
            view = get_proposal(user, key, session=session)
        found = (
            None
            if view.stage in OVER
            else read_gate(user, key, database=process.database, settings=process.settings)
        )
    except RatchetError as error:
        st.info(escape(str(error)), icon=":material/search_off:")
        st.button(
            "All proposals",
            icon=":material/arrow_back:",
            key="proposal_back",
            on_click=frame.open_proposals,
        )
        return
    todo = steps.Steps(None, (), "") if found is None else steps.find_steps(user, view, found)
    head.draw(user, view, found, todo)
    card.draw_progress(user, view, stops=user.can(Permission.EVALS_RUN))
    left, right = st.columns([1.9, 1], gap="medium")
    with left:
        changes.draw(user, view)
        card.draw_result(user, view, stale=_stale(found))
    with right:
        if found is not None:
            gate.draw(found)
        elif view.release is not None:
            gate.draw_past(view.release)
        story.draw(user, view)
    card.draw_evidence(user, view)


def _stale(found: Gate | None) -> str:
    """Why what the replay found does not count any more."""
    rules = found.rules if found is not None else ()
    return next((each.words for each in rules if each.name in _STALE and not each.holds), "")
