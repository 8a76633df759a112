"""What changed beside the grades: cost, time, tokens, decisions, citations."""

from __future__ import annotations

import streamlit as st

from core.evals import RunComparison
from pages.specialist.evals.compare.words import DECISIONS, change_words


def draw(found: RunComparison) -> None:
    """Two small tables side by side."""
    around = found.around
    rows = {
        "Cost of an answer, cents": change_words(around.cost, digits=3, factor=100),
        "Time to an answer, half of them, s": change_words(around.p50, digits=2, factor=0.001),
        "Time to an answer, 95 of 100, s": change_words(around.p95, digits=2, factor=0.001),
        "Tokens of an answer": change_words(around.tokens, digits=0),
    }
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.dataframe(
            [
                {"Figure": name, "Before": before, "After": after, "Difference": difference}
                for name, (before, after, difference) in rows.items()
            ],
            hide_index=True,
            row_height=30,
            height="content",
            key="compare_around",
            column_config={"Figure": st.column_config.TextColumn(width=230)},
        )
        st.caption(
            "Of compared cases, with 95 % intervals. An answer copied from an earlier run counts with what "
            "it cost and took then."
        )
    with right:
        if not around.answered:
            st.caption("No case was answered in both runs.")
            return
        st.markdown(f"**Decisions** of {around.answered:,} cases, first answer")
        if around.decisions:
            st.dataframe(
                [
                    {
                        "Before": DECISIONS.get(each.before, each.before),
                        "After": DECISIONS.get(each.after, each.after),
                        "Cases": each.cases,
                    }
                    for each in around.decisions
                ],
                hide_index=True,
                row_height=30,
                height="content",
                key="compare_decisions",
            )
        else:
            st.caption("No decision changed: what was answered still is, what was not is not.")
        st.caption(
            f"{around.cited:,} case{'s cite' if around.cited != 1 else ' cites'} other articles than before."
            if around.cited
            else "Every case cites the same articles as before."
        )
