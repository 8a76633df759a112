"""Read one article: its live version, earlier versions, and the passages drafts may cite."""

from __future__ import annotations

import streamlit as st

from core.errors import NotFound
from core.identity import Actor
from core.knowledge import INTERNAL, ArticleVersion, ArticleView, get_article, passages_of
from pages.process import get_process
from pages.widgets.components import rich_text
from pages.widgets.labels import language
from pages.widgets.style import escape
from pages.widgets.times import moment


def show(actor: Actor, article_id: int | None) -> None:
    """Draw the article, or say how to open one."""
    if article_id is None:
        st.info("Choose an article on the left to read it here.", icon=":material/menu_book:")
        return
    try:
        with get_process().database.reading() as session:
            view = get_article(actor, article_id, session=session)
    except NotFound as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    version = _chosen(actor, view)
    st.subheader(escape(version.title if version else view.article.title))
    with st.container(horizontal=True, vertical_alignment="center"):
        if view.article.audience == INTERNAL:
            st.badge("Internal", icon=":material/lock:", color="red")
        if view.article.status != "live":
            st.badge(view.article.status.capitalize(), color="gray")
        if version:
            when = f"updated {moment(view.article.updated_at, actor.time_zone)}"
            facts = [
                language(version.locale),
                f"version {version.number}",
                when,
                ", ".join(view.article.tags),
            ]
            st.caption(escape(" · ".join(fact for fact in facts if fact)))
    if version is None:
        st.caption("This article has no live version.")
        return
    text, passages = st.tabs(["Article", "Passages"])
    with text:
        st.markdown(version.body)
    with passages:
        _passages(version)


def _chosen(actor: Actor, view: ArticleView) -> ArticleVersion | None:
    if len(view.versions) < 2:
        return view.live
    newest_first = sorted(view.versions, key=lambda version: -version.number)
    return st.selectbox(
        "Version",
        newest_first,
        format_func=lambda version: (
            f"Version {version.number} · {moment(version.created_at, actor.time_zone)}"
            + (" · live" if version.id == view.article.live_version_id else "")
        ),
        index=next((at for at, one in enumerate(newest_first) if one.id == view.article.live_version_id), 0),
        key=f"version_{view.article.key}",
        label_visibility="collapsed",
    )


def _passages(version: ArticleVersion) -> None:
    with get_process().database.reading() as session:
        passages = passages_of(version.key, session=session)
    st.caption(f"Drafts search and cite these {len(passages)} pieces.")
    for passage in passages:
        with st.container(border=True, gap="small"):
            st.caption(escape(passage.heading_path))
            rich_text([{"text": passage.text}], key=f"passage_{passage.key}", small=True)
