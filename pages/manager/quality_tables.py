"""Criteria as people judged them, and the questions customers answered."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.reporting import CriterionEstimate, CustomerAnswers
from pages.manager.quality_words import bracketed, interval, middle

_TALL = 420
_ROW = 32
_MANY = 11


def show_criteria(criteria: Sequence[CriterionEstimate]) -> None:
    """One row a rate: from a random queue with its interval, else what was found."""
    st.subheader("Criteria", anchor=False)
    if not criteria:
        st.info(
            "Nobody has judged anything yet. Draw a label queue at random: its answers become an estimate.",
            icon=":material/rule:",
        )
        return
    st.dataframe(
        pd.DataFrame([_criterion(each) for each in criteria]),
        hide_index=True,
        row_height=_ROW,
        height="content" if len(criteria) <= _MANY else _TALL,
        key="quality_criteria",
        column_config={
            "Criterion": st.column_config.TextColumn(width=220),
            "Counted": st.column_config.TextColumn(width=100, help="Which answers are counted."),
            "Estimate": st.column_config.TextColumn(width=72, help="Only of samples drawn by chance."),
            "95% interval": st.column_config.TextColumn(width=120),
            "n": st.column_config.NumberColumn(width=56, format="localized"),
            "Found": st.column_config.TextColumn(width=88, help="A count. It says nothing about the rest."),
            "With a classifier": st.column_config.TextColumn(
                width=170,
                help="People's judgements of the random queue combined with a classifier's of everything it "
                "was drawn from (prediction-powered inference).",
            ),
            "How drawn": st.column_config.TextColumn(width="large"),
            "Mind": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption(
        "Queues drawn at random give an estimate for all they were drawn from; the filters above do not "
        "change them. Flags, questionnaires and chosen queues show what was found, never a rate."
    )


def show_questions(customers: CustomerAnswers) -> None:
    """One row a question."""
    st.subheader("What customers answered", anchor=False)
    if not customers.questions:
        st.info(
            "No customer answered a question in this selection. Questionnaires come in with imported "
            "conversations.",
            icon=":material/sentiment_satisfied:",
        )
        return
    rows = [
        {
            "Question": each.label,
            "Counted": each.what,
            "Share": middle(each),
            "95% interval": interval(each),
            "n": each.n,
            "How drawn": each.sample,
            "Mind": each.warning,
        }
        for each in customers.questions
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        row_height=_ROW,
        height="content" if len(rows) <= _MANY else _TALL,
        key="quality_questions",
        column_config={
            "Question": st.column_config.TextColumn(width=340),
            "Counted": st.column_config.TextColumn(width=100, help="Which answers are counted."),
            "Share": st.column_config.TextColumn(width=80, help="Of those who answered."),
            "95% interval": st.column_config.TextColumn(width=120),
            "n": st.column_config.NumberColumn(width=60, format="localized"),
            "How drawn": st.column_config.TextColumn(width="medium"),
            "Mind": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption(
        "Shares are of those who answered. A “no” may be the right outcome: compare within one question."
    )


def _criterion(each: CriterionEstimate) -> dict[str, object]:
    people = each.people
    refused = [combined.refused for combined in each.combined if combined.refused]
    return {
        "Criterion": each.question,
        "Counted": people.what,
        "Estimate": middle(people) if people.probability else "",
        "95% interval": interval(people) if people.probability else "",
        "n": people.n,
        "Found": people.found,
        "With a classifier": "; ".join(
            bracketed(combined.estimate) for combined in each.combined if combined.estimate is not None
        ),
        "How drawn": f"Queue {each.queue}: {people.sample}" if each.queue else people.sample,
        "Mind": " ".join([people.warning, *refused]).strip(),
    }
