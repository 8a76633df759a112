"""Articles that want a look: why each is there, what to do about it, and the way to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.identity import Actor, Permission
from core.insights import ArticleFinding, EditedArticle, KnowledgeHealth
from pages.specialist.knowledge import frame
from pages.specialist.knowledge.health.words import date_of
from pages.specialist.knowledge.making import edit_article
from pages.widgets.labels import language
from pages.widgets.style import escape

_ROWS = 12
_HEIGHT = 424
_Found = Sequence[ArticleFinding] | Sequence[EditedArticle]


def stale(actor: Actor, health: KnowledgeHealth) -> None:
    """Those whose review is due."""
    if not health.stale:
        _nothing("No review is due today, and no article has gone a year without a change.")
        return
    st.markdown(
        "Their review is due, or nobody has changed them for a year. Read them, correct what is no longer "
        "true, and set the next review date among the properties of the edit."
    )
    _findings(actor, health.stale, "review")


def contradicted(actor: Actor, health: KnowledgeHealth) -> None:
    """Those that open suggestions contradict."""
    if not health.contradicted:
        _nothing("No open suggestion says otherwise than an article.")
        return
    st.markdown(
        "Somebody wrote otherwise than the article says. Find out who is right: correct the article, or "
        "reject the suggestion."
    )
    _findings(actor, health.contradicted, "contradicted")
    if actor.can(Permission.SUGGESTIONS_WRITE):
        st.button(
            "See suggestions",
            icon=":material/lightbulb:",
            key="health_contradicting",
            on_click=frame.open_view,
            args=(frame.SUGGESTIONS,),
        )


def corrected(actor: Actor, health: KnowledgeHealth) -> None:
    """Those whose drafts people change before they send them: the text may be at fault."""
    found = health.edited
    if not found:
        _nothing("Nobody changed what drafts took from an article that was cited three times or more.")
        return
    st.markdown(
        "Drafts cited them, and people changed the draft before they sent it. “What depends on it” in the "
        "article shows those replies; write into the article what people keep adding."
    )
    _table(
        actor,
        found,
        "corrected",
        {
            "Replies that cited it": [each.replies for each in found],
            "Of them corrected": [each.edited for each in found],
            "Share": [100 * each.share for each in found],
        },
        {
            "Share": st.column_config.ProgressColumn(
                format="%.0f %%", min_value=0, max_value=100, width=140, color="orange"
            ),
        },
    )
    st.caption(
        "A reply counts as corrected when at least 5 % of its draft was changed; an article counts from "
        "three replies on."
    )


def unused(actor: Actor, health: KnowledgeHealth) -> None:
    """Those that no draft has cited."""
    since = date_of(health.since, actor.time_zone)
    if not health.unused:
        _nothing(f"Drafts have cited every article since {since}, but for those that are newer than that.")
        return
    count = health.unused_count
    st.markdown(
        f"Older than {since}, and no draft has cited them since. Say it in customers’ words where people "
        "should find it; archive what nobody needs."
    )
    _findings(actor, health.unused, "unused")
    if count > len(health.unused):
        st.caption(f"The {len(health.unused)} of {count:,} that were changed longest ago.")


def _findings(actor: Actor, found: Sequence[ArticleFinding], name: str) -> None:
    _table(actor, found, name, {"Why": [each.why for each in found]}, {})


def _table(
    actor: Actor, found: _Found, name: str, columns: dict[str, list[Any]], config: dict[str, Any]
) -> None:
    chosen = st.container(horizontal=True, vertical_alignment="center", key=f"health_chosen_{name}")
    # a selection is a row number, so it means something only for the rows that were drawn
    key = f"health_{name}_{hash(tuple(each.article_id for each in found))}"
    drawn = st.dataframe(
        pd.DataFrame(
            {
                "Article": [each.title for each in found],
                "Language": [language(each.locale) for each in found],
                **columns,
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        row_height=34,
        height="content" if len(found) <= _ROWS else _HEIGHT,
        column_config={
            "Article": st.column_config.TextColumn(width=320),
            "Language": st.column_config.TextColumn(width=90),
            **config,
        },
    )
    rows = drawn["selection"]["rows"]
    with chosen:
        _chosen(actor, found[rows[0]] if rows and rows[0] < len(found) else None, name)


def _chosen(actor: Actor, article: ArticleFinding | EditedArticle | None, name: str) -> None:
    """Stands above the table, so that it is seen wherever the row is."""
    if article is None:
        st.caption(
            f"Select an article to read {'or edit ' if actor.can(Permission.KNOWLEDGE_EDIT) else ''}it."
        )
        return
    st.button(
        "Read",
        icon=":material/menu_book:",
        key=f"health_read_{name}",
        on_click=frame.open_article,
        args=(article.article_id,),
    )
    if actor.can(Permission.KNOWLEDGE_EDIT):
        st.button(
            "Edit",
            type="primary",
            icon=":material/edit:",
            key=f"health_edit_{name}",
            on_click=edit_article,
            args=(actor, article.article_id),
        )
    st.markdown(f"**{escape(article.title)}**", width="stretch")


def _nothing(words: str) -> None:
    st.info(words, icon=":material/check:")
