"""What search finds otherwise with the changes, by case and conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from core.releases import PassageRef, ReplayView, RetrievalChange
from pages.specialist.releases.words import counted, listed

_PAGE = 12


def draw(found: ReplayView) -> None:
    """A table, a page at a time: what was searched for, and what is found otherwise."""
    if not found.retrieval:
        st.caption("Search finds the same passages as before, for every case and conversation.")
        return
    rows = found.retrieval_changes
    more = f" You see {len(rows):,} of them." if len(rows) < found.retrieval else ""
    st.caption(f"{counted(found.retrieval, 'search', 'searches')} would find something else.{more}")
    pages = -(-len(rows) // _PAGE)
    below = f"replay_retrieval_page_{found.replay.key}"
    page = min(int(st.session_state.get(below) or 1), pages)
    shown = rows[(page - 1) * _PAGE : page * _PAGE]
    st.dataframe(
        pd.DataFrame(
            {
                "Case or conversation": [each.name for each in shown],
                "Searched for": [each.query for each in shown],
                "What is found otherwise": [_words(each) for each in shown],
            }
        ),
        hide_index=True,
        row_height=32,
        height="content",
        key=f"replay_retrieval_{found.replay.key}_{page}",
        column_config={
            "Case or conversation": st.column_config.TextColumn(width=220),
            "Searched for": st.column_config.TextColumn(width=220),
        },
    )
    if pages > 1:
        # below the table, whose own buttons would lie over it
        with st.container(horizontal=True, horizontal_alignment="center", key="replay_retrieval_foot"):
            st.pagination(pages, key=below)


def _words(change: RetrievalChange) -> str:
    """ "A instead of B", "no longer C", "other passages of D"."""
    gone, came = _named(change.gone, but=change.came), _named(change.came, but=change.gone)
    moved = _moved(change)
    found = f"{came} instead of {gone}" if gone and came else f"now also {came}" if came else ""
    parts = [found or (f"no longer {gone}" if gone else ""), f"other passages of {moved}" if moved else ""]
    words = "; ".join(part for part in parts if part)
    return words[:1].upper() + words[1:]


def _named(passages: Sequence[PassageRef], *, but: Sequence[PassageRef]) -> str:
    """Articles of which nothing else is found in the place of what went or came."""
    others = {each.article_id for each in but}
    return listed(_titles(each for each in passages if each.article_id not in others), most=3)


def _moved(change: RetrievalChange) -> str:
    """Articles that are found before and after, by another passage or with another text."""
    before = {each.article_id for each in change.gone}
    same = [each for each in change.came if each.article_id in before]
    return listed(_titles([*change.changed_text, *same]), most=3)


def _titles(passages: Iterable[PassageRef]) -> list[str]:
    return list(dict.fromkeys(each.title for each in passages))
