"""How the text will be cut: the pieces that drafts search and cite."""

from __future__ import annotations

import streamlit as st

from core.knowledge import EditView
from pages.specialist.knowledge.edit.checked import checks_of
from pages.widgets.components import rich_text
from pages.widgets.style import escape

_MOST = 40


def show(view: EditView) -> None:
    """Draw the pieces in reading order."""
    cuts = checks_of(view).passages
    if not cuts:
        st.caption("Once there is a text, the pieces that drafts will search and cite appear here.")
        return
    st.caption(
        f"Drafts will search and cite {'this piece' if len(cuts) == 1 else f'these {len(cuts):,} pieces'}. "
        "Headings are where it is cut."
    )
    for place, cut in enumerate(cuts[:_MOST]):
        with st.container(border=True, gap="small", key=f"cut_{place}"):
            st.caption(escape(cut.path(view.text.title)))
            rich_text([{"text": cut.text}], key=f"cut_text_{place}", small=True)
    if len(cuts) > _MOST:
        st.caption(f"{len(cuts) - _MOST:,} more follow.")
