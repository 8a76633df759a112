"""Acceptance over time and side by side: a dot for the rate, a line for its interval."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from core.reporting import DraftOutcomes, Estimate
from pages.manager.quality_words import interval, middle
from pages.widgets.charts import LINE, interval_bars, percent, show_chart
from pages.widgets.labels import CHANNELS, language

_MOST = 12
_CUTS = {"source": "Source", "channel": "Channel", "locale": "Language", "model": "Model"}


def show(drafts: DraftOutcomes) -> None:
    """Draw both charts, or say that there is nothing to draw."""
    if not drafts.accepted.n:
        st.info(
            "No draft was sent, edited or discarded in this selection. Choose a longer period, or import "
            "conversations with suggestions.",
            icon=":material/query_stats:",
        )
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(f"Accepted by {drafts.unit}", anchor=False)
        _over_time(drafts)
    with right, st.container(key="quality_cut_chart"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader("Accepted by", anchor=False, width="content")
            cut = st.segmented_control(
                "Accepted by",
                list(_CUTS),
                default="source",
                required=True,
                format_func=_CUTS.__getitem__,
                key="quality_cut",
                label_visibility="collapsed",
            )
        _side_by_side(_of(drafts, cut or "source"), _CUTS[cut or "source"])
    st.caption(
        "A dot is the share of decided drafts that was accepted. Its line is the 95% interval: with as many "
        "other conversations like these, the share would mostly lie within it. Drafts of one conversation "
        "resemble each other; the intervals count that in. Where lines overlap, the difference may be chance."
    )


def _of(drafts: DraftOutcomes, cut: str) -> list[tuple[str, Estimate]]:
    if cut == "channel":
        return [(CHANNELS.get(each.label, each.label), each) for each in drafts.by_channel]
    if cut == "locale":
        return [(_language(each.label), each) for each in drafts.by_locale]
    return [(each.label, each) for each in (drafts.by_model if cut == "model" else drafts.by_source)]


def _language(locale: str) -> str:
    return "Unknown" if locale == "unknown" else f"{language(locale)} ({locale})"


def _over_time(drafts: DraftOutcomes) -> None:
    figure = go.Figure()
    figure.add_scatter(
        x=[each.label for each in drafts.by_time],
        y=_shares(drafts.by_time),
        error_y=_bars(drafts.by_time),
        mode="markers",
        marker={"color": LINE, "size": 8},
        cliponaxis=False,  # 0 % and 100 % are whole dots too
        customdata=_details(drafts.by_time),
        hovertemplate=f"{drafts.unit.capitalize()} of %{{x}}<br>{_HOVER}",
    )
    figure.update_xaxes(tickformat="%d %b<br>%Y" if drafts.unit == "week" else "%b<br>%Y")
    show_chart(
        figure,
        key="quality_over_time",
        height=320,
        x={"title": f"{drafts.unit.capitalize()} beginning", "type": "date", "nticks": 8},
        y={"title": "Accepted, %", "range": _range(drafts.by_time)},
    )


def _side_by_side(named: Sequence[tuple[str, Estimate]], title: str) -> None:
    shown = list(reversed(named[:_MOST]))  # plotly draws upwards
    estimates = [estimate for _, estimate in shown]
    figure = go.Figure()
    figure.add_scatter(
        x=_shares(estimates),
        y=[_short(name) for name, _ in shown],
        error_x=_bars(estimates),
        mode="markers",
        marker={"color": LINE, "size": 8},
        customdata=_details(estimates),
        hovertemplate=f"%{{y}}<br>{_HOVER}",
    )
    show_chart(
        figure,
        key="quality_side_by_side",
        height=min(320, 130 + 40 * len(shown)),
        x={"title": "Accepted, %", "range": _range(estimates)},
        y={"title": title, "type": "category", "automargin": True},
    )
    if len(named) > _MOST:
        st.caption(f"The {_MOST} with the most drafts; the file has all {len(named)}.")


_HOVER = "%{customdata[0]}, %{customdata[1]}<br>%{customdata[2]:,} drafts<extra></extra>"


def _details(estimates: Sequence[Estimate]) -> list[list[object]]:
    return [[middle(each), interval(each), each.n] for each in estimates if each.rate]


def _shares(estimates: Sequence[Estimate]) -> list[float]:
    return percent([each.rate.estimate for each in estimates if each.rate])


def _bars(estimates: Sequence[Estimate]) -> dict[str, object]:
    rates = [each.rate for each in estimates if each.rate]
    low, high = percent([rate.low for rate in rates]), percent([rate.high for rate in rates])
    return interval_bars(_shares(estimates), low, high)


def _range(estimates: Sequence[Estimate]) -> list[float]:
    """From a little below the lowest interval to a little above the highest, in whole tens."""
    rates = [each.rate for each in estimates if each.rate]
    low = min((rate.low for rate in rates), default=0.0)
    high = max((rate.high for rate in rates), default=1.0)
    return [max(0.0, 10 * (int(1000 * low - 20) // 100)), min(101.0, 10 * (int(1000 * high + 20) // 100 + 1))]


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:27]}…"
