"""Examples from the labels people gave to the classifier's question."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pandas as pd
import streamlit as st

from core.classifiers import Desk, add_labels
from core.criteria import given, settled_answers
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.words import about_words
from pages.specialist.classifiers.write.adding import add

_SHOWN = 12


def draw(desk: Desk, user: Actor) -> None:
    """How many answers stand, by answer, and the button that takes them over."""
    kind = desk.classifier.subject_type
    with get_process().database.reading() as session:
        settled = settled_answers(desk.criterion.key, session=session, subject_type=kind)
    if not settled:
        st.info(
            f"Nobody has labelled a {about_words(kind).lower()} by the newest version of this question. Make "
            "a label queue for it, or start from a search.",
            icon=":material/label:",
        )
        return
    counts = Counter(part for each in settled.values() for part in given(each.answer))
    how = Counter(each.how for each in settled.values())
    st.markdown(f"**{len(settled):,} answers stand**")
    st.caption(
        f"{how['single']:,} given by one person, {how['agreed']:,} that several agree on, "
        f"{how['adjudicated']:,} decided. Where people disagree and nobody decided, nothing is taken."
    )
    st.dataframe(
        pd.DataFrame(counts.most_common(_SHOWN), columns=["Answer", "Labels"]),
        hide_index=True,
        row_height=28,
        height="content",
        width=360,
        column_config={"Labels": st.column_config.NumberColumn(width=80, format="localized")},
        key=f"classifier_labels_{desk.classifier.key}",
    )
    if len(counts) > _SHOWN:
        st.caption(f"And {len(counts) - _SHOWN:,} more answers.")
    st.button(
        f"Add all {len(settled):,}",
        key=f"classifier_labels_add_{desk.classifier.key}",
        icon=":material/playlist_add:",
        help="Safe to repeat: new ones are added, and those settled otherwise meanwhile are corrected.",
        on_click=add,
        args=(
            desk,
            partial(add_labels, user, desk.classifier.key, database=get_process().database),
        ),
    )
