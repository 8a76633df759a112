"""Fit the score again from what became of past drafts."""

from __future__ import annotations

import streamlit as st

from core.assist import abstention
from core.identity import Actor
from pages.process import get_process
from pages.widgets.shell import notify, run_action


def show_button(actor: Actor) -> None:
    """Start a fit; it takes seconds and says how far it is."""
    with st.popover("Fit again from outcomes", icon=":material/refresh:", key="answering_fit_menu"):
        examples, right, missing = _outcomes()
        st.markdown(
            f"**{examples:,} drafts** with a known outcome: {right:,} right (sent with at most "
            f"{abstention.LIGHT:.0%} of the words changed), {examples - right:,} wrong (edited more, or "
            "discarded for what they said)."
        )
        if missing:
            st.caption(missing)
        if st.button("Fit", key="answering_fit", disabled=bool(missing)):
            _fit(actor)


def show_empty() -> None:
    """Nothing is calibrated: what that means, and what is missing."""
    _, _, missing = _outcomes()
    with st.container(key="answering_empty", width=640):
        st.subheader("No score yet", anchor=False)
        st.write(
            "The AI shows every draft it can support with its sources. Once enough drafts have been sent, "
            "edited or discarded, a score can be fitted that says how likely a draft is right, and you "
            "choose from which score on it is shown."
        )
        st.info(missing or "There are enough outcomes: fit the score now.", icon=":material/hourglass_empty:")


def _fit(actor: Actor) -> None:
    bar = st.progress(0.0)

    def tell(share: float, step: str) -> None:
        bar.progress(share, text=step.capitalize())

    def fit() -> int:
        made = abstention.fit_outcomes(
            actor,
            database=get_process().database,
            progress=tell,
        )
        return made.n

    count = run_action(fit)
    bar.empty()
    if count:
        _outcomes.clear()
        notify(f"Fitted on {count:,} outcomes. It counts once you use a level of it.")
        st.rerun()


@st.cache_data(ttl=60, show_spinner=False)
def _outcomes() -> tuple[int, int, str]:
    """How many outcomes are known, how many of them right, and what is missing, in words."""
    with get_process().database.reading() as session:
        examples = abstention.past_examples(session=session)
    missing = abstention.shortage(examples)
    return len(examples), sum(each.right for each in examples), str(missing) if missing else ""
