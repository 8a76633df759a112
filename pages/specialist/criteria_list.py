"""The criteria in use, and how much was judged by each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.criteria import SUBJECTS, Summary, summarise_criteria
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.criteria_draft import has_draft
from pages.widgets.labels import CRITERION_KINDS
from pages.widgets.labels import SUBJECTS as SUBJECT_WORDS

_TABLE = "criteria_table"


def show(actor: Actor) -> None:
    """Draw the filters and the table; a selected row is opened."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Criteria", anchor=False, width="content")
        if actor.can(Permission.CRITERIA_EDIT):
            st.button(
                "Continue your draft" if has_draft("") else "New criterion",
                type="primary",
                icon=":material/add:",
                key="new",
                on_click=_new,
            )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        subject = st.selectbox(
            "Asked about",
            SUBJECTS,
            index=None,
            placeholder="Everything",
            format_func=SUBJECT_WORDS.__getitem__,
            key="criteria_subject",
            width=240,
        )
        with_retired = st.toggle("Show retired ones", key="criteria_retired")
    with get_process().database.reading() as session:
        found = summarise_criteria(session=session, subject=subject or "", with_retired=with_retired)
    if not found:
        st.info(
            "No criterion is asked about this."
            if subject
            else "There is no criterion yet. The first one asks, for example, whether a reply is polite."
        )
        return
    chosen = st.dataframe(
        _frame(found),
        hide_index=True,
        row_height=32,
        height="content" if len(found) <= 18 else 640,
        key=f"{_TABLE}_{subject}_{with_retired}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Question": st.column_config.TextColumn(width=240),
            "Answers": st.column_config.TextColumn(width=118),
            "Asked about": st.column_config.TextColumn(width=128),
            "Version": st.column_config.NumberColumn(width=58),
            "People": st.column_config.NumberColumn(
                width=54, format="localized", help="Judgements by people, all versions."
            ),
            "Classifiers": st.column_config.NumberColumn(
                width=72, format="localized", help="Judgements by classifiers, all versions."
            ),
            "Customers": st.column_config.NumberColumn(
                width=74, format="localized", help="Judgements by customers, all versions."
            ),
            "Older": st.column_config.NumberColumn(
                width=48,
                format="localized",
                help="Of the people's judgements, how many were given by a version that is not the newest.",
            ),
        },
    )
    if rows := chosen["selection"]["rows"]:
        st.query_params["criterion"] = found[rows[0]].criterion.name
        st.rerun()
    st.caption("Select a row to open it. The figures count judgements that are in force.")


def _frame(found: Sequence[Summary]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Question": [
                each.criterion.question + (" (retired)" if each.criterion.retired_at else "")
                for each in found
            ],
            "Answers": [
                CRITERION_KINDS.get(each.criterion.kind, each.criterion.kind)
                + (f" ({len(each.criterion.answers)})" if each.criterion.answers else "")
                for each in found
            ],
            "Asked about": [", ".join(each.criterion.subjects).capitalize() for each in found],
            "Version": [each.criterion.version for each in found],
            "People": [each.judgements.person for each in found],
            "Classifiers": [each.judgements.classifier for each in found],
            "Customers": [each.judgements.customer for each in found],
            "Older": [each.older.person for each in found],
        }
    )


def _new() -> None:
    st.query_params.from_dict({"edit": "new"})
