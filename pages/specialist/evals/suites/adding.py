"""Adding every case that a filter matches."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.evals import CASE_STATES, CaseFilter, EvalSuite, Joined, add_matching, case_facets, list_cases
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases.words import SOURCES, STATES, theme_words
from pages.widgets.labels import CHANNELS, language
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

_SHOWN = 8


def draw(user: Actor, suite: EvalSuite) -> None:
    """Draw the filter, what it matches, and the button."""
    prefix = f"suite_add_{suite.key}_"
    with get_process().database.reading() as session:
        facets = case_facets(user, session=session)
        if not facets.states:
            st.info(
                "There is no case to add yet. Make some on the Cases tab.", icon=":material/playlist_add:"
            )
            return
        text = st.text_input("Words of the name or the customer", key=f"{prefix}text", autocomplete="off")
        with st.container(horizontal=True, gap="small"):
            state = st.selectbox(
                "State",
                CASE_STATES,
                index=CASE_STATES.index("accepted"),
                format_func=STATES.__getitem__,
                key=f"{prefix}state",
            )
            theme = st.selectbox(
                "Theme",
                facets.themes,
                index=None,
                format_func=theme_words,
                key=f"{prefix}theme",
                placeholder="All",
            )
            tag = st.selectbox("Tag", facets.tags, index=None, key=f"{prefix}tag", placeholder="All")
        with st.container(horizontal=True, gap="small"):
            source = st.selectbox(
                "From",
                facets.sources,
                index=None,
                format_func=lambda each: SOURCES.get(each, each),
                key=f"{prefix}source",
                placeholder="All",
            )
            channel = st.selectbox(
                "Channel",
                facets.channels,
                index=None,
                format_func=lambda each: CHANNELS.get(each, each),
                key=f"{prefix}channel",
                placeholder="All",
            )
            locale = st.selectbox(
                "Language",
                facets.locales,
                index=None,
                format_func=language,
                key=f"{prefix}locale",
                placeholder="All",
            )
        wanted = CaseFilter(
            text=text or "",
            state=state,
            theme=theme or "",
            tag=tag or "",
            source=source or "",
            channel=channel or "",
            locale=locale or "",
        )
        page = list_cases(user, replace(wanted, outside_suite_id=suite.key), session=session, limit=_SHOWN)
    if not page.total:
        st.caption("Every case like this belongs to it already, or there is none.")
        return
    more = f"\n- and {page.total - _SHOWN:,} more" if page.total > _SHOWN else ""
    st.markdown("\n".join(f"- {escape(row.name)}" for row in page.rows) + more)
    if suite.held_out:
        st.caption("It is held out: you do not see these cases any more once they are in it.")
    count = "Add this case" if page.total == 1 else f"Add these {page.total:,} cases"
    st.button(
        count, icon=":material/playlist_add:", key=f"{prefix}go", on_click=_add, args=(user, suite, wanted)
    )


def _add(user: Actor, suite: EvalSuite, wanted: CaseFilter) -> None:
    def act() -> Joined:
        with get_process().database.transaction() as session:
            return add_matching(user, suite.key, replace(wanted, outside_suite_id=suite.key), session=session)

    joined = run_action(act)
    if joined is not None:
        some = "One case was" if joined.added == 1 else f"{joined.added:,} cases were"
        hidden = " They are held out now, so they are no longer shown to you." if suite.held_out else ""
        notify(f"{some} added to “{suite.title}”.{hidden}")
