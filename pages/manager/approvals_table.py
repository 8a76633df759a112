"""The requests that wait for somebody's approval, longest waiting first, and which one is open."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.actions import RequestView, list_approvals, money
from core.identity import Actor
from pages.process import get_process
from pages.widgets.times import waiting_for

MOST = 100
"""Requests shown at once; the rest follows as these are decided."""

_SELECTED = "approvals_selected"
_DRAWN = "approvals_drawn"
_TICK_SECONDS = 5


def load(actor: Actor) -> list[RequestView]:
    """What waits, those first that this person may decide."""
    process = get_process()
    with process.database.reading() as session:
        found = list_approvals(actor, session=session, catalogue=process.catalogue(), limit=MOST)
    return sorted(found, key=lambda view: (not view.may_approve, view.request.asked_at, view.request.key))


def follow(actor: Actor, shown: Sequence[RequestView]) -> None:
    """Draw the page again when somebody else asks or decides."""
    stamp = _stamp(shown)

    @st.fragment(run_every=_TICK_SECONDS)
    def watch() -> None:
        if _stamp(load(actor)) != stamp:
            st.rerun()

    watch()


def show(waiting: Sequence[RequestView]) -> RequestView:
    """Draw the table; returns the selected request, by default the first."""
    # A selection is a row number, so it means something only for the rows that were drawn.
    st.session_state[_DRAWN] = [view.request.key for view in waiting]
    key = f"approvals_table_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        _frame(waiting),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(waiting) <= 16 else 600,
        column_config={
            "Action": st.column_config.TextColumn(width=130),
            "Amount": st.column_config.TextColumn(width=80),
            "Waits": st.column_config.TextColumn(width=56),
            "Yours": st.column_config.TextColumn(width=48, help="Whether you may decide it."),
            "Customer": st.column_config.TextColumn(width=120),
            "Asked by": st.column_config.TextColumn(width=110),
        },
    )
    mine = sum(view.may_approve for view in waiting)
    more = " The rest follows as these are decided." if len(waiting) == MOST else ""
    st.caption(f"{len(waiting)} waiting, {mine} of them yours to decide.{more}")
    selected = st.session_state.get(_SELECTED)
    return next((view for view in waiting if view.request.key == selected), waiting[0])


def _frame(waiting: Sequence[RequestView]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Action": [view.title for view in waiting],
            "Amount": [
                "" if view.amount is None else money(view.amount, view.request.currency) for view in waiting
            ],
            "Waits": [waiting_for(view.request.asked_at) for view in waiting],
            "Yours": ["yes" if view.may_approve else "no" for view in waiting],
            "Customer": [view.customer for view in waiting],
            "Asked by": [view.asker for view in waiting],
        }
    )


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    st.session_state[_SELECTED] = drawn[rows[0]] if rows and rows[0] < len(drawn) else None


def _stamp(views: Sequence[RequestView]) -> list[tuple[int, int, bool]]:
    return [(view.request.key, view.request.revision, view.may_approve) for view in views]
