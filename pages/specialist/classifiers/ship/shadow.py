"""What the version in shadow says against the live one, about the same subjects."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.classifiers import compare_shadow
from core.classifiers.tables import Classifier
from core.identity import Actor
from core.statistics import too_few
from pages.process import get_process
from pages.specialist.agreement_words import rate_words
from pages.widgets.style import escape

_MOST = 20


def draw(classifier: Classifier, *, user: Actor) -> None:
    """Agreement with n, and where the two part; nothing unless one of each is in use."""
    with get_process().database.reading() as session:
        found = compare_shadow(user, classifier.key, session=session)
    if found is None:
        return
    st.subheader("Shadow against live", anchor=False)
    if not found.same.n:
        st.caption("Nothing has arrived yet that both have judged.")
        return
    st.markdown(
        escape(
            f"They say the same about {rate_words(found.same)} of {found.same.n:,} subjects both have judged."
        )
    )
    if warning := too_few(found.same):
        st.caption(escape(warning))
    if not found.changes:
        return
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Live says": each.live or "abstains",
                    "Shadow says": each.shadow or "abstains",
                    "Subjects": each.n,
                    "For example": f"/assist?conversation={each.conversation_id}",
                }
                for each in found.changes[:_MOST]
            ]
        ),
        hide_index=True,
        row_height=32,
        height="content",
        column_config={
            "Subjects": st.column_config.NumberColumn(width=80, format="localized"),
            "For example": st.column_config.LinkColumn(width=150, display_text="Open conversation"),
        },
        key=f"ship_shadow_{classifier.key}",
    )
