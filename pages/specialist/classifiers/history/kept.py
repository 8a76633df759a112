"""Results that were counted once are kept for the visit: clicking around does not count them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from sqlmodel import Session

from core.classifiers.tables import Backtest
from pages.process import get_process

_KEPT = "history_results"
_MOST = 12

Counted = TypeVar("Counted")


def kept(backtest: Backtest, *asked: object, count: Callable[[Session], Counted]) -> Counted:
    """What ``count`` finds; counted anew when the backtest has changed its state since."""
    key = (backtest.key, backtest.state, backtest.workflow_id, *asked)
    stored: dict[object, Counted] = st.session_state.setdefault(_KEPT, {})
    if key not in stored:
        with st.spinner("Counting"), get_process().database.reading() as session:
            found = count(session)
        while len(stored) >= _MOST:
            del stored[next(iter(stored))]
        stored[key] = found
    return stored[key]
