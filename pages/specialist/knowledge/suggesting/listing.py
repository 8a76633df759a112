"""The table of suggestions, and which one is chosen (``?view=suggestions&suggestion=5``)."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.identity import Actor
from core.insights import SuggestionRow
from pages.specialist.knowledge.suggesting.words import SOURCES, counted, findings, what
from pages.widgets.labels import language
from pages.widgets.times import moment

_CHOSEN = "suggestion"
_DRAWN = "suggestions_drawn"
_WIDTHS = {
    "Title": 255,
    "Conversations": 105,
    "Would be": 170,
    "In knowledge": 150,
    "From": 120,
    "Language": 80,
}


def chosen_id() -> int | None:
    """The suggestion the address names."""
    value = str(st.query_params.get(_CHOSEN, ""))
    return int(value) if value.isdecimal() and len(value) < 19 else None


def choose(key: int) -> None:
    """Show one, to be called in a callback."""
    st.query_params[_CHOSEN] = str(key)


def forget() -> None:
    """Show none, to be called in a callback."""
    if _CHOSEN in st.query_params:
        del st.query_params[_CHOSEN]


def table(actor: Actor, rows: list[SuggestionRow], *, most: int) -> None:
    """Draw the list; selecting a row opens it below."""
    st.session_state[_DRAWN] = [row.suggestion.key for row in rows]
    # a selection is a row number, so it means something only for the rows that were drawn
    key = f"suggestions_table_{hash(tuple(st.session_state[_DRAWN]))}"
    # above the table, where its tools come up when the pointer is on it
    more = f" The first {most}." if len(rows) == most else ""
    st.caption(f"{counted(len(rows), 'suggestion', 'suggestions')}. Select one to read it.{more}")
    found = [findings(row) for row in rows]
    st.dataframe(
        pd.DataFrame(
            {
                "Title": [row.suggestion.title for row in rows],
                "Conversations": [row.suggestion.affected for row in rows],
                "Would be": [what(row) for row in rows],
                **({"In knowledge": found} if any(found) else {}),
                "From": [SOURCES.get(row.suggestion.source, row.suggestion.source) for row in rows],
                "Language": [language(row.suggestion.locale) for row in rows],
                "Changed": [moment(row.suggestion.updated_at, actor.time_zone) for row in rows],
            }
        ),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(rows) <= 8 else 320,
        column_config={
            "Conversations": st.column_config.NumberColumn(width=_WIDTHS["Conversations"], help="Behind it"),
            **{
                name: st.column_config.TextColumn(width=width)
                for name, width in _WIDTHS.items()
                if name != "Conversations"
            },
        },
    )


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    if rows and rows[0] < len(drawn):
        choose(drawn[rows[0]])
    else:
        forget()
