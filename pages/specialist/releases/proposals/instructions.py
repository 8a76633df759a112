"""Propose other instructions for the AI. Articles and classifiers are proposed where they are written."""

from __future__ import annotations

import streamlit as st

from core.assist import INSTRUCTIONS, read_released
from core.identity import Actor, Permission
from core.releases import propose_change
from pages.process import get_process
from pages.specialist.releases import frame
from pages.specialist.releases.proposals import asking

_TITLE, _WHY, _TEXT = "instructions_title", "instructions_why", "instructions_text"
_LONGEST = 100_000


def offer(user: Actor) -> None:
    """The button, for those who may release."""
    if user.can(Permission.RELEASES_SHIP) and st.button(
        "Propose other instructions",
        icon=":material/description:",
        key="instructions_propose",
        help="What the AI is told before every draft. They are replayed and reviewed like any other change.",
    ):
        instructions_dialog(user)


@st.dialog("Propose other instructions", width="large", on_dismiss="rerun")
def instructions_dialog(user: Actor) -> None:
    """The text in force, to be changed."""
    with get_process().database.reading() as session:
        text = read_released(session=session).instructions or INSTRUCTIONS
    asking.seed(_TEXT, text)
    st.text_input("Title", key=_TITLE, max_chars=200, persist_state="session", placeholder="What changes")
    asking.ask("Why?", key=_WHY, height=80)
    asking.ask("Instructions", key=_TEXT, height=320, most=_LONGEST)

    def act() -> None:
        with get_process().database.transaction() as session:
            proposal = propose_change(
                user,
                "instructions",
                {"text": asking.asked(_TEXT)},
                title=asking.asked(_TITLE),
                why=asking.asked(_WHY),
                session=session,
            )
            key = proposal.key
        frame.open_proposal(key)

    asking.decide(
        "Propose",
        act,
        revision=None,
        done="Proposed. Replay it next.",
        key="instructions_confirm",
        icon=":material/check:",
        typed=(_TITLE, _WHY, _TEXT),
    )
