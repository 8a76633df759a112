"""Articles that want a look and why; selecting one opens it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.insights import ArticleFinding, EditedArticle
from pages.specialist.knowledge import frame
from pages.widgets.labels import language

_ROWS = 14
_HEIGHT = 520


def findings(found: Sequence[ArticleFinding], name: str, *, none: str, of: int | None = None) -> None:
    """Draw a table. ``of``: how many there are, where the table holds the first of them only."""
    if not found:
        _nothing(none)
        return
    _table(
        {
            "Article": [each.title for each in found],
            "Language": [language(each.locale) for each in found],
            "Why": [each.why for each in found],
        },
        [each.article_id for each in found],
        name,
        {
            "Article": st.column_config.TextColumn(width=340),
            "Language": st.column_config.TextColumn(width=90),
        },
    )
    more = f" The {len(found)} that were changed longest ago." if of and of > len(found) else ""
    st.caption(f"Select an article to open it.{more}")


def corrected(found: Sequence[EditedArticle]) -> None:
    """Articles whose drafts people change before they send them: the text may be at fault."""
    if not found:
        _nothing("Nobody changed what drafts took from an article that was cited three times or more.")
        return
    _table(
        {
            "Article": [each.title for each in found],
            "Language": [language(each.locale) for each in found],
            "Replies that cited it": [each.replies for each in found],
            "Of them corrected": [each.edited for each in found],
            "Share": [100 * each.share for each in found],
        },
        [each.article_id for each in found],
        "corrected",
        {
            "Article": st.column_config.TextColumn(width=340),
            "Language": st.column_config.TextColumn(width=90),
            "Share": st.column_config.ProgressColumn(
                format="%.0f %%", min_value=0, max_value=100, width=140, color="orange"
            ),
        },
    )
    st.caption(
        "A reply counts as corrected when at least 5 % of its draft was changed; an article counts from "
        "three replies on. Select one to open it."
    )


def _table(columns: dict[str, list[object]], keys: list[int], name: str, config: dict[str, object]) -> None:
    # a selection is a row number, so it means something only for the rows that were drawn
    key = f"health_{name}_{hash(tuple(keys))}"

    def select() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(keys):
            frame.open_article(keys[rows[0]])

    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        on_select=select,
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(keys) <= _ROWS else _HEIGHT,
        column_config=config,  # type: ignore[arg-type]
    )


def _nothing(words: str) -> None:
    st.info(words, icon=":material/check:")
