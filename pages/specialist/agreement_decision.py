"""Deciding which answer stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.criteria import MAX_REASON, Answered, Criterion, Disagreement, adjudicate, choices, given
from core.identity import Actor
from pages.process import get_process
from pages.specialist.agreement_words import answer_words
from pages.widgets.shell import notify, run_action

_MOST_BUTTONS = 6


def show(actor: Actor, criterion: Criterion, row: Disagreement, *, key: str) -> None:
    """The answers to choose from, a reason, and the button. One of a span takes over somebody's words."""
    if criterion.retired_at is not None:
        st.caption("This criterion has been retired, so nothing can be decided with it any more.")
        return
    with st.form(f"{key}_decide", border=False):
        answer, span = _chosen(criterion, row, key)
        reason = st.text_input(
            "Reason",
            key=f"{key}_reason",
            max_chars=MAX_REASON,
            placeholder="Optional; kept with the decision",
        )
        label = "Decide again" if row.decided else "Decide"
        pressed = st.form_submit_button(label, type="primary", icon=":material/gavel:")
    if not pressed:
        return
    if not answer:
        st.error("Choose an answer first.")
        return
    if decide(actor, criterion, row.subject_type, [row.subject_id], answer, reason=reason, span=span):
        notify("Decided.")
        st.rerun()


def decide(
    actor: Actor,
    criterion: Criterion,
    subject_type: str,
    subject_ids: Sequence[int],
    answer: str | Sequence[str],
    *,
    reason: str = "",
    span: dict[str, Any] | None = None,
) -> bool:
    """Settle one answer for all of the subjects, or for none; whether it worked."""

    def act() -> bool:
        with get_process().database.transaction() as session:
            for subject_id in subject_ids:
                adjudicate(
                    actor,
                    criterion.key,
                    subject_type,
                    subject_id,
                    session=session,
                    answer=answer,
                    reason=reason,
                    span=span,
                )
        return True

    return bool(run_action(act))


def _chosen(criterion: Criterion, row: Disagreement, key: str) -> tuple[list[str], dict[str, Any] | None]:
    standing = row.decided.answer if row.decided else None
    if criterion.kind == "span":
        offered: list[Answered] = row.answers
        place = st.radio(
            "Whose answer stands",
            range(len(offered)),
            format_func=lambda each: f"{offered[each].name}: {answer_words(criterion, offered[each].answer)}",
            index=None,
            horizontal=True,
            key=f"{key}_answer",
        )
        return ([], None) if place is None else ([offered[place].answer], offered[place].span)
    allowed = list(choices(criterion))
    if criterion.kind == "many_of":
        several = st.pills(
            "Answers that stand",
            allowed,
            selection_mode="multi",
            default=[each for each in given(standing) if each in allowed] if standing else None,
            format_func=lambda each: answer_words(criterion, each),
            key=f"{key}_answer",
        )
        return list(several), None
    if len(allowed) > _MOST_BUTTONS:
        said = [each.answer for each in row.answers]
        allowed.sort(key=lambda each: each not in said)  # what people said comes first
        answer = st.selectbox(
            "The answer that stands",
            allowed,
            index=allowed.index(standing) if standing in allowed else None,
            placeholder="Choose an answer",
            format_func=lambda each: answer_words(criterion, each),
            key=f"{key}_answer",
        )
        return ([answer] if answer else []), None
    answer = st.radio(
        "The answer that stands",
        allowed,
        index=allowed.index(standing) if standing in allowed else None,
        format_func=lambda each: answer_words(criterion, each),
        horizontal=True,
        key=f"{key}_answer",
    )
    return ([answer] if answer else []), None
