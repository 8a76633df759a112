"""What a specialist can begin with an article: edit it, translate it, propose to archive it."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.knowledge import Article, ArticleView, list_edits
from pages.process import get_process
from pages.specialist.knowledge import making
from pages.specialist.knowledge.read.archiving import archive_dialog
from pages.widgets.labels import LANGUAGES, language


def show(actor: Actor, view: ArticleView) -> None:
    """Draw the buttons."""
    article = view.article
    with get_process().database.reading() as session:
        begun = list_edits(actor, session=session, article_id=article.key)
    with st.container(horizontal=True, width="content", key="article_verbs"):
        more = f"article_more_{article.key}"
        with st.popover("More", key=more, on_change="rerun"):
            _translate(actor, article)
            if article.status == "live":
                st.divider()
                archiving = st.button(
                    "Propose to archive it",
                    icon=":material/archive:",
                    key=f"archive_ask_{article.key}",
                    on_click=_close,
                    args=(more,),
                )
            else:
                archiving = False
        st.button(
            "Go on editing" if begun else "Edit",
            type="primary",
            icon=":material/edit:",
            key=f"edit_{article.key}",
            help=f"Begun already; last changed by {begun[0].updated_by}." if begun else None,
            on_click=making.edit_article,
            args=(actor, article.key),
        )
    if archiving:
        archive_dialog(actor, article)


def _translate(actor: Actor, article: Article) -> None:
    others = [each for each in LANGUAGES if each != article.locale[:2].lower()]
    key = f"translate_to_{article.key}"
    st.selectbox("Translate into", others, format_func=language, key=key)
    st.button(
        "Begin a translation",
        icon=":material/translate:",
        key=f"translate_{article.key}",
        on_click=lambda: making.begin_translation(actor, article, st.session_state[key]),
    )


def _close(popover: str) -> None:
    """It would stand above the dialog."""
    st.session_state[popover] = False
