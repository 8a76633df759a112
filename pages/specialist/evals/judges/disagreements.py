"""Texts that people and a judge see differently."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.criteria import Criterion
from core.evals import Disagreement, JudgeView
from pages.specialist.agreement_words import answer_words
from pages.specialist.classifiers.words import short, subject_facts
from pages.widgets.style import escape


def draw(view: JudgeView) -> None:
    """The list; a selected row opens the whole text with both answers."""
    st.markdown("**Where it differs from people**")
    if view.row.latest is None:
        st.caption("To be seen once it has been compared.")
        return
    if not view.total:
        st.success("It says what people say, of every text.", icon=":material/check:")
        return
    if view.disagreements:
        _list(view)
    if view.hidden:
        more = "1 more is" if view.hidden == 1 else f"{view.hidden:,} more are"
        st.caption(f"{more} about held-out cases, and shown to those who may open these.")


def _list(view: JudgeView) -> None:
    criterion = view.criterion
    found = view.disagreements
    latest = view.row.latest
    programs = view.row.standing == "certain"  # they are always sure
    sure = {} if programs else {"Sure": [f"{100 * (each.confidence or 0):.0f} %" for each in found]}
    key = f"judge_differs_{latest.key if latest is not None else 0}"
    st.dataframe(
        pd.DataFrame(
            {
                "People": [answer_words(criterion, each.people) for each in found],
                "Judge": [answer_words(criterion, each.grader) for each in found],
                **sure,
                "Text": [short(each.subject.text, 200) for each in found],
            }
        ),
        hide_index=True,
        row_height=32,
        height="content" if len(found) <= 11 else 400,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "People": st.column_config.TextColumn(width=64),
            "Judge": st.column_config.TextColumn(width=64),
            "Sure": st.column_config.TextColumn(width=56, help="How sure the judge was."),
            "Text": st.column_config.TextColumn(width=400),
        },
    )
    shown = f"The first {len(found):,} of {view.total:,}" if len(found) + view.hidden < view.total else ""
    order = "" if programs else "Those it was surest about first"
    st.caption(". ".join(filter(None, [order, shown, "Select one to read it."])))
    selected = st.session_state[key]["selection"]["rows"]
    opened = f"{key}_opened"
    if selected and selected[0] < len(found) and st.session_state.get(opened) != selected:
        st.session_state[opened] = selected
        _open(found[selected[0]], criterion)
    elif not selected:
        st.session_state.pop(opened, None)


@st.dialog("Seen differently", width="large")
def _open(found: Disagreement, criterion: Criterion) -> None:
    st.caption(escape(" · ".join(subject_facts(found.subject))))
    if found.subject.question:
        st.markdown("**The customer asked**")
        st.text(found.subject.question)
    st.markdown("**The reply**")
    st.text(found.subject.text)
    people, judge = st.columns(2, border=True)
    people.markdown(f"**People: {escape(answer_words(criterion, found.people))}**")
    judge.markdown(f"**The judge: {escape(answer_words(criterion, found.grader))}**")
    if found.reason:
        judge.markdown(escape(found.reason))
    if found.again is not None and found.again != found.grader:
        judge.caption(f"Asked again, it said {escape(answer_words(criterion, found.again))}.")
