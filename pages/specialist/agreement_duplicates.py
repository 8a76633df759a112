"""Nearly the same text with different answers, side by side."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.criteria import Criterion
from core.identity import Actor, Permission
from core.labelling import Labelled, NearDuplicate, find_near_duplicates
from pages.process import get_process
from pages.specialist.agreement_choice import choose_subject
from pages.specialist.agreement_decision import decide
from pages.specialist.agreement_words import answer_words
from pages.widgets.components import rich_text
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

_SELECTED = "agreement_duplicate"
_DRAWN = "agreement_duplicates_drawn"

Pair = tuple[int, int]


def show(actor: Actor, criterion: Criterion) -> None:
    """The button that starts the search, and what the last search of this session found."""
    if criterion.kind == "note":
        st.info("This criterion asks for free words, which cannot contradict each other.")
        return
    subject_type = choose_subject(criterion)
    found_key = f"agreement_duplicates_{criterion.key}_{subject_type}"
    found: list[NearDuplicate] | None = st.session_state.get(found_key)
    st.write(
        "Two that say nearly the same should get the same answer, unless what surrounds them makes the "
        "difference."
    )
    if st.button(
        "Look for near-duplicates" if found is None else "Look again",
        type="primary" if found is None else "secondary",
        icon=":material/search:",
        key="agreement_find_duplicates",
    ):
        _search(actor, criterion, subject_type, found_key)
    if found is None:
        return
    if not found:
        st.info("No two that say nearly the same were answered differently.", icon=":material/task_alt:")
        return
    _show_pair(actor, criterion, _table(criterion, found), found_key)


def _search(actor: Actor, criterion: Criterion, subject_type: str, found_key: str) -> None:
    with st.spinner("Comparing texts"):
        found = run_action(
            lambda: find_near_duplicates(
                actor, criterion.key, database=get_process().database, subject_type=subject_type
            )
        )
    if found is not None:
        st.session_state[found_key] = found
        st.rerun()


def _table(criterion: Criterion, found: list[NearDuplicate]) -> NearDuplicate:
    st.session_state[_DRAWN] = [_of(each) for each in found]
    key = f"agreement_duplicates_table_{hash((criterion.key, *st.session_state[_DRAWN]))}"
    st.dataframe(
        pd.DataFrame(
            {
                "Alike": [100 * each.likeness for each in found],
                "One text": [" ".join(each.one.text.split())[:160] for each in found],
                "Answer": [answer_words(criterion, each.one.answer) for each in found],
                "Other text": [" ".join(each.other.text.split())[:160] for each in found],
                "Other answer": [answer_words(criterion, each.other.answer) for each in found],
            }
        ),
        hide_index=True,
        row_height=32,
        height="content" if len(found) <= 8 else 290,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        column_config={"Alike": st.column_config.NumberColumn(width=60, format="%.0f %%")},
    )
    st.caption(f"{len(found):,} pairs, the most alike first. Each appears beside the one most like it.")
    selected = st.session_state.get(_SELECTED)
    return next((each for each in found if _of(each) == selected), found[0])


def _show_pair(actor: Actor, criterion: Criterion, pair: NearDuplicate, found_key: str) -> None:
    key = f"agreement_pair_{criterion.key}_{pair.one.subject_id}_{pair.other.subject_id}"
    for column, each in zip(st.columns(2), (pair.one, pair.other), strict=True):
        with column, st.container(border=True, key=f"{key}_{each.subject_id}"):
            st.markdown(f"**{escape(answer_words(criterion, each.answer))}**")
            st.caption(f"{pair.subject_type.capitalize()} in conversation {each.conversation_id}")
            rich_text([{"text": each.text}], key=f"{key}_text_{each.subject_id}", clip=True)
    if not actor.can(Permission.LABELS_MANAGE):
        st.caption("A specialist can decide which answer stands.")
        return
    if criterion.retired_at is not None or criterion.kind == "span":
        st.caption("Look at both among the conversations: nothing can be decided for both at once here.")
        return
    with st.container(horizontal=True):
        for place, each in enumerate((pair.one, pair.other)):
            st.button(
                f"Both are “{answer_words(criterion, each.answer)}”",
                key=f"{key}_both_{place}",
                on_click=_settle,
                args=(actor, criterion, pair, each, found_key),
            )
        st.button("Both are right", key=f"{key}_keep", on_click=_drop, args=(pair, found_key))


def _settle(actor: Actor, criterion: Criterion, pair: NearDuplicate, right: Labelled, found_key: str) -> None:
    ids = [pair.one.subject_id, pair.other.subject_id]
    if decide(
        actor, criterion, pair.subject_type, ids, right.answer, reason="Nearly the same text, answered apart."
    ):
        _drop(pair, found_key)
        notify("Decided for both.")


def _drop(pair: NearDuplicate, found_key: str) -> None:
    st.session_state[found_key] = [each for each in st.session_state[found_key] if _of(each) != _of(pair)]


def _of(pair: NearDuplicate) -> Pair:
    return pair.one.subject_id, pair.other.subject_id


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    st.session_state[_SELECTED] = drawn[rows[0]] if rows and rows[0] < len(drawn) else None
