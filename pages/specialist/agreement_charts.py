"""Dots with intervals: kappas, answers, and agreement over time."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from core.criteria import Period
from core.statistics import Kappa, Rate

_LINE, _GRAY = "#1b827a", "#8a9694"
_CONFIG = {"displayModeBar": False}
_MOST = 20

Row = tuple[str, Kappa]


def show_kappas(rows: Sequence[Row], *, key: str) -> None:
    """One dot a pair of people, the first row on top; at most 20."""
    known = [(name, kappa) for name, kappa in rows[:_MOST] if kappa.kappa is not None]
    figure = go.Figure()
    figure.add_scatter(
        x=[kappa.kappa for _, kappa in known],
        y=[name for name, _ in known],
        error_x={
            "array": [kappa.high - (kappa.kappa or 0) for _, kappa in known],
            "arrayminus": [(kappa.kappa or 0) - kappa.low for _, kappa in known],
            "thickness": 1.5,
            "width": 4,
        },
        mode="markers",
        marker={"color": _LINE, "size": 9},
        customdata=[[kappa.low, kappa.high, kappa.n] for _, kappa in known],
        hovertemplate="%{y}: kappa %{x:.2f} (%{customdata[0]:.2f} to %{customdata[1]:.2f}), "
        "%{customdata[2]} subjects<extra></extra>",
    )
    figure.add_vline(x=0, line={"color": _GRAY, "width": 1, "dash": "dot"})
    lowest = min((kappa.low for _, kappa in known), default=0.0)
    figure.update_layout(
        height=96 + 34 * len(known),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        xaxis={"title": "Kappa: 0 is chance, 1 is perfect", "range": [min(-0.1, lowest - 0.05), 1.05]},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
    )
    st.plotly_chart(figure, config=_CONFIG, key=key)


def show_answers(rows: Sequence[tuple[str, Rate]], *, key: str) -> None:
    """One dot an answer: when one person gave it, how often another did."""
    figure = go.Figure()
    figure.add_scatter(
        x=[100 * rate.estimate for _, rate in rows],
        y=[name for name, _ in rows],
        error_x={
            "array": [100 * (rate.high - rate.estimate) for _, rate in rows],
            "arrayminus": [100 * (rate.estimate - rate.low) for _, rate in rows],
            "thickness": 1.5,
            "width": 4,
        },
        mode="markers",
        marker={"color": _LINE, "size": 9},
        customdata=[[rate.successes, rate.n] for _, rate in rows],
        hovertemplate="%{y}: %{customdata[0]} of %{customdata[1]} (%{x:.0f} %)<extra></extra>",
    )
    figure.update_layout(
        height=96 + 34 * len(rows),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        xaxis={"title": "When one gave it, another gave it too, %", "range": [-2, 102]},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
    )
    st.plotly_chart(figure, config=_CONFIG, key=key)


def show_periods(periods: Sequence[Period], *, key: str) -> None:
    """Agreement period by period."""
    figure = go.Figure()
    figure.add_scatter(
        x=[period.start for period in periods],
        y=[100 * period.same.estimate for period in periods],
        error_y={
            "array": [100 * (period.same.high - period.same.estimate) for period in periods],
            "arrayminus": [100 * (period.same.estimate - period.same.low) for period in periods],
            "thickness": 1.2,
            "width": 3,
        },
        mode="lines+markers",
        line={"color": _LINE, "width": 1.5},
        marker={"size": 7},
        customdata=[[period.same.successes, period.same.n] for period in periods],
        hovertemplate="From %{x|%d %b %Y}: %{customdata[0]} of %{customdata[1]} alike (%{y:.0f} %)"
        "<extra></extra>",
    )
    figure.update_layout(
        height=280,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        xaxis={"title": "Period, by its first day", "type": "date", "tickformat": "%d %b %Y"},
        yaxis={"title": "Answered alike, %", "range": [-2, 102]},
    )
    st.plotly_chart(figure, config=_CONFIG, key=key)
