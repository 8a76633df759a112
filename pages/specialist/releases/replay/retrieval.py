"""What search finds otherwise with the changes, by case and conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from core.releases import PassageRef, ReplayView, RetrievalChange
from pages.specialist.releases.words import listed


def draw(found: ReplayView) -> None:
    """A table: what was searched for, what is found no more, what is found now."""
    if not found.retrieval:
        st.caption("Search finds the same passages as before, for every case and conversation.")
        return
    if len(found.retrieval_changes) < found.retrieval:
        st.caption(f"{len(found.retrieval_changes):,} of {found.retrieval:,} are shown.")
    st.dataframe(
        pd.DataFrame(
            {
                "Case or conversation": [each.name for each in found.retrieval_changes],
                "Searched for": [each.query for each in found.retrieval_changes],
                "No longer found": [_named(each.gone, but=each.came) for each in found.retrieval_changes],
                "Found now": [_named(each.came, but=each.gone) for each in found.retrieval_changes],
                "Other passages of": [_moved(each) for each in found.retrieval_changes],
            }
        ),
        hide_index=True,
        row_height=32,
        height="content" if len(found.retrieval_changes) <= 12 else 420,
        key=f"replay_retrieval_{found.replay.key}",
        column_config={
            "Case or conversation": st.column_config.TextColumn(width=230),
            "Searched for": st.column_config.TextColumn(width=200),
        },
    )


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
