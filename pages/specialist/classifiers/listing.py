"""Every classifier: what it answers, where it stands, how good it is, and whether something is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.classifiers import details
from pages.specialist.classifiers.rows import ClassifierRow, classifier_rows
from pages.specialist.classifiers.words import about_words, kind_title, stage
from pages.widgets.times import moment

_ADDRESS = "classifier"
_EMPTY = """A classifier answers one question about every customer message, conversation or reply, by itself:
*Does the customer want to cancel?* You write it with a few examples or conditions, see honestly how often it
is right, try it on what happened before, and ship it. Its answers then sort the queue, and can keep the AI
from answering what it should not."""


def show(actor: Actor) -> None:
    """Draw the table; a selected row is opened."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Classifiers", anchor=False, width="content")
        if actor.can(Permission.CLASSIFIERS_EDIT) and st.button(
            "New classifier", type="primary", icon=":material/add:", key="classifier_new"
        ):
            details.new_dialog(actor)
    archived = st.toggle("Show archived ones", key="classifiers_archived")
    with get_process().database.reading() as session:
        rows = classifier_rows(actor, session=session, with_archived=archived)
    if not rows:
        with st.container(border=True, width=760, key="classifiers_empty"):
            st.subheader("There is no classifier yet", anchor=False)
            st.markdown(_EMPTY)
            if not actor.can(Permission.CLASSIFIERS_EDIT):
                st.caption("A specialist can write the first one.")
        return
    chosen = st.dataframe(
        _frame(actor, rows),
        hide_index=True,
        row_height=32,
        height="content" if len(rows) <= 18 else 640,
        key=f"classifiers_table_{archived}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Classifier": st.column_config.TextColumn(width=160),
            "Question": st.column_config.TextColumn(width=180),
            "Kind": st.column_config.TextColumn(width=68),
            "About": st.column_config.TextColumn(width=84),
            "Stage": st.column_config.TextColumn(width=92),
            "How good": st.column_config.TextColumn(
                width=196,
                help="Of the live version, else of the newest: measured on examples it had not seen, with "
                "the 95 % interval and the number of examples.",
            ),
            "Alerts": st.column_config.TextColumn(width=50, help="Open drift alerts."),
            "Last change": st.column_config.TextColumn(width=230),
        },
    )
    if selected := chosen["selection"]["rows"]:
        st.query_params.from_dict({_ADDRESS: rows[selected[0]].classifier.name})
        st.rerun()
    live = sum(row.classifier.live_version_id is not None for row in rows)
    st.caption(f"{len(rows):,} classifiers, {live:,} of them live. Select a row to open it.")


def _frame(actor: Actor, rows: Sequence[ClassifierRow]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Classifier": [row.classifier.title for row in rows],
            "Question": [row.question for row in rows],
            "Kind": [kind_title(row.classifier.kind) for row in rows],
            "About": [about_words(row.classifier.subject_type) for row in rows],
            "Stage": [stage(row.classifier) for row in rows],
            "How good": [row.figures for row in rows],
            "Alerts": [str(row.alerts) if row.alerts else "" for row in rows],
            "Last change": [
                moment(row.changed_at, actor.time_zone) + (f" by {row.changed_by}" if row.changed_by else "")
                for row in rows
            ],
        }
    )
