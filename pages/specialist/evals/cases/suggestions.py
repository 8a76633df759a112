"""What happened lately and would make a good case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.conversations import word_diff
from core.evals import (
    CaseSuggestion,
    EvalCase,
    case_from_edit,
    case_from_label,
    case_from_resolved,
    suggest_cases,
)
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases import state
from pages.widgets.components import Segment, rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import day

_KINDS = {"edit": "Rewritten drafts", "label": "Weak labels", "resolved": "Good endings"}
_NOTHING = {
    "edit": "No draft was rewritten lately that is not a case already.",
    "label": "No label lately says that a draft or a reply is not good, or all of them are cases already.",
    "resolved": "No conversation ended lately with the best rating, or all of them are cases already.",
}
_VERBS: dict[str, Callable[..., EvalCase]] = {
    "edit": case_from_edit,
    "label": case_from_label,
    "resolved": case_from_resolved,
}
_KINDS_OF_CHANGE = {"insert": "insert", "delete": "delete", "equal": ""}
_DRAWN = "case_suggestions_drawn"
_SELECTED = "case_suggestions_selected"


def draw(user: Actor) -> None:
    """Draw one kind of them, and the selected one beside."""
    with st.container(horizontal=True, vertical_alignment="center", key="case_suggestions_head"):
        st.button(
            "All cases",
            icon=":material/chevron_left:",
            type="tertiary",
            key="case_suggestions_back",
            on_click=state.show,
            args=(state.LIST,),
        )
        st.subheader("Suggestions", anchor=False, width="stretch")
    kind = st.segmented_control(
        "Kind",
        list(_KINDS),
        default="edit",
        required=True,
        format_func=_KINDS.__getitem__,
        key="case_suggestions_kind",
        label_visibility="collapsed",
        persist_state="session",
    )
    with get_process().database.reading() as session:
        found = suggest_cases(user, session=session, kind=kind)
    if not found:
        st.info(_NOTHING[kind], icon=":material/lightbulb:")
        return
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        chosen = _table(user, found, kind)
    with right, st.container(border=True, gap="small", key=f"case_suggestion_{kind}_{chosen.id}"):
        _one(user, chosen)


def _table(user: Actor, found: Sequence[CaseSuggestion], kind: str) -> CaseSuggestion:
    st.session_state[_DRAWN] = [each.id for each in found]
    key = f"case_suggestions_{kind}_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        pd.DataFrame(
            {
                "What the customer asked": [" ".join(each.question.split())[:200] for each in found],
                "Why": [each.short for each in found],
                "When": [day(each.occurred_at, user.time_zone) for each in found],
            }
        ),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=32,
        height=min(38 + 32 * len(found), 38 + 32 * 16),
        column_config={
            "What the customer asked": st.column_config.TextColumn(width=270),
            "Why": st.column_config.TextColumn(width=110),
            "When": st.column_config.TextColumn(width=112),
        },
    )
    selected = st.session_state.get(_SELECTED)
    return next((each for each in found if each.id == selected), found[0])


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    st.session_state[_SELECTED] = drawn[rows[0]] if rows and rows[0] < len(drawn) else None


def _one(user: Actor, chosen: CaseSuggestion) -> None:
    key = f"case_suggestion_{chosen.kind}_{chosen.id}"
    st.markdown(escape(chosen.why))
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_verbs"):
        st.button(
            "Make it a case",
            type="primary",
            icon=":material/add:",
            key=f"{key}_make",
            help="The conversation is frozen as it was. You review the case before it counts.",
            on_click=_make,
            args=(user, chosen),
        )
        st.page_link(
            "rep/assist.py",
            label="Open the conversation",
            icon=":material/forum:",
            query_params={"conversation": str(chosen.conversation_id)},
            width="content",
        )
    if chosen.question:
        st.caption("How it began")
        rich_text([{"text": chosen.question}], key=f"{key}_question", small=True)
    if chosen.before and chosen.after:
        st.caption("What was changed in the draft")
        rich_text(_changes(chosen), key=f"{key}_change", small=True)
    elif chosen.before:
        st.caption("What was judged")
        rich_text([{"text": chosen.before}], key=f"{key}_judged", small=True)


def _changes(chosen: CaseSuggestion) -> list[Segment]:
    return [
        {"text": each["text"], "kind": _KINDS_OF_CHANGE[each["op"]]}
        for each in word_diff(chosen.before, chosen.after)
    ]


def _make(user: Actor, chosen: CaseSuggestion) -> None:
    def act() -> Any:
        with get_process().database.transaction() as session:
            return _VERBS[chosen.kind](user, chosen.id, session=session)

    made = run_action(act, done="It is a case now. Review it, then accept it.")
    if made is not None:
        state.open_case(made.key)
