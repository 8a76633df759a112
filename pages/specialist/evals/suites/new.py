"""A new suite. What is typed stays until it is made."""

from __future__ import annotations

import streamlit as st

from core.criteria import slug
from core.evals import SUITE_KINDS, EvalSuite, case_facets, create_suite
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases.words import theme_words
from pages.specialist.evals.suites import state
from pages.specialist.evals.suites.settings import HELD_OUT
from pages.specialist.evals.suites.words import KIND_HINTS, KINDS
from pages.widgets.shell import notify, run_action

_PREFIX = "new_suite_"


def draw(user: Actor) -> None:
    """Draw the form."""
    with st.container(border=True, gap="small", width=760, key=f"{_PREFIX}form"):
        st.markdown("**New suite**")
        title = st.text_input(
            "Title",
            key=f"{_PREFIX}title",
            max_chars=200,
            placeholder="Refunds",
            autocomplete="off",
            persist_state="session",
        )
        name = st.text_input(
            "Short name",
            key=f"{_PREFIX}name",
            max_chars=100,
            placeholder=slug(title) or "made from the title",
            help="Letters a to z, digits, _, - and . It never changes; the command line uses it.",
            persist_state="session",
        )
        kind = st.segmented_control(
            "Kind",
            SUITE_KINDS,
            default="core",
            required=True,
            format_func=KINDS.__getitem__,
            key=f"{_PREFIX}kind",
            persist_state="session",
        )
        st.caption(KIND_HINTS[kind])
        theme = _theme(user) if kind == "theme" else ""
        purpose = st.text_area(
            "What it is for",
            key=f"{_PREFIX}purpose",
            max_chars=2000,
            height=90,
            placeholder="Optional",
            persist_state="session",
        )
        held_out = st.toggle("Held out", key=f"{_PREFIX}held_out", persist_state="session")
        st.caption(HELD_OUT)
        values = {
            "title": title,
            "name": name,
            "kind": kind,
            "theme": theme,
            "purpose": purpose,
            "held_out": held_out,
        }
        with st.container(horizontal=True, gap="small", key=f"{_PREFIX}verbs"):
            # not in a callback, which would get what the fields held before the click
            if st.button("Make the suite", type="primary", key=f"{_PREFIX}go"):
                _create(user, values)
            st.button("Close", key=f"{_PREFIX}close", on_click=state.write_new, args=(False,))


def _theme(user: Actor) -> str:
    with get_process().database.reading() as session:
        themes = case_facets(user, session=session).themes
    chosen = st.selectbox(
        "Theme",
        themes,
        index=None,
        format_func=theme_words,
        key=f"{_PREFIX}theme",
        placeholder="Choose or type one",
        accept_new_options=True,
        persist_state="session",
    )
    return chosen or ""


def _create(user: Actor, values: dict[str, object]) -> None:
    def act() -> EvalSuite:
        with get_process().database.transaction() as session:
            return create_suite(user, session=session, **values)  # type: ignore[arg-type]  # as the form has it

    made = run_action(act)
    if made is not None:
        state.forget(_PREFIX)
        state.open_suite(made.name)
        notify("The suite is made. Add cases to it.")
        st.rerun()
