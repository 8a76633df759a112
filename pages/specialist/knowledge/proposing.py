"""The dialog in which a change becomes a proposal, or part of one that is open."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.identity import Actor, Permission
from core.releases import list_proposals
from pages.process import get_process
from pages.widgets import confirming

MOST_TITLE, MOST_WHY = 200, 4_000
_NEW = 0

Propose = Callable[[str, str, int | None], object]
"""Gets the title, the reason, and the proposal to add it to; None for a new one."""


def ask(actor: Actor, *, key: str, title: str, propose: Propose, note: str = "") -> None:
    """The fields and the button, to be drawn in a dialog. What was typed stays when it fails.

    Args:
        title: what a new proposal is called unless somebody says otherwise.
        note: a reason to start from.
    """
    name, why, into = f"{key}_title", f"{key}_why", f"{key}_into"
    with get_process().database.reading() as session:
        found = list_proposals(actor, session=session, state="open")
    others = actor.can(Permission.RELEASES_REVIEW)
    open_ones = {
        each.proposal.key: each for each in found if others or each.proposal.author_id == actor.person_id
    }
    if open_ones:
        st.selectbox(
            "Into",
            [_NEW, *open_ones],
            format_func=lambda at: (
                f"“{open_ones[at].proposal.title}”" if at in open_ones else "A new proposal"
            ),
            key=into,
            help="What belongs together is replayed and released together.",
        )
    if not st.session_state.get(into):
        st.text_input(
            "Title", value=title[:MOST_TITLE], key=name, max_chars=MOST_TITLE, persist_state="session"
        )
        st.text_area(
            "Why?",
            value=note,
            key=why,
            max_chars=MOST_WHY,
            height=110,
            placeholder="What is wrong now, and what should be better afterwards",
            persist_state="session",
        )
    st.caption("It is replayed on eval cases and reviewed by a second person before it goes live.")

    def act() -> None:
        chosen = st.session_state.get(into) or None
        said = "" if chosen else str(st.session_state.get(name) or "")
        propose(said, "" if chosen else str(st.session_state.get(why) or ""), chosen)

    confirming.confirm(
        "Propose", act, done="Proposed. Replay and review are on the Releases page.", key=f"{key}_confirm"
    )
