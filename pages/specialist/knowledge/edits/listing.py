"""The view Edits: what is being worked on, and by whom."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.identity import Actor
from core.knowledge import EditRow, list_edits
from pages.process import get_process
from pages.specialist.knowledge import frame
from pages.widgets.labels import language
from pages.widgets.times import moment

_MOST = 200
_DRAWN = "edits_drawn"
_STATES = {"At work": ("open", "proposed"), "Dropped": ("dropped",)}
_WORDS = {"open": "Being written", "proposed": "Proposed", "dropped": "Dropped"}
_WIDTHS = {
    "Title": 270,
    "State": 110,
    "Language": 80,
    "To look at": 150,
    "Last changed by": 120,
    "Changed": 110,
}


def show(actor: Actor) -> None:
    """Draw the list; selecting a row opens it."""
    chosen = st.segmented_control(
        "Show",
        list(_STATES),
        default="At work",
        required=True,
        key="edits_state",
        label_visibility="collapsed",
    )
    with get_process().database.reading() as session:
        found = list_edits(actor, session=session, states=_STATES[chosen or "At work"], limit=_MOST)
    if not found:
        _empty(chosen == "Dropped")
        return
    _table(actor, found)


def _table(actor: Actor, found: list[EditRow]) -> None:
    st.session_state[_DRAWN] = [each.edit_id for each in found]
    # a selection is a row number, so it means something only for the rows that were drawn
    key = f"edits_table_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        pd.DataFrame(
            {
                "Title": [each.title or each.article_title or "Without a title" for each in found],
                "State": [
                    _WORDS.get(each.state, each.state) + ("" if each.article_id else ", new")
                    for each in found
                ],
                "Language": [language(each.locale) for each in found],
                "To look at": [_open_points(each) for each in found],
                "Last changed by": [each.updated_by for each in found],
                "Changed": [moment(each.updated_at, actor.time_zone) for each in found],
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
    one = "Select it to open it."
    st.caption(f"{len(found):,} edits. Select one to open it.{more}" if len(found) > 1 else one)


def _open_points(row: EditRow) -> str:
    points = []
    if row.conflicts:
        points.append(f"{row.conflicts} places to choose" if row.conflicts > 1 else "one place to choose")
    if row.basis_moved:
        points.append("a newer version went live")
    return ", ".join(points).capitalize()


def _empty(dropped: bool) -> None:
    with st.container(border=True, width=760, key="edits_empty"):
        if dropped:
            st.subheader("No edit was dropped", anchor=False)
            st.markdown("What somebody drops is kept here, and can be restored.")
        else:
            st.subheader("Nobody is editing", anchor=False)
            st.markdown(
                "Open an article and press **Edit**, or begin a new one. Several people can write in one "
                "edit at once. It changes nothing for drafts until it was proposed, replayed and released."
            )


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    if rows and rows[0] < len(drawn):
        frame.open_edit_page(drawn[rows[0]])
