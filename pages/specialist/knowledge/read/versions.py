"""The versions of an article, and what differs between any two of them, word by word."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor, Person
from core.knowledge import ArticleVersion, ArticleView, word_diff
from pages.process import get_process
from pages.widgets.article_text import article_text
from pages.widgets.style import escape
from pages.widgets.times import moment
from pages.widgets.word_differences import changed_text

_NOTHING = 0
"""Compare with nothing: show the version as it was."""


def show(actor: Actor, view: ArticleView) -> None:
    """Choose a version, and what to compare it with."""
    newest_first = sorted(view.versions, key=lambda version: -version.number)
    by_key = {version.key: version for version in newest_first}
    live = view.article.live_version_id

    def label(key: int) -> str:
        version = by_key[key]
        end = " · live" if key == live else _waiting(actor, version)
        return f"Version {version.number} · {moment(version.created_at, actor.time_zone)}{end}"

    name = view.article.key
    with st.container(horizontal=True):
        chosen = by_key[
            st.selectbox(
                "Version",
                list(by_key),
                index=next((at for at, key in enumerate(by_key) if key == live), 0),
                format_func=label,
                key=f"version_{name}",
            )
        ]
        others = [key for key in by_key if key != chosen.key]
        before = next((each.key for each in newest_first if each.number < chosen.number), None)
        compared = st.selectbox(
            "Compare with",
            [*others, _NOTHING],
            index=others.index(before) if before in others else len(others),
            format_func=lambda key: label(key) if key else "Nothing: read it as it was",
            key=f"version_against_{name}_{chosen.key}",
        )
    _by(chosen)
    if not compared:
        with st.container(key="article_text"):
            article_text(chosen.body)
        return
    other = by_key[compared]
    older, newer = sorted((other, chosen), key=lambda version: version.number)
    _difference(older, newer)


def _difference(older: ArticleVersion, newer: ArticleVersion) -> None:
    st.caption(
        f"From version {older.number} to {newer.number}: what went has a red ground, what came a green one."
    )
    key = f"{older.key}_{newer.key}"
    if older.title != newer.title:
        changed_text(word_diff(older.title, newer.title), key=f"version_title_{key}")
    if older.body == newer.body:
        st.caption("The text is the same.")
    else:
        changed_text(word_diff(older.body, newer.body), key=f"version_body_{key}")
    for what in ("audience", "locale"):
        was, now = getattr(older, what), getattr(newer, what)
        if was != now:
            st.caption(escape(f"{what.capitalize()}: {was} became {now}."))


def _by(version: ArticleVersion) -> None:
    """Who wrote it, and what they said about it."""
    with get_process().database.reading() as session:
        author = session.get(Person, version.author_id) if version.author_id is not None else None
    said = [f"By {author.name}." if author else "", version.note]
    if conversations := len(version.origin.get("conversation_ids") or ()):
        behind = "One conversation" if conversations == 1 else f"{conversations:,} conversations"
        said.append(f"{behind} led to it.")
    if words := " ".join(each for each in said if each):
        st.caption(escape(words))


def _waiting(actor: Actor, version: ArticleVersion) -> str:
    if version.start_state == "waiting" and version.effective_from is not None:
        return f" · goes live {moment(version.effective_from, actor.time_zone)}"
    return ""
