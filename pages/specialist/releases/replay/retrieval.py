"""What search finds otherwise with the changes, by case and conversation."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.releases.replaying import PassageRef, ReplayView
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
                "No longer found": [_named(each.gone) for each in found.retrieval_changes],
                "Found now": [_named(each.came) for each in found.retrieval_changes],
                "Found with another text": [_named(each.changed_text) for each in found.retrieval_changes],
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


def _named(passages: Sequence[PassageRef]) -> str:
    return listed(list(dict.fromkeys(each.title for each in passages)), most=3)
