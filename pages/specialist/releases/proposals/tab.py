"""The tab Proposals: what people want to change, newest first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.identity import Actor, Permission
from core.releases import ProposalRow, list_proposals
from pages.process import get_process
from pages.specialist.releases import frame
from pages.specialist.releases.links import page_link
from pages.specialist.releases.proposals.another import offer
from pages.specialist.releases.replay.words import row_words
from pages.specialist.releases.words import change_words, stage_words
from pages.widgets.times import moment

_MOST = 200
_DRAWN = "proposals_drawn"
_EVERY = 2.0
_OPEN, _RELEASED, _ALL = "Open", "Released", "All"
_STATES = {_OPEN: "open", _RELEASED: "released", _ALL: None}
_WIDTHS = {"Title": 190, "Changes": 150, "State": 120, "Replay": 140, "By": 100, "Changed": 90}


def draw(user: Actor) -> None:
    """Draw the tab; while something is being replayed it is drawn again every other second."""
    with st.container(horizontal=True, vertical_alignment="center", key="proposals_ways"):
        chosen = st.segmented_control(
            "Show",
            list(_STATES),
            default=_OPEN,
            required=True,
            key="proposals_state",
            label_visibility="collapsed",
        )
        st.space("stretch")
        offer.offer(user)
    state = _STATES[chosen or _OPEN]
    found = _read(user, state)
    if not found:
        _empty(user, chosen or _OPEN)
        return
    active = _active(found)
    st.fragment(_table, run_every=_EVERY if active else None)(user, state, active)


def _read(user: Actor, state: str | None) -> list[ProposalRow]:
    with get_process().database.reading() as session:
        found = list_proposals(user, session=session, state=state, limit=_MOST)
    if user.can(Permission.RELEASES_REVIEW):
        return found
    return [each for each in found if each.proposal.author_id == user.person_id]


def _active(found: list[ProposalRow]) -> bool:
    return any(each.stage == "replaying" for each in found)


def _table(user: Actor, state: str | None, was_active: bool) -> None:
    found = _read(user, state)
    if not found or (was_active and not _active(found)):
        st.rerun()  # nothing changes by itself any more: stop drawing it again
    st.session_state[_DRAWN] = [each.proposal.key for each in found]
    # a selection is a row number, so it means something only for the rows that were drawn
    key = f"proposals_table_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        pd.DataFrame(
            {
                "Title": [each.proposal.title for each in found],
                "Changes": [change_words(each.kinds, each.titles) for each in found],
                "State": [stage_words(each.stage) for each in found],
                "Replay": [row_words(each.replay) for each in found],
                "By": [each.author or "Ratchet" for each in found],
                "Changed": [moment(each.proposal.updated_at, user.time_zone) for each in found],
            }
        ),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(found) <= 16 else 600,
        column_config={name: st.column_config.TextColumn(width=width) for name, width in _WIDTHS.items()},
    )
    more = f" The newest {_MOST}." if len(found) == _MOST else ""
    st.caption(
        f"{len(found):,} proposals. Select one to open it.{more}"
        if len(found) > 1
        else "Select the proposal to open it."
    )


def _empty(user: Actor, chosen: str) -> None:
    with st.container(border=True, width=760, key="proposals_empty"):
        if chosen == _RELEASED:
            st.subheader("Nothing was released yet", anchor=False)
        elif chosen == _OPEN:
            st.subheader("No proposal waits", anchor=False)
        else:
            st.subheader("There is no proposal yet", anchor=False)
        if user.can(Permission.KNOWLEDGE_EDIT):
            st.markdown(
                "A proposal collects changes that should go live together. It is replayed on eval cases and "
                "recent conversations first, a second person looks at it, and then it is released. "
                "Edit an article and propose the edit: it appears here."
            )
            page_link("knowledge", "Open the articles", ":material/menu_book:")
        elif user.can(Permission.RELEASES_REVIEW):
            st.markdown("When somebody proposes a change it appears here, to be reviewed and released.")
        else:
            st.markdown("What you propose appears here, with how far it is.")


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    if rows and rows[0] < len(drawn):
        frame.open_proposal(drawn[rows[0]])
