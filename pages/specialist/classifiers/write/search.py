"""Examples from a search: found texts, answered by selecting them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from core.classifiers import Candidate, Desk, NewExample, Taken, add_examples, find_candidates
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.words import answer_words, short, subject_facts
from pages.specialist.classifiers.write import state
from pages.specialist.classifiers.write.adding import add
from pages.specialist.classifiers.write.pick import pick_answer
from pages.widgets.components import rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_MOST = 50


def draw(desk: Desk, user: Actor) -> None:
    """The search, what it found, and the answer for what is selected."""
    prefix = f"candidates_{desk.classifier.key}"
    words = st.text_input(
        "Words to look for",
        key=f"{prefix}_words",
        placeholder="cancel subscription",
        help="In any order; parts of words count.",
    )
    if not words.strip():
        st.caption("Finds recent texts with these words. Select those that fit, then choose their answer.")
        return
    found = run_action(
        lambda: find_candidates(
            user, desk.classifier.key, database=get_process().database, text=words, limit=_MOST
        )
    )
    if not found:
        st.info("Nothing says these words.")
        return
    selected = _table(found, key=f"{prefix}_table_{state.turn(desk.classifier.key)}_{hash(words)}")
    st.caption(_found(found))
    if selected:
        _chosen(desk, user, selected, prefix)


def _table(found: Sequence[Candidate], *, key: str) -> list[Candidate]:
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Text": [short(each.subject.text) for each in found],
                "Already": [answer_words(each.answer) if each.example_id else "" for each in found],
                "From": [" · ".join(subject_facts(each.subject)[1:]) for each in found],
            }
        ),
        hide_index=True,
        row_height=30,
        height=min(38 + 30 * len(found), 338),
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Text": st.column_config.TextColumn(width=360),
            "Already": st.column_config.TextColumn(width=90, help="The answer of the example it is already."),
            "From": st.column_config.TextColumn(width=170),
        },
    )
    return [found[at] for at in chosen["selection"]["rows"] if at < len(found)]


def _found(found: Sequence[Candidate]) -> str:
    known = sum(each.example_id is not None for each in found)
    more = f"the newest {len(found):,}" if len(found) == _MOST else f"{len(found):,}"
    return f"Found {more}, {known:,} of them examples already. Select rows, then choose their answer."


def _chosen(desk: Desk, user: Actor, selected: Sequence[Candidate], prefix: str) -> None:
    if len(selected) == 1:
        subject = selected[0].subject
        st.caption(escape(" · ".join(subject_facts(subject))))
        long = len(subject.text) > 600
        with st.container(border=True, key=f"{prefix}_whole", height=180 if long else "content"):
            rich_text([{"text": subject.text}], key=f"{prefix}_whole_{subject.subject_id}")
    with st.container(border=True, key=f"{prefix}_chosen", gap="small"):
        st.markdown(f"**{len(selected):,} selected.** {escape(desk.question.question)}")
        pick_answer(desk.question, key=f"{prefix}_answer", on_pick=partial(_add, desk, user, list(selected)))


def _add(desk: Desk, user: Actor, selected: Sequence[Candidate], answer: str) -> None:
    def work() -> Taken:
        new = [NewExample(answer=answer, subject_id=each.subject.subject_id) for each in selected]
        with get_process().database.transaction() as session:
            return Taken(add_examples(user, desk.classifier.key, new, session=session, source="search"))

    add(desk, work)
