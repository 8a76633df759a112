"""How often each answer is given, and how sure the version is, day by day."""

from __future__ import annotations

from datetime import datetime

import plotly.graph_objects as go
import streamlit as st

from core.classifiers import OverTime

_COLOURS = ("#1b827a", "#c2703d", "#5b6ee1", "#a23b72", "#7a8b2f")
_GRAY = "#8a9694"
_CONFIG = {"displayModeBar": False}
_HEIGHT = 300
_BANDS = 2  # of more, they cover each other


def show_rates(found: OverTime, shipped: datetime | None, *, only: str | None, key: str) -> None:
    """A line for each of the most frequent answers, abstaining dashed; with a band where they are few."""
    shown = [each for each in found.answers if only in (None, each)]
    days = [each.day for each in found.periods]
    figure = go.Figure()
    for place, answer in enumerate(found.answers):
        rates = [each.rates[place] for each in found.periods]
        if answer not in shown or (not answer and not any(rate.estimate for rate in rates)):
            continue
        colour = _COLOURS[place % len(_COLOURS)] if answer else _GRAY
        if len(shown) <= _BANDS:
            figure.add_scatter(
                x=[*days, *reversed(days)],
                y=[*(100 * rate.high for rate in rates), *(100 * rate.low for rate in reversed(rates))],
                fill="toself",
                fillcolor=_faint(colour),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
                legendgroup=answer,
            )
        figure.add_scatter(
            x=days,
            y=[100 * rate.estimate for rate in rates],
            name=answer or "abstains",
            legendgroup=answer,
            mode="lines+markers",
            line={"color": colour, "width": 1.5, "dash": "solid" if answer else "dash"},
            marker={"size": 5},
            customdata=[[100 * rate.low, 100 * rate.high, rate.n] for rate in rates],
            hovertemplate="%{x|%d %b %Y}: %{y:.0f} % (%{customdata[0]:.0f} to %{customdata[1]:.0f}) of "
            "%{customdata[2]}<extra></extra>",
        )
    _layout(figure, shipped, "Given to, % of a day's subjects", key=key)


def show_confidence(found: OverTime, shipped: datetime | None, *, key: str) -> None:
    """The median of a day and, as a band, the middle half."""
    days = [each.day for each in found.periods]
    low, middle, high = ([each.confidence[place] for each in found.periods] for place in range(3))
    figure = go.Figure()
    figure.add_scatter(
        x=[*days, *reversed(days)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=_faint(_COLOURS[0]),
        line={"width": 0},
        hoverinfo="skip",
        name="middle half of a day",
    )
    figure.add_scatter(
        x=days,
        y=middle,
        mode="lines+markers",
        line={"color": _COLOURS[0], "width": 1.5},
        marker={"size": 5},
        name="median of a day",
        hovertemplate="%{x|%d %b %Y}: %{y:.2f}<extra></extra>",
    )
    _layout(figure, shipped, "How sure it is, 0 to 1", key=key, top=1.02)


def _layout(figure: go.Figure, shipped: datetime | None, title: str, *, key: str, top: float = 102) -> None:
    if shipped is not None:
        figure.add_vline(x=shipped, line={"color": _GRAY, "width": 1.5, "dash": "dot"})
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.28, "x": 0},
        xaxis={"title": "Day", "type": "date", "tickformat": "%d %b"},
        yaxis={"title": title, "range": [-0.02 * top, top]},
    )
    st.plotly_chart(figure, config=_CONFIG, key=key)


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.15)"
