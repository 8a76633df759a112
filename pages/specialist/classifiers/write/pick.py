"""Choosing an answer for what is selected: a button each where there are few, else a list to type in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.classifiers import Question
from core.criteria import SEPARATOR
from pages.specialist.classifiers.words import NONE_OF_THEM, answer_words
from pages.widgets.style import escape

FEW = 4
"""Up to so many answers get a button each."""


def pick_answer(
    question: Question, *, key: str, on_pick: Callable[[str], None], label: str = "Answer", clear: bool = True
) -> None:
    """Draw the choice; ``on_pick`` gets the answer as it is stored, empty for none of them.

    Args:
        clear: forget what was chosen from a list once it was given.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if question.many:
            _several(question, key=key, on_pick=on_pick, label=label, clear=clear)
        elif len(question.answers) > FEW:
            _listed(question, key=key, on_pick=on_pick, label=label, clear=clear)
        else:
            for number, answer in enumerate((*question.answers, "")):
                st.button(
                    escape(answer_words(answer)),
                    key=f"{key}_{number}",
                    type="secondary" if answer else "tertiary",
                    on_click=on_pick,
                    args=(answer,),
                )


def _several(
    question: Question, *, key: str, on_pick: Callable[[str], None], label: str, clear: bool
) -> None:
    chosen_key = f"{key}_several"

    def give() -> None:
        chosen = sorted(st.session_state[chosen_key], key=question.answers.index)
        if clear:
            st.session_state[chosen_key] = []
        on_pick(SEPARATOR.join(chosen))

    chosen = st.multiselect(
        label, question.answers, key=chosen_key, placeholder="All that apply", width="stretch"
    )
    st.button("Give" if chosen else NONE_OF_THEM, key=f"{key}_give", on_click=give)


def _listed(question: Question, *, key: str, on_pick: Callable[[str], None], label: str, clear: bool) -> None:
    chosen_key = f"{key}_one"

    def give() -> None:
        chosen = st.session_state[chosen_key]
        if clear:
            st.session_state[chosen_key] = None
        if chosen is not None:
            on_pick(chosen)

    st.selectbox(
        label,
        question.answers,
        index=None,
        key=chosen_key,
        placeholder="Type to choose",
        width="stretch",
        on_change=give,
    )
    st.button(NONE_OF_THEM, key=f"{key}_none", type="tertiary", on_click=partial(on_pick, ""))
