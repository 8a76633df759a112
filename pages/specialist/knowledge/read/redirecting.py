"""Where readers of an archived article are sent."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor, Permission
from core.knowledge import Article, clear_redirect, list_articles, set_redirect
from pages.process import get_process
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_MOST = 20


def show(actor: Actor, article: Article) -> None:
    """Choose another article, or take the redirect back."""
    if not actor.can(Permission.KNOWLEDGE_EDIT):
        return
    st.markdown("**Readers who come to this article**")
    if article.redirect_to_id is not None:
        st.button(
            "Stop sending them on",
            icon=":material/link_off:",
            key=f"redirect_clear_{article.key}",
            on_click=lambda: _clear(actor, article.key),
        )
        return
    words = st.text_input(
        "Send them to",
        key=f"redirect_words_{article.key}",
        placeholder="Words of the other article's title, then Enter",
    )
    if not words.strip():
        return
    with get_process().database.reading() as session:
        rows = list_articles(actor, session=session, search=words, limit=_MOST).rows
    found = [each for each in rows if each.key != article.key]
    if not found:
        st.caption(escape(f"No live article has “{words}” in its title."))
    for each in found:
        st.button(
            escape(each.title),
            icon=":material/arrow_forward:",
            type="tertiary",
            key=f"redirect_to_{each.key}",
            on_click=lambda to=each.key: _set(actor, article.key, to),
        )


def _set(actor: Actor, article_id: int, to_id: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            set_redirect(actor, article_id, to_id, session=session)

    run_action(act, done="Its readers are sent there now.")


def _clear(actor: Actor, article_id: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            clear_redirect(actor, article_id, session=session)

    run_action(act, done="Its readers stay here now.")
