"""How often each answer is given, and how sure the version is, over time."""

from __future__ import annotations

from datetime import datetime

import plotly.graph_objects as go

from core.classifiers import OverTime
from pages.widgets.charts import GRAY, LINE, add_band, percent, show_chart

_COLOURS = (LINE, "#c2703d", "#5b6ee1", "#a23b72", "#7a8b2f")
_HEIGHT = 320
_SPANS = {1: "Day", 7: "Week, by its Monday", 28: "Four weeks, by the first day"}
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
        colour = _COLOURS[place % len(_COLOURS)] if answer else GRAY
        if len(shown) <= _BANDS:
            low, high = percent([rate.low for rate in rates]), percent([rate.high for rate in rates])
            add_band(figure, days, low, high, colour=colour, group=answer)
        figure.add_scatter(
            x=days,
            y=percent([rate.estimate for rate in rates]),
            name=answer or "abstains",
            legendgroup=answer,
            mode="lines+markers",
            line={"color": colour, "width": 1.5, "dash": "solid" if answer else "dash"},
            marker={"size": 5},
            customdata=[[100 * rate.low, 100 * rate.high, rate.n] for rate in rates],
            hovertemplate="%{x|%d %b %Y}: %{y:.0f} % (%{customdata[0]:.0f} to %{customdata[1]:.0f}) of "
            "%{customdata[2]}<extra></extra>",
        )
    _layout(figure, found, shipped, "Given to, % of the subjects", key=key)


def show_confidence(found: OverTime, shipped: datetime | None, *, key: str) -> None:
    """The median of a period and, as a band, the middle half."""
    days = [each.day for each in found.periods]
    low, middle, high = ([each.confidence[place] for each in found.periods] for place in range(3))
    figure = go.Figure()
    add_band(figure, days, low, high, name="middle half")
    figure.add_scatter(
        x=days,
        y=middle,
        mode="lines+markers",
        line={"color": _COLOURS[0], "width": 1.5},
        marker={"size": 5},
        name="median",
        hovertemplate="%{x|%d %b %Y}: %{y:.2f}<extra></extra>",
    )
    _layout(figure, found, shipped, "How sure it is, 0 to 1", key=key, top=1.02)


def _layout(
    figure: go.Figure, found: OverTime, shipped: datetime | None, title: str, *, key: str, top: float = 102
) -> None:
    if shipped is not None:
        figure.add_vline(x=shipped, line={"color": GRAY, "width": 1.5, "dash": "dot"})
    show_chart(
        figure,
        key=key,
        height=_HEIGHT,
        x={"title": _SPANS[found.days], "type": "date", "tickformat": "%d %b"},
        y={"title": title, "range": [-0.02 * top, top]},
        legend=True,
    )
