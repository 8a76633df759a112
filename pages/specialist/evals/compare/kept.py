"""A comparison is made once and kept for the visit: filters and pages do not make it again."""

from __future__ import annotations

import streamlit as st

from core.evals import RunChoice, RunComparison, compare_runs
from core.identity import Actor
from pages.process import get_process

_KEPT = "compare_kept"
_MOST = 4


def compared(user: Actor, before: RunChoice, after: RunChoice) -> RunComparison:
    """What comparing them finds; made anew when a run has changed since."""
    key = before.run_id, after.run_id, user.username
    stamp = before.stamp, after.stamp
    stored: dict[object, tuple[object, RunComparison]] = st.session_state.setdefault(_KEPT, {})
    going = any(each.state in ("running", "stopping") for each in (before, after))
    if key in stored and stored[key][0] == stamp and not going:
        return stored[key][1]
    with st.spinner("Comparing"), get_process().database.reading() as session:
        found = compare_runs(user, before.run_id, after.run_id, session=session)
    stored.pop(key, None)
    while len(stored) >= _MOST:
        del stored[next(iter(stored))]
    stored[key] = stamp, found
    return found
