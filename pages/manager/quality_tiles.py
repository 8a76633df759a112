"""The four figures to look at first, each with its interval, its size and how it was drawn."""

from __future__ import annotations

import streamlit as st

from core.reporting import Estimate, Quality
from pages.manager.quality_words import interval, middle
from pages.widgets.style import escape


def show(quality: Quality) -> None:
    """Draw the tiles."""
    drafts, csat = quality.drafts, quality.customers.csat
    columns = st.columns(4, gap="small")
    tiles = (
        ("Drafts accepted", drafts.accepted, "drafts", "Sent by the rep, as drafted or edited."),
        ("Sent as drafted", drafts.as_drafted, "drafts", "Sent without a change."),
        (
            "First-ranked picked",
            drafts.first_rank,
            "sent suggestions",
            "Of imported suggestions that were sent: the one the other system ranked first.",
        ),
        ("Customers satisfied", csat, "answers", "4 or 5 of 5, among those who answered."),
    )
    for column, (label, estimate, noun, help_text) in zip(columns, tiles, strict=True):
        with column.container(border=True, height="stretch", key=f"quality_tile_{noun}_{label[:5].lower()}"):
            _tile(label, estimate, noun, help_text)


def _tile(label: str, estimate: Estimate, noun: str, help_text: str) -> None:
    st.metric(label, middle(estimate), help=help_text)
    if not estimate.n or estimate.rate is None:
        st.caption(f"No {noun} in this selection.")
        return
    places = "" if estimate.clusters == estimate.n else f" in {estimate.clusters:,} conversations"
    st.markdown(f"**{interval(estimate)}** :small[{100 * estimate.rate.level:.0f}% interval]")
    st.caption(f"{estimate.n:,} {noun}{places}. {escape(_sentence(estimate.sample))}")
    if estimate.warning:
        st.caption(f":material/warning: {escape(estimate.warning)}")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
