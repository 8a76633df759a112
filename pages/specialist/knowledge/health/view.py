"""The view Health: what of the knowledge wants a look, and what is missing from it."""

from __future__ import annotations

from collections.abc import Callable, Sized

import streamlit as st

from core.identity import Actor
from core.insights import MOST_FINDINGS, KnowledgeHealth, health_stamp, read_health
from pages.process import get_process
from pages.specialist.knowledge.health import articles, coverage, gaps
from pages.specialist.knowledge.health.words import date_of

_DAYS = {"30 days": 30, "90 days": 90, "A year": 365}
_SHOWN = "90 days"
_TABS = "health_tabs"


def show(actor: Actor) -> None:
    """Draw what was found, a kind at a time; each tab says how much there is."""
    top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
    with top:
        said = st.empty()
        chosen = st.segmented_control(
            "Time",
            list(_DAYS),
            default=_SHOWN,
            required=True,
            key="health_days",
            label_visibility="collapsed",
        )
    days = _DAYS[chosen or _SHOWN]
    with get_process().database.reading() as session:
        stamp = health_stamp(session=session)
    found = _read(days, stamp, actor)
    said.caption(
        f"The articles that are live now, by the work since {date_of(found.since, actor.time_zone)}."
    )
    draw: dict[str, Callable[[], None]] = {
        f"Gaps ({len(found.gaps):,})": lambda: gaps.show(actor, found.gaps),
        "Coverage": lambda: coverage.show(found.coverage),
        f"To review ({_counted(found.stale)})": lambda: articles.stale(actor, found),
        f"Contradicted ({_counted(found.contradicted)})": lambda: articles.contradicted(actor, found),
        f"Corrected ({_counted(found.edited)})": lambda: articles.corrected(actor, found),
        f"Unused ({found.unused_count:,})": lambda: articles.unused(actor, found),
    }
    st.session_state[_TABS] = _still_open(list(draw))
    tabs = st.tabs(list(draw), key=_TABS, on_change="rerun")
    for tab, show_it in zip(tabs, draw.values(), strict=True):
        if tab.open:
            with tab:
                show_it()


def _still_open(labels: list[str]) -> str:
    """The tab that was open, though it counts something else now."""
    name = str(st.session_state.get(_TABS) or "").partition(" (")[0]
    return next((each for each in labels if each.partition(" (")[0] == name), labels[0])


def _counted(found: Sized) -> str:
    count = len(found)
    return f"{count}" if count < MOST_FINDINGS else f"{count} or more"


# the stamp does not move when a draft is finished; a minute later it is counted all the same
@st.cache_data(ttl=60, max_entries=12, show_spinner="Reading the work of this time")
def _read(days: int, stamp: tuple[str, ...], _actor: Actor) -> KnowledgeHealth:  # noqa: ARG001
    with get_process().database.reading() as session:
        return read_health(_actor, session=session, days=days)
