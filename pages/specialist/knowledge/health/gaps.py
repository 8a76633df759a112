"""What customers asked and knowledge lacked, by theme and language, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.identity import Actor, Permission
from core.insights import Gap
from pages.specialist.knowledge import frame
from pages.specialist.knowledge.health.words import theme
from pages.specialist.knowledge.making import begin_article
from pages.specialist.releases.links import page_link
from pages.widgets.labels import language
from pages.widgets.style import escape

_ROWS = 7
_HEIGHT = 300


def show(actor: Actor, gaps: Sequence[Gap]) -> None:
    """Draw the list, the largest first, and the gap that is selected."""
    if not gaps:
        st.info("Drafts found what they needed in every conversation of this time.", icon=":material/check:")
        return
    key = f"health_gaps_{hash(tuple((each.theme, each.locale) for each in gaps))}"
    st.markdown(
        "What customers asked and no article answered: the newest draft of these conversations said so. "
        "Write the article, or take it from what people answered by hand."
    )
    drawn = st.dataframe(
        pd.DataFrame(
            {
                "Theme": [theme(each.theme) for each in gaps],
                "Language": [language(each.locale) for each in gaps],
                "Without an answer": [each.conversations for each in gaps],
                "Of conversations": [each.of for each in gaps],
                "Share": [100 * each.conversations / each.of for each in gaps],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(gaps) <= _ROWS else _HEIGHT,
        column_config={
            "Theme": st.column_config.TextColumn(width=240),
            "Language": st.column_config.TextColumn(width=100),
            "Share": st.column_config.ProgressColumn(
                format="%.0f %%", min_value=0, max_value=100, width=140, color="orange"
            ),
        },
    )
    rows = drawn["selection"]["rows"]
    if not rows:
        st.caption("Select a row to see conversations.")
    if rows and rows[0] < len(gaps):
        _gap(actor, gaps[rows[0]])


def _gap(actor: Actor, gap: Gap) -> None:
    with st.container(border=True, gap="small", key="health_gap"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape(theme(gap.theme))}, {escape(language(gap.locale))}**", width="stretch")
            if actor.can(Permission.SUGGESTIONS_WRITE):
                st.button(
                    "See suggestions",
                    icon=":material/lightbulb:",
                    key="health_suggestions",
                    help="What people wrote when knowledge lacked the answer.",
                    on_click=frame.open_view,
                    args=(frame.SUGGESTIONS,),
                )
            if actor.can(Permission.KNOWLEDGE_EDIT):
                st.button(
                    "Write an article",
                    type="primary",
                    icon=":material/add:",
                    key="health_write",
                    on_click=begin_article,
                    args=(actor,),
                )
        if actor.can(Permission.CONVERSATIONS_READ):
            st.caption("The newest" if gap.conversations > len(gap.examples) else "What was asked")
            for each in gap.examples:
                page_link(
                    "assist",
                    escape(each.title or "Without a subject"),
                    ":material/forum:",
                    conversation=each.conversation_id,
                )
