"""The flags somebody may see: a view, a table a page at a time, and which one is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.evals import FlagPage, FlagView, list_flags
from core.identity import Actor, Permission
from pages.process import get_process
from pages.rep.flagging import STRENGTH_WORDS

PAGE_SIZE = 40
STATE_WORDS = {
    "open": "Open",
    "accepted": "Accepted",
    "dismissed": "Dismissed",
    "withdrawn": "Withdrawn",
}
_STARTS = "flags_starts"
_SELECTED = "flags_selected"
_DRAWN = "flags_drawn"


@dataclass(frozen=True, slots=True)
class _View:
    """A way to look at the flags.

    Attributes:
        asked: of ``list_flags``.
        empty: what is said when there are none.
        same: columns that would say the same in every row.
    """

    label: str
    asked: dict[str, Any]
    empty: str
    same: tuple[str, ...] = ()


_HOW = (
    "While you work in Assist, select the words and press **S** for strong or **W** for weak. With nothing "
    "selected it is about the draft, or else our last reply."
)
_MINE = _View("Mine", {}, f"You have not flagged anything yet. {_HOW}", ("By",))
_ABOUT_ME = _View(
    "About my replies",
    {"mine": False, "about_me": True},
    "Nobody has flagged a reply of yours yet. What others find good or weak in them appears here.",
)
_OPEN = _View(
    "All open",
    {"mine": False, "state": "open"},
    "No flag waits for a decision. When a rep flags a draft or a reply, it appears here.",
    ("State",),
)
_EVERY = _View("All", {"mine": False}, f"Nobody has flagged anything yet. {_HOW}")
_VIEWS = (_MINE, _ABOUT_ME, _OPEN, _EVERY)


def choose(actor: Actor) -> str:
    """Draw the choice of views this person has; returns the label of the chosen one."""
    views = _views(actor)
    return str(
        st.segmented_control(
            "View",
            views,
            default=_OPEN.label if _OPEN.label in views else _MINE.label,
            required=True,
            key="flags_view",
            label_visibility="collapsed",
            on_change=_first_page,
        )
    )


def load(actor: Actor, view: str) -> FlagPage:
    """The flags of the view, on the page that is open."""
    with get_process().database.reading() as session:
        return list_flags(
            actor, session=session, cursor=_starts()[-1], limit=PAGE_SIZE, **_views(actor)[view].asked
        )


def show(view: str, page: FlagPage) -> FlagView:
    """Draw the table and the way to older pages; returns the selected flag, by default the first."""
    rows = page.rows
    # A selection is a row number, so it means something only for the rows that were drawn.
    st.session_state[_DRAWN] = [each.flag.key for each in rows]
    key = f"flags_table_{view}_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        _frame(rows, next(each.same for each in _VIEWS if each.label == view)),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(rows) <= 15 else 580,
        column_config={
            "Kind": st.column_config.TextColumn(width=58),
            "Criterion": st.column_config.TextColumn(width=190),
            "Words": st.column_config.TextColumn(width=160),
            "By": st.column_config.TextColumn(width=100),
            "State": st.column_config.TextColumn(width=76),
        },
    )
    if len(_starts()) > 1 or page.next_cursor is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Newer", icon=":material/chevron_left:", disabled=len(_starts()) == 1, on_click=_newer)
            st.button(
                "Older",
                icon=":material/chevron_right:",
                disabled=page.next_cursor is None,
                on_click=lambda: _starts().append(page.next_cursor),
            )
    selected = st.session_state.get(_SELECTED)
    return next((each for each in rows if each.flag.key == selected), rows[0])


def show_empty(view: str) -> None:
    """Say why there is nothing, and how it comes to be more."""
    if len(_starts()) > 1:
        _first_page()
        st.rerun()  # the last flag of an older page has just gone
    st.info(next(each.empty for each in _VIEWS if each.label == view), icon=":material/flag:")


def _views(actor: Actor) -> dict[str, _View]:
    views = [_MINE, _ABOUT_ME] if actor.can(Permission.CONVERSATIONS_WORK) else []
    if actor.can(Permission.FLAGS_READ_ALL):
        views += [_OPEN, _EVERY]
    return {each.label: each for each in views}


def _frame(rows: Sequence[FlagView], without: Sequence[str]) -> pd.DataFrame:
    columns = {
        "Kind": [STRENGTH_WORDS[each.flag.strength] for each in rows],
        "Criterion": [each.criterion.question for each in rows],
        "Words": [each.quote or f"All of the {each.flag.subject_type}" for each in rows],
        "By": [each.who for each in rows],
        "State": [STATE_WORDS[each.flag.state] for each in rows],
    }
    return pd.DataFrame({name: cells for name, cells in columns.items() if name not in without})


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    st.session_state[_SELECTED] = drawn[rows[0]] if rows and rows[0] < len(drawn) else None


def _starts() -> list[int | None]:
    """Where each page opened so far begins; the last one is shown."""
    starts: list[int | None] = st.session_state.setdefault(_STARTS, [None])
    return starts


def _newer() -> None:
    _starts().pop()


def _first_page() -> None:
    st.session_state[_STARTS] = [None]
