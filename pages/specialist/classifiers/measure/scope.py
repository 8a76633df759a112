"""Near scope: whether it leaves alone what looks like its answers and is none of them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.classifiers import NearScope, check_scope
from core.identity import Actor
from pages.process import get_process
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.measure.source import Source
from pages.widgets.shell import run_action


def draw(source: Source, user: Actor) -> None:
    """What the check does, the button, and what it found."""
    st.markdown(
        "Each answer is hidden in turn, and a model that never saw it is asked about its texts. A good one "
        "leaves them alone, while it still answers 95 % of what it does know."
    )
    if source.found is None:
        st.info("The check is made of the work in progress: choose it above.", icon=":material/science:")
        return
    kept = f"measure_scope_{source.key}"
    stamp = (source.found.revision, source.found.examples_digest)
    if st.button("Check", icon=":material/science:", key=f"measure_check_{source.key}"):
        found = run_action(lambda: _check(source, user))
        if found is not None:
            st.session_state[kept] = (stamp, found)
    made: tuple[object, NearScope] | None = st.session_state.get(kept)
    if made is not None and made[0] == stamp:
        _found(made[1], source)


def _check(source: Source, user: Actor) -> NearScope:
    with st.spinner("Hiding answers"):
        return check_scope(
            user,
            source.desk.classifier.key,
            database=get_process().database,
            services=get_process().services,
        )


def _found(found: NearScope, source: Source) -> None:
    with st.container(horizontal=True):
        if found.by_familiarity is not None:
            st.metric(
                "Left alone, by familiarity",
                rate_words(found.by_familiarity),
                width="content",
                help="How unlike its examples a text is. This is what a version uses unless told otherwise.",
            )
        st.metric(
            "Left alone, by confidence",
            rate_words(found.by_confidence),
            width="content",
            help="How sure it is of the likeliest answer.",
        )
    st.caption(
        f"Share of the texts of hidden answers it abstains on, with 95 % intervals; still answered: "
        f"{100 * found.kept:.0f} % of {found.known:,} texts of answers it knew."
    )
    rows = sorted(found.by_answer.items(), key=lambda item: item[1].estimate)
    st.dataframe(
        pd.DataFrame(
            {
                "Hidden answer": [answer for answer, _ in rows],
                "Texts": [rate.n for _, rate in rows],
                "Left alone": [rate_words(rate) for _, rate in rows],
            }
        ),
        hide_index=True,
        row_height=30,
        height="content" if len(rows) <= 12 else 400,
        width=560,
        key=f"measure_hidden_{source.key}",
    )
