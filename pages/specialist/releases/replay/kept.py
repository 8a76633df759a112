"""What a finished replay found is read once and kept for the visit: it does not change any more."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.releases import ProposalView, ReplayView, read_replay
from pages.process import get_process

_KEPT = "releases_replays"
_MOST = 3


def found(user: Actor, view: ProposalView) -> ReplayView | None:
    """The newest replay of a proposal, as this person may see it."""
    if view.replay is None:
        return None
    key = view.replay.key, view.replay.state, view.digest, user.username, user.role
    stored: dict[object, ReplayView] = st.session_state.setdefault(_KEPT, {})
    if key in stored:
        return stored[key]
    with get_process().database.reading() as session:
        read = read_replay(user, view.proposal.key, session=session)
    if read is not None and read.state == "finished" and read.replay.key == view.replay.key:
        while len(stored) >= _MOST:
            del stored[next(iter(stored))]
        stored[key] = read
    return read
