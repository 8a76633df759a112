"""The entries, newest first, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core import audit
from core.audit import AuditEntry
from core.identity import Actor, Permission
from pages.process import get_process
from pages.widgets.times import zone

PAGE_SIZE = 100
_ABOUT_PEOPLE = ("person", "audit", "settings")
_PAGES = "audit_pages"
_EVERYBODY = 0  # no person has this number
_ALL_ACTIONS = ""


def show(actor: Actor) -> None:
    """Draw the filters, the table and the way to older pages."""
    actions, actors = _choices()
    person, action, _rest = st.columns([1, 1, 1.4])
    who = person.selectbox(
        "Person",
        [_EVERYBODY, *actors],
        format_func=lambda key: actors.get(key, "Everybody"),
        key="audit_person",
        on_change=_first_page,
    )
    what = action.selectbox(
        "Action",
        [_ALL_ACTIONS, *actions],
        format_func=lambda name: in_words(name) if name else "All actions",
        key="audit_action",
        on_change=_first_page,
    )
    if not actor.can(Permission.CONVERSATIONS_READ):
        st.caption("You see what happened to people, settings and this record. Managers see everything.")
    starts: list[int | None] = st.session_state.setdefault(_PAGES, [None])
    with get_process().database.reading() as session:
        entries = audit.list_entries(
            session=session,
            before_sequence=starts[-1],
            limit=PAGE_SIZE + 1,
            action=what or None,
            person_id=who or None,
            subject_types=None if actor.can(Permission.CONVERSATIONS_READ) else _ABOUT_PEOPLE,
        )
    if not entries:
        st.info("Nothing is recorded that matches." if who or what else "Nothing is recorded yet.")
        return
    shown = entries[:PAGE_SIZE]
    st.dataframe(
        _frame(actor, shown),
        hide_index=True,
        row_height=30,
        height="content" if len(shown) <= 20 else 660,
        column_config={
            "No.": st.column_config.NumberColumn(width=56, format="%d"),
            "When": st.column_config.DatetimeColumn(width=148, format="D MMM YYYY, HH:mm:ss"),
            "Who": st.column_config.TextColumn(width=110),
            "What": st.column_config.TextColumn(width=180),
            "About": st.column_config.TextColumn(width=110),
            "Details": st.column_config.TextColumn(width="large"),
        },
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Newer", icon=":material/chevron_left:", disabled=len(starts) == 1, on_click=_newer)
        last = shown[-1].sequence
        st.button(
            "Older",
            icon=":material/chevron_right:",
            disabled=len(entries) <= PAGE_SIZE,
            on_click=lambda: _older(last),
        )
        st.caption(f"Times are in {actor.time_zone}.", width="content")


def in_words(action: str) -> str:
    """ "reply.sent" as "Reply sent"."""
    return action.replace(".", " ").replace("_", " ").capitalize()


def _frame(actor: Actor, entries: Sequence[AuditEntry]) -> pd.DataFrame:
    local = zone(actor.time_zone)
    return pd.DataFrame(
        {
            "No.": [entry.sequence for entry in entries],
            "When": [entry.at.astimezone(local).replace(tzinfo=None) for entry in entries],
            "Who": [entry.who for entry in entries],
            "What": [in_words(entry.action) for entry in entries],
            "About": [f"{entry.subject_type} {entry.subject_id}".strip() for entry in entries],
            "Details": [_details(entry.detail) for entry in entries],
        }
    )


def _details(detail: dict[str, Any]) -> str:
    def plain(value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
            return ", ".join(map(str, value))
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    return "; ".join(
        f"{key.replace('_', ' ')}: {plain(value)}" for key, value in detail.items() if value != ""
    )


@st.cache_data(ttl=60, show_spinner=False)
def _choices() -> tuple[list[str], dict[int, str]]:
    with get_process().database.reading() as session:
        return audit.list_actions(session=session), dict(audit.list_actors(session=session))


def _first_page() -> None:
    st.session_state[_PAGES] = [None]


def _older(last: int) -> None:
    st.session_state[_PAGES] = [*st.session_state[_PAGES], last]


def _newer() -> None:
    st.session_state[_PAGES] = st.session_state[_PAGES][:-1] or [None]
