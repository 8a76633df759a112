"""The table of people, and which of them is selected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from core import identity
from core.database import now
from core.identity import Actor, Person
from pages.process import get_process
from pages.widgets.times import clock, moment

_SELECTED = "people_selected"
_DRAWN = "people_drawn"


def show(actor: Actor) -> Person | None:
    """Draw the table; returns the selected person."""
    with get_process().database.reading() as session:
        people = identity.list_people(actor, session=session)
        seen = identity.last_seen(session=session)
    typed = st.text_input(
        "Search people",
        key="people_search",
        placeholder="Search by name or username",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    wanted = typed.strip().casefold()
    shown = [p for p in people if wanted in f"{p.name} {p.username} {p.email}".casefold()]
    if not shown:
        st.caption("Nobody matches this search." if wanted else "There are no people yet.")
        return None
    # A selection is a row number, so it means something only for the rows that were drawn: they
    # are remembered with it, and another order of rows is another table.
    st.session_state[_DRAWN] = [person.key for person in shown]
    table_key = f"people_table_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        _frame(actor, shown, seen),
        hide_index=True,
        on_select=lambda: _select(table_key),
        selection_mode="single-row",
        key=table_key,
        row_height=34,
        height="content" if len(shown) <= 16 else 600,
        column_config={
            "Name": st.column_config.TextColumn(width=150),
            "Username": st.column_config.TextColumn(width=90),
            "Role": st.column_config.TextColumn(width=75),
            "Status": st.column_config.TextColumn(width=105),
            "Last seen": st.column_config.TextColumn(width=100),
        },
    )
    return next((person for person in people if person.id == st.session_state.get(_SELECTED)), None)


def status_of(person: Person, actor: Actor) -> str:
    """Active, deactivated, or locked until when."""
    if not person.active:
        return "Deactivated"
    if person.locked_until is not None and person.locked_until > now():
        return f"Locked until {clock(person.locked_until, actor.time_zone)}"
    return "Active"


def _select(table_key: str) -> None:
    rows = st.session_state[table_key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    st.session_state[_SELECTED] = drawn[rows[0]] if rows and rows[0] < len(drawn) else None


def _frame(actor: Actor, people: Sequence[Person], seen: dict[int, datetime]) -> pd.DataFrame:
    def last(person: Person) -> str:
        instant = max(filter(None, (person.last_sign_in_at, seen.get(person.key))), default=None)
        return moment(instant, actor.time_zone) if instant else "Never"

    return pd.DataFrame(
        {
            "Name": [p.name + (" (sample)" if p.sample else "") for p in people],
            "Username": [p.username for p in people],
            "Role": [p.role.capitalize() for p in people],
            "Status": [status_of(p, actor) for p in people],
            "Last seen": [last(p) for p in people],
        }
    )
