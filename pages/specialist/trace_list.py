"""The runs, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from core.identity import Actor
from core.traces import STATUSES, Trace, list_traces
from pages.process import get_process
from pages.widgets.times import zone

PAGE_SIZE = 50
STATUS_WORDS = {
    "running": "Running",
    "ok": "Done",
    "error": "Failed",
    "cancelled": "Cancelled",
    "waiting": "Waiting for approval",
    "interrupted": "Interrupted",
}
_PAGES = "traces_pages"
_TABLE = "traces_table"
_LONGEST_NUMBER = 18

Cursor = tuple[datetime, str] | None


def selected() -> tuple[str, int | None]:
    """The trace or the draft that the address names: ``?trace=ID`` or ``?draft=NUMBER``."""
    draft = st.query_params.get("draft", "")
    number = int(draft) if draft.isdecimal() and len(draft) <= _LONGEST_NUMBER else None
    return st.query_params.get("trace", "")[:64], number


def show(actor: Actor) -> None:
    """Draw the filters, the table and the way to older pages."""
    state, matter, _rest = st.columns([1, 1, 2])
    status = state.selectbox(
        "Status",
        STATUSES,
        index=None,
        placeholder="All",
        format_func=STATUS_WORDS.__getitem__,
        key="traces_status",
        on_change=_first_page,
    )
    number = matter.text_input(
        "Conversation number",
        key="traces_conversation",
        placeholder="All",
        on_change=_first_page,
    ).strip()
    if number and not (number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        st.info("A conversation number is made of digits, for example 42.")
        return
    starts: list[Cursor] = st.session_state.setdefault(_PAGES, [None])
    with get_process().database.reading() as session:
        found = list_traces(
            actor,
            session=session,
            cursor=starts[-1],
            limit=PAGE_SIZE + 1,
            status=status or "",
            conversation_id=int(number) if number else None,
        )
    if not found:
        st.info(
            "No run matches."
            if status or number
            else "Nothing has run yet. Each draft the AI writes leaves a trace here."
        )
        return
    shown = found[:PAGE_SIZE]
    chosen = st.dataframe(
        _frame(actor, shown),
        hide_index=True,
        row_height=30,
        height="content" if len(shown) <= 20 else 660,
        key=f"{_TABLE}_{len(starts)}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "When": st.column_config.DatetimeColumn(width=150, format="D MMM YYYY, HH:mm:ss"),
            "Draft": st.column_config.NumberColumn(width=60, format="%d"),
            "Conversation": st.column_config.NumberColumn(width=90, format="%d"),
            "Status": st.column_config.TextColumn(width=150),
            "Duration (ms)": st.column_config.NumberColumn(width=100, format="localized"),
            "Tokens": st.column_config.NumberColumn(width=80, format="localized"),
            "Cost (USD)": st.column_config.NumberColumn(width=90, format="%.4f"),
            "Model": st.column_config.TextColumn(width=150),
            "Problem": st.column_config.TextColumn(width="medium"),
        },
    )
    if rows := chosen["selection"]["rows"]:
        st.query_params["trace"] = shown[rows[0]].id
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Newer", icon=":material/chevron_left:", disabled=len(starts) == 1, on_click=_newer)
        last = (shown[-1].started_at, shown[-1].id)
        st.button(
            "Older",
            icon=":material/chevron_right:",
            disabled=len(found) <= PAGE_SIZE,
            on_click=lambda: _older(last),
        )
        st.caption(f"Select a row to open it. Times are in {actor.time_zone}.", width="content")


def _frame(actor: Actor, traces: Sequence[Trace]) -> pd.DataFrame:
    local = zone(actor.time_zone)
    return pd.DataFrame(
        {
            "When": [trace.started_at.astimezone(local).replace(tzinfo=None) for trace in traces],
            "Draft": pd.array([trace.draft_id for trace in traces], dtype="Int64"),
            "Conversation": pd.array([trace.conversation_id for trace in traces], dtype="Int64"),
            "Status": [STATUS_WORDS.get(trace.status, trace.status) for trace in traces],
            "Duration (ms)": [_milliseconds(trace) for trace in traces],
            "Tokens": [trace.input_tokens + trace.output_tokens for trace in traces],
            "Cost (USD)": [trace.cost for trace in traces],
            "Model": [trace.model for trace in traces],
            "Problem": [trace.error for trace in traces],
        }
    )


def _milliseconds(trace: Trace) -> float | None:
    if trace.ended_at is None:
        return None
    return round((trace.ended_at - trace.started_at).total_seconds() * 1000)


def _first_page() -> None:
    st.session_state[_PAGES] = [None]


def _older(last: Cursor) -> None:
    st.session_state[_PAGES] = [*st.session_state[_PAGES], last]


def _newer() -> None:
    st.session_state[_PAGES] = st.session_state[_PAGES][:-1] or [None]
