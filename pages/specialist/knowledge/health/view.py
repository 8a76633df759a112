"""The view Health: what of the knowledge wants a look, and what is missing from it."""

from __future__ import annotations

import streamlit as st

from core.identity import Actor
from core.insights import read_health
from pages.process import get_process
from pages.specialist.knowledge.health import articles, coverage, gaps

_DAYS = {"30 days": 30, "90 days": 90, "A year": 365}
_SHOWN = "90 days"


def show(actor: Actor) -> None:
    """Draw what was found, a kind at a time; each tab says how much there is."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption("What the work of this time says about the articles that are live now.")
        chosen = st.segmented_control(
            "Time",
            list(_DAYS),
            default=_SHOWN,
            required=True,
            key="health_days",
            label_visibility="collapsed",
        )
    days = _DAYS[chosen or _SHOWN]
    with st.spinner("Reading the work of this time"), get_process().database.reading() as session:
        found = read_health(actor, session=session, days=days)
    names = {
        "Gaps": len(found.gaps),
        "Coverage": None,
        "To review": len(found.stale),
        "Contradicted": len(found.contradicted),
        "Corrected": len(found.edited),
        "Unused": found.unused_count,
    }
    tabs = st.tabs(
        [name if count is None else f"{name} ({count:,})" for name, count in names.items()],
        key=f"health_tabs_{days}",
        on_change="rerun",
    )
    lacking, covered, review, contradicted, corrected, unused = tabs
    if lacking.open:
        with lacking:
            gaps.show(actor, found.gaps)
    if covered.open:
        with covered:
            coverage.show(found.coverage)
    if review.open:
        with review:
            articles.findings(found.stale, "review", none="No review is due, and nothing is a year old.")
    if contradicted.open:
        with contradicted:
            articles.findings(
                found.contradicted,
                "contradicted",
                none="No open suggestion says otherwise than an article.",
            )
    if corrected.open:
        with corrected:
            articles.corrected(found.edited)
    if unused.open:
        with unused:
            articles.findings(
                found.unused,
                "unused",
                of=found.unused_count,
                none="A draft has cited every article that is old enough to count.",
            )
