"""What differs, word by word, from any version of the article."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.knowledge import ArticleVersion, EditText, EditView, get_article, word_diff
from pages.process import get_process
from pages.specialist.knowledge.edit.words import FIELDS, value_words
from pages.widgets.style import escape
from pages.widgets.times import moment
from pages.widgets.word_differences import changed_text


def show(actor: Actor, view: EditView) -> None:
    """Choose a version and see what the edit changes of it."""
    if view.article is None:
        st.caption("This article is new: all of it will be added.")
        return
    with get_process().database.reading() as session:
        article = get_article(actor, view.article.key, session=session)
    versions = {each.key: each for each in sorted(article.versions, key=lambda each: -each.number)}
    if not versions:
        st.caption("The article has no version yet: all of it will be added.")
        return
    start = view.basis.key if view.basis and view.basis.key in versions else next(iter(versions))
    chosen = versions[
        st.selectbox(
            "Compare with",
            list(versions),
            index=list(versions).index(start),
            format_func=lambda key: _label(actor, versions[key], article.article.live_version_id),
            key=f"edit_against_{view.edit.key}_{start}",
        )
    ]
    _difference(chosen, view.text, f"{view.edit.key}_{chosen.key}")


def _difference(version: ArticleVersion, text: EditText, key: str) -> None:
    same = True
    if version.title != text.title:
        same = False
        changed_text(word_diff(version.title, text.title), key=f"edit_diff_title_{key}")
    body = version.body.replace("\r\n", "\n").replace("\r", "\n")
    if body != text.body:
        same = False
        changed_text(word_diff(body, text.body), key=f"edit_diff_body_{key}")
    for field in ("audience", "locale"):
        was, now = getattr(version, field), getattr(text, field)
        if now and was != now:
            same = False
            words = f"{FIELDS[field]}: {value_words(field, was, {})} becomes {value_words(field, now, {})}."
            st.caption(escape(words))
    if same:
        st.caption(f"Nothing differs from version {version.number}.")
    else:
        st.caption("What went has a red ground, what came a green one.")


def _label(actor: Actor, version: ArticleVersion, live: int | None) -> str:
    end = " · live" if version.key == live else ""
    return f"Version {version.number} · {moment(version.created_at, actor.time_zone)}{end}"
