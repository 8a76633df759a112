"""Likely errors among the labels: a list to look through, one by one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.criteria import Criterion
from core.errors import InvalidInput
from core.identity import Actor, Permission
from core.labelling import LabelErrors, Suspect, find_label_errors
from pages.process import get_process
from pages.specialist import agreement_subject
from pages.specialist.agreement_choice import choose_subject
from pages.specialist.agreement_decision import decide
from pages.specialist.agreement_words import answer_words
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

_SELECTED = "agreement_suspect"
_DRAWN = "agreement_suspects_drawn"


def show(actor: Actor, criterion: Criterion) -> None:
    """The button that starts the search, and what the last search of this session found."""
    subject_type = choose_subject(criterion)
    found_key = f"agreement_errors_{criterion.key}_{subject_type}"
    found: LabelErrors | None = st.session_state.get(found_key)
    st.write(
        "A model learns the answers from all labels but the ones it judges, and names those it finds hard "
        "to believe. Hard cases look like errors to it: decide each one yourself."
    )
    if st.button(
        "Look for likely errors" if found is None else "Look again",
        type="primary" if found is None else "secondary",
        icon=":material/search:",
        key="agreement_find_errors",
    ):
        _search(actor, criterion, subject_type, found_key)
    if found is None:
        return
    if found.left_out:
        few = ", ".join(
            f"{answer_words(criterion, each)} ({n})" for each, n in sorted(found.left_out.items())
        )
        st.caption(escape(f"Too few labels to tell, so left out: {few}."))
    if not found.suspects:
        st.info(
            f"Nothing looks wrong among the {found.looked_at:,} labels that were looked at.",
            icon=":material/task_alt:",
        )
        return
    table, panel = st.columns([1, 1.15], gap="medium")
    with table:
        selected = _table(criterion, found)
    with panel:
        _panel(actor, criterion, selected, found_key)


def _search(actor: Actor, criterion: Criterion, subject_type: str, found_key: str) -> None:
    bar = st.progress(0.0, text="Reading the labels")

    def tell(done: int, total: int) -> None:
        text = f"Reading texts: {done:,} of {total:,}" if done < total else "Comparing labels"
        bar.progress(0.8 * done / max(1, total), text=text)

    def find() -> LabelErrors | str:
        process = get_process()
        try:
            return find_label_errors(
                actor,
                criterion.key,
                database=process.database,
                embedder=process.embedder,
                subject_type=subject_type,
                progress=tell,
            )
        except InvalidInput as error:  # too long for a toast: it counts the labels
            return str(error)

    found = run_action(find)
    bar.empty()
    if isinstance(found, LabelErrors):
        st.session_state[found_key] = found
        st.rerun()
    if found is not None:
        st.warning(escape(found), icon=":material/hourglass_empty:")


def _table(criterion: Criterion, found: LabelErrors) -> Suspect:
    suspects = found.suspects
    st.session_state[_DRAWN] = [each.subject_id for each in suspects]
    key = f"agreement_suspects_{hash((criterion.key, *st.session_state[_DRAWN]))}"
    st.dataframe(
        pd.DataFrame(
            {
                "Text": [" ".join(each.text.split())[:120] for each in suspects],
                "Answer": [answer_words(criterion, each.given) for each in suspects],
                "Rather": [answer_words(criterion, each.suggested) for each in suspects],
                "Belief": [100 * each.score for each in suspects],
            }
        ),
        hide_index=True,
        row_height=32,
        height="content" if len(suspects) <= 16 else 560,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        column_config={
            "Text": st.column_config.TextColumn(width="medium"),
            "Belief": st.column_config.NumberColumn(
                width=70, format="%.0f %%", help="How likely the model finds the answer that was given."
            ),
        },
    )
    st.caption(f"{len(suspects):,} of {found.looked_at:,} labels, the least believed first.")
    selected = st.session_state.get(_SELECTED)
    return next((each for each in suspects if each.subject_id == selected), suspects[0])


def _panel(actor: Actor, criterion: Criterion, suspect: Suspect, found_key: str) -> None:
    key = f"agreement_suspect_{criterion.key}_{suspect.subject_type}_{suspect.subject_id}"
    given, rather = (answer_words(criterion, each) for each in (suspect.given, suspect.suggested))
    with st.container(border=True, key="agreement_panel"):
        agreement_subject.show(actor, suspect.subject_type, suspect.subject_id, key=key)
        st.markdown(f"Answered **{escape(given)}**. The model would say **{escape(rather)}**.")
        if not actor.can(Permission.LABELS_MANAGE):
            st.caption("A specialist can decide which answer stands.")
            return
        if criterion.retired_at is not None:
            st.caption("This criterion has been retired, so nothing can be decided with it any more.")
            return
        with st.container(horizontal=True):
            keep = st.button(f"Keep “{given}”", icon=":material/check:", type="primary", key=f"{key}_keep")
            change = st.button(f"Change to “{rather}”", icon=":material/edit:", key=f"{key}_change")
    if keep or change:
        answer = suspect.given if keep else suspect.suggested
        reason = "Looked at again as a likely error."
        if decide(actor, criterion, suspect.subject_type, [suspect.subject_id], answer, reason=reason):
            found: LabelErrors = st.session_state[found_key]
            left = [each for each in found.suspects if each.subject_id != suspect.subject_id]
            st.session_state[found_key] = replace(found, suspects=left)
            notify("Decided.")
            st.rerun()


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    st.session_state[_SELECTED] = drawn[rows[0]] if rows and rows[0] < len(drawn) else None
