"""The checks of a text, made once for each state of it."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.knowledge import EditView, TextChecks, check_text
from pages.process import get_process

_KEPT = "knowledge_checks"


def checks_of(view: EditView) -> TextChecks:
    """What :func:`core.knowledge.check_text` says of the text as it is now.

    Kept for the session until the text changes: the page is drawn every few seconds.
    """
    stamp = (view.edit.key, view.edit.revision)
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != stamp:
        with get_process().database.reading() as session:
            found = check_text(view.text, session=session, article_id=view.edit.article_id)
        st.session_state[_KEPT] = kept = (stamp, found)
    return cast(TextChecks, kept[1])
