"""Find an article: by what it says (the search that drafts use), or by browsing."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.identity import Actor
from core.knowledge import INTERNAL, PUBLIC, Hit, index_progress, list_articles, search
from pages.process import get_process
from pages.specialist.knowledge import frame
from pages.widgets.labels import LANGUAGES, language
from pages.widgets.style import escape

PAGE_SIZE = 30
HITS = 12


@dataclass(frozen=True)
class Found:
    """A line of the list: an article and why it is there."""

    article_id: int
    title: str
    detail: str
    internal: bool
    passage_id: int | None = None


def show(actor: Actor) -> None:
    """Search field, filters, and what they find."""
    query = st.text_input(
        "Search articles",
        key="article_query",
        placeholder="Ask as a customer would: can I get a refund on an annual plan?",
        icon=":material/search:",
        label_visibility="collapsed",
        on_change=_restart,
        persist_state="session",
    )
    with st.container(horizontal=True):
        audience = st.selectbox(
            "Audience",
            [PUBLIC, INTERNAL],
            index=None,
            placeholder="All audiences",
            format_func=str.capitalize,
            key="article_audience",
            label_visibility="collapsed",
            on_change=_restart,
        )
        locale = st.selectbox(
            "Language",
            list(LANGUAGES),
            index=None,
            placeholder="All languages",
            format_func=language,
            key="article_locale",
            label_visibility="collapsed",
            on_change=_restart,
        )
    st.fragment(_progress, run_every=3)()
    if query:
        found, more = _search(query, audience, locale), False
    else:
        found, more = _browse(actor, audience, locale)
    _list(found, query)
    if more:
        st.button("Show more", on_click=_more, type="tertiary")


def _search(query: str, audience: str | None, locale: str | None) -> list[Found]:
    process = get_process()
    with process.database.reading() as session:
        hits = search(
            query,
            session=session,
            embedder=process.embedder,
            audience=audience,
            locale=locale,
            limit=HITS,
            per_article=1,
        )
    return [
        Found(
            hit.article_id,
            hit.title,
            f"{round(hit.score * 100)} % match · {_place(hit)}",
            hit.audience == INTERNAL,
            hit.passage_id,
        )
        for hit in hits
    ]


def _place(hit: Hit) -> str:
    return hit.heading_path.removeprefix(hit.title).strip(" >") or language(hit.locale)


def _browse(actor: Actor, audience: str | None, locale: str | None) -> tuple[list[Found], bool]:
    found: list[Found] = []
    cursor: str | None = None
    with get_process().database.reading() as session:
        for _ in range(st.session_state.get("article_pages", 1)):
            page = list_articles(
                actor, session=session, audience=audience, locale=locale, cursor=cursor, limit=PAGE_SIZE
            )
            found += [
                Found(
                    article.key,
                    article.title,
                    f"{language(article.locale)} · updated {article.updated_at:%d %b %Y}",
                    article.audience == INTERNAL,
                )
                for article in page.rows
            ]
            cursor = page.next_cursor
            if cursor is None:
                break
    return found, cursor is not None


def _list(found: list[Found], query: str) -> None:
    if not found:
        st.info(
            f"Nothing in the knowledge base comes close to “{query}”."
            if query
            else "There are no articles yet. Import some.",
            icon=":material/search_off:",
        )
    current = frame.article_id()
    with st.container(key="article_list", gap=None):
        for item in found:
            lock = ":material/lock: " if item.internal else ""
            mark = ":material/chevron_right: " if item.article_id == current else ""
            st.button(
                f"{mark}{lock}**{escape(item.title)}**  \n:gray[{escape(item.detail)}]",
                key=f"article_{item.article_id}_{item.passage_id}",
                type="tertiary",
                width="stretch",
                on_click=frame.open_article,
                args=(item.article_id,),
            )


def _progress() -> None:
    process = get_process()
    with process.database.reading() as session:
        progress = index_progress(session=session, embedder_name=process.embedder.name)
    if progress.embedded < progress.passages:
        st.progress(
            progress.embedded / progress.passages,
            text=f"Indexing by meaning: {progress.embedded:,} of {progress.passages:,} passages. "
            "Search by words works already.",
        )


def _restart() -> None:
    st.session_state["article_pages"] = 1


def _more() -> None:
    st.session_state["article_pages"] = st.session_state.get("article_pages", 1) + 1
