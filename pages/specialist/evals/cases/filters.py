"""What the list of cases is narrowed by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import streamlit as st

from core.evals import CASE_STATES, CaseFacets, CaseFilter
from pages.specialist.evals.cases.words import SOURCES, STATES, theme_words

_PREFIX = "cases_filter_"
Value = TypeVar("Value", int, str)


def draw(facets: CaseFacets, suites: Mapping[int, str], *, prefix: str = _PREFIX) -> CaseFilter:
    """Draw the filters in one row; each offers only what there is."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"{prefix}row"):
        text = st.text_input(
            "Search",
            key=f"{prefix}text",
            placeholder="Words of the name or the customer",
            width="stretch",
            autocomplete="off",
            persist_state="session",
        )
        counts = {state: f"{STATES[state]} ({facets.states.get(state, 0):,})" for state in CASE_STATES}
        state = _choice("State", list(CASE_STATES), counts, key=f"{prefix}state", width=122)
        source = _choice("From", facets.sources, SOURCES, key=f"{prefix}source", width=112)
        themes = {theme: theme_words(theme) for theme in facets.themes}
        theme = _choice("Theme", facets.themes, themes, key=f"{prefix}theme", width=122)
        tag = _choice("Tag", facets.tags, {}, key=f"{prefix}tag", width=104)
        # suites may have the same title: then the browser could not say which one is meant
        names = {key: _unlike(key, suites) for key in suites}
        suite = _choice("Suite", list(suites), names, key=f"{prefix}suite", width=122)
    return CaseFilter(
        text=text or "",
        state=state or "",
        source=source or "",
        theme=theme or "",
        tag=tag or "",
        suite_id=suite,
    )


def _choice(
    label: str, options: Sequence[Value], names: Mapping[Value, str], *, key: str, width: int
) -> Value | None:
    if st.session_state.get(key) not in (None, *options):
        del st.session_state[key]  # what was chosen is gone
    return st.selectbox(
        label,
        list(options),
        index=None,
        format_func=lambda each: names.get(each, str(each)),
        key=key,
        placeholder="All",
        width=width,
        disabled=not options,
        persist_state="session",
    )


def _unlike(key: int, suites: Mapping[int, str]) -> str:
    alike = sum(title == suites[key] for title in suites.values()) > 1
    return f"{suites[key]} ({key})" if alike else suites[key]
