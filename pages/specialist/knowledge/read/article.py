"""Read one article: its live version, earlier versions, and the passages drafts may cite."""

from __future__ import annotations

import streamlit as st

from core.errors import NotFound
from core.identity import Actor, Permission
from core.knowledge import INTERNAL, ArticleVersion, ArticleView, get_article, passages_of, redirect_of
from pages.process import get_process
from pages.specialist.knowledge import frame
from pages.specialist.knowledge.read import dependents, details, verbs, versions
from pages.widgets.article_text import article_text, has_images
from pages.widgets.components import rich_text
from pages.widgets.labels import language
from pages.widgets.style import escape
from pages.widgets.times import moment

_MOST_PASSAGES = 100


def show(actor: Actor, article_id: int | None) -> None:
    """Draw the article, or say how to open one."""
    if article_id is None:
        st.info("Choose an article on the left to read it here.", icon=":material/menu_book:")
        return
    try:
        with get_process().database.reading() as session:
            view = get_article(actor, article_id, session=session)
            target = redirect_of(view.article, session=session)
    except NotFound as error:
        st.warning(escape(str(error)), icon=":material/search_off:")
        return
    shown = view.live or (view.versions[0] if view.versions else None)
    with st.container(horizontal=True, key="article_head"):
        st.subheader(escape(shown.title if shown else view.article.title), anchor=False, width="stretch")
        if actor.can(Permission.KNOWLEDGE_EDIT):
            verbs.show(actor, view)
    _facts(actor, view, shown)
    if target is not None:
        st.info("This article was replaced by another one.", icon=":material/alt_route:")
        st.button(
            escape(target.title),
            icon=":material/arrow_forward:",
            key=f"redirect_{target.key}",
            on_click=frame.open_article,
            args=(target.key,),
        )
    elif view.live is None:
        st.caption("This article has no live version: drafts do not find it.")
    if shown is None:
        return
    _tabs(actor, view, shown)


def _tabs(actor: Actor, view: ArticleView, shown: ArticleVersion) -> None:
    key = f"article_tab_{view.article.key}"
    text, passages, earlier, depends, about = st.tabs(
        ["Article", "Passages", f"Versions ({len(view.versions)})", "What depends on it", "Details"],
        key=key,
        on_change="rerun",
    )
    if text.open:
        with text, st.container(key="article_text"):
            if has_images(shown.body):
                st.caption("Images are shown as links: nothing is loaded from the web unasked.")
            article_text(shown.body)
    if passages.open:
        with passages:
            _passages(shown)
    if earlier.open:
        with earlier:
            versions.show(actor, view)
    if depends.open:
        with depends:
            dependents.show(actor, view.article.key)
    if about.open:
        with about:
            details.show(actor, view)


def _facts(actor: Actor, view: ArticleView, shown: ArticleVersion | None) -> None:
    article = view.article
    with st.container(horizontal=True, vertical_alignment="center"):
        if article.audience == INTERNAL:
            st.badge("Internal", icon=":material/lock:", color="red")
        if article.status != "live":
            st.badge(article.status.capitalize(), color="gray")
        if shown:
            facts = [
                language(shown.locale),
                f"version {shown.number}",
                f"updated {moment(article.updated_at, actor.time_zone)}",
                ", ".join(article.tags),
            ]
            st.caption(escape(" · ".join(fact for fact in facts if fact)))


def _passages(version: ArticleVersion) -> None:
    with get_process().database.reading() as session:
        passages = passages_of(version.key, session=session)
    st.caption(f"Drafts search and cite these {len(passages):,} pieces.")
    for passage in passages[:_MOST_PASSAGES]:
        with st.container(border=True, gap="small"):
            st.caption(escape(passage.heading_path))
            rich_text([{"text": passage.text}], key=f"passage_{passage.key}", small=True)
    if len(passages) > _MOST_PASSAGES:
        st.caption(f"{len(passages) - _MOST_PASSAGES:,} more follow. Drafts search them all the same.")
