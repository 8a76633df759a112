"""The expectations somebody is working on: a list to take from, and a form to add to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.evals import (
    Expectation,
    describe_expectation,
    expectation_kinds,
    expectation_problems,
    expectation_titles,
)
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases import expectation_fields
from pages.widgets.style import escape


def edit(user: Actor, *, prefix: str, begin: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Draw the list and the form; returns the expectations as they stand.

    Args:
        prefix: of every key; what is worked on stays under it until it is dropped.
        begin: what is there at first.
    """
    key = f"{prefix}expectations"
    working: list[dict[str, Any]] = st.session_state.setdefault(key, [dict(each) for each in begin])
    with get_process().database.reading() as session:
        titles = expectation_titles(working, session=session)
    with st.container(gap="small", key=f"{prefix}expected_list"):
        for place, each in enumerate(working):
            with st.container(horizontal=True, vertical_alignment="center", key=f"{prefix}expected_{place}"):
                words = " ".join(describe_expectation(each, titles=titles).split())
                st.markdown(escape(words if len(words) <= 300 else f"{words[:299]}…"), width="stretch")
                st.button(
                    "Remove",
                    type="tertiary",
                    icon=":material/close:",
                    key=f"{prefix}expected_remove_{place}",
                    help="It is stored without it once you save.",
                    on_click=_remove,
                    args=(key, place),
                )
        if not working:
            st.caption("Nothing is expected yet.")
    _add(user, prefix, key)
    return list(working)


def _add(user: Actor, prefix: str, key: str) -> None:
    offered = {each.kind: each for each in expectation_kinds() if each.offered}
    turn = int(st.session_state.get(f"{prefix}turn", 0))
    fields = f"{prefix}new_{turn}_"
    with st.container(border=True, gap="small", key=f"{prefix}new_expectation"):
        kind: Expectation = offered[
            st.selectbox(
                "Add an expectation",
                list(offered),
                format_func=lambda name: offered[name].title,
                key=f"{prefix}new_kind",
            )
        ]
        st.caption(escape(kind.hint))
        given = expectation_fields.ask(user, kind, prefix=fields)
        if kind.kind != "unsupported":
            weight = st.number_input(
                "Weight",
                min_value=0.1,
                max_value=100.0,
                value=1.0,
                step=0.5,
                key=f"{fields}weight",
                width=120,
            )
            if weight != 1:
                given["weight"] = weight
        problem = st.session_state.get(f"{fields}problem", "")
        if problem:
            st.warning(escape(problem), icon=":material/error:")
        # read here and not in a callback, which would get what the fields held before the click
        if st.button("Add", icon=":material/add:", key=f"{prefix}new_add"):
            _append(prefix, key, given)
            st.rerun()


def _append(prefix: str, key: str, given: dict[str, Any]) -> None:
    turn = int(st.session_state.get(f"{prefix}turn", 0))
    problems = expectation_problems([given])
    if problems:
        # "Expectation 1 (contains): ..." says nothing here that the form does not show
        said = " ".join(problem.split(": ", 1)[-1] for problem in problems)
        st.session_state[f"{prefix}new_{turn}_problem"] = said
        return
    st.session_state[key] = [*st.session_state.get(key, []), given]
    st.session_state[f"{prefix}turn"] = turn + 1  # empty fields for the next one


def _remove(key: str, place: int) -> None:
    working = list(st.session_state.get(key, []))
    if place < len(working):
        del working[place]
    st.session_state[key] = working
