"""The list of cases: filters above, a page of it, and the open one beside it."""

from __future__ import annotations

import streamlit as st

from core.evals import CaseFacets, CaseFilter, CasePage, case_facets, list_cases, list_suites
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases import filters, panel, state, table

PAGE = 50
_EMPTY = """Cases come from real work: a flag that a specialist accepts, a draft that a rep rewrote, a label,
a conversation that ended well. Or write one by hand."""


def draw(user: Actor) -> None:
    """Draw it, or say how the first case comes to be."""
    with get_process().database.reading() as session:
        facets = case_facets(user, session=session)
        suites = {each.suite.key: each.suite.title for each in list_suites(user, session=session)}
        wanted = filters.draw(facets, suites)
        trail = state.trail(wanted)
        page = list_cases(user, wanted, trail[-1], session=session, limit=PAGE)
    if not page.rows and len(trail) > 1:
        trail[1:] = []  # the last case of an older page has just gone
        st.rerun()
    if not page.rows and not state.wanted_case():
        _nothing(facets, page, wanted)
        return
    left, right = st.columns([1.4, 1], gap="medium")
    with left:
        if page.rows:
            selected = table.draw(page)
            _pages(page, trail)
        else:
            selected = state.wanted_case()
            _nothing(facets, page, wanted)
    with right:
        panel.draw(user, selected, suites)


def _nothing(facets: CaseFacets, page: CasePage, wanted: CaseFilter) -> None:
    if facets.states and wanted != CaseFilter():
        st.info("No case is like this. Take a filter away.", icon=":material/filter_alt_off:")
    elif page.held_out:
        st.info(
            f"There are {page.held_out:,} cases, all held out: they are not shown to those who write what "
            "they measure.",
            icon=":material/visibility_off:",
        )
    else:
        with st.container(border=True, width=760, key="cases_empty"):
            st.subheader("There is no case yet", anchor=False)
            st.markdown(_EMPTY)


def _pages(page: CasePage, trail: list[int | None]) -> None:
    first = 1 + PAGE * (len(trail) - 1)
    held = f" {page.held_out:,} more are held out." if page.held_out else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cases_pages"):
        st.caption(f"{first:,} to {first + len(page.rows) - 1:,} of {page.total:,}.{held}", width="stretch")
        if len(trail) > 1:
            st.button(
                "Newer",
                key="cases_newer",
                type="tertiary",
                icon=":material/chevron_left:",
                on_click=trail.__delitem__,
                args=(-1,),
            )
        if page.next_after is not None:
            st.button(
                "Older",
                key="cases_older",
                type="tertiary",
                icon=":material/chevron_right:",
                on_click=trail.append,
                args=(page.next_after,),
            )
