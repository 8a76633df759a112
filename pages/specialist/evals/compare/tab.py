"""The tab Compare of the Evals page: two runs, the verdict, and every case that changed."""

from __future__ import annotations

import streamlit as st

from core.criteria import list_criteria
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.compare import around, choose, flips, groups, verdict
from pages.specialist.evals.compare.kept import compared

_FLIPS, _GROUPS, _AROUND = "Cases that changed", "Differences", "Cost, time, decisions"


def draw(user: Actor) -> None:
    """Draw the tab."""
    chosen = choose.draw(user)
    if chosen is None:
        return
    found = compared(user, *chosen)
    with get_process().database.reading() as session:
        questions = {each.name: each.question for each in list_criteria(session=session, with_retired=True)}
    with st.container(key=f"compare_found_{found.before.run_id}_{found.after.run_id}"):
        verdict.draw(found)
        section = st.segmented_control(
            "Show",
            [_FLIPS, _GROUPS, _AROUND],
            default=_FLIPS,
            required=True,
            key="compare_section",
            label_visibility="collapsed",
        )
        with st.container(key=f"compare_{section}".replace(" ", "_").replace(",", "").lower()):
            if section == _GROUPS:
                groups.draw(found, questions)
            elif section == _AROUND:
                around.draw(found)
            else:
                flips.draw(user, found, questions)
