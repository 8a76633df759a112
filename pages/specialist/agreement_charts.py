"""Dots with intervals: kappas, answers, and agreement over time."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.criteria import Period
from core.statistics import Kappa, Rate
from pages.widgets.charts import DOTTED, LINE, interval_bars, percent, show_chart

_MOST = 20

Row = tuple[str, Kappa]


def show_kappas(rows: Sequence[Row], *, key: str) -> None:
    """One dot a pair of people, the first row on top; at most 20."""
    known = [(name, kappa) for name, kappa in rows[:_MOST] if kappa.kappa is not None]
    figure = go.Figure()
    figure.add_scatter(
        x=[kappa.kappa for _, kappa in known],
        y=[name for name, _ in known],
        error_x=interval_bars(
            [kappa.kappa or 0.0 for _, kappa in known],
            [kappa.low for _, kappa in known],
            [kappa.high for _, kappa in known],
        ),
        mode="markers",
        marker={"color": LINE, "size": 9},
        customdata=[[kappa.low, kappa.high, kappa.n] for _, kappa in known],
        hovertemplate="%{y}: kappa %{x:.2f} (%{customdata[0]:.2f} to %{customdata[1]:.2f}), "
        "%{customdata[2]} subjects<extra></extra>",
    )
    figure.add_vline(x=0, line=DOTTED)
    lowest = min((kappa.low for _, kappa in known), default=0.0)
    show_chart(
        figure,
        key=key,
        height=96 + 34 * len(known),
        x={"title": "Kappa: 0 is chance, 1 is perfect", "range": [min(-0.1, lowest - 0.05), 1.05]},
        y={"autorange": "reversed", "automargin": True, "type": "category"},
    )


def show_answers(rows: Sequence[tuple[str, Rate]], *, key: str) -> None:
    """One dot an answer: when one person gave it, how often another did."""
    figure = go.Figure()
    figure.add_scatter(
        x=percent([rate.estimate for _, rate in rows]),
        y=[name for name, _ in rows],
        error_x=_bars([rate for _, rate in rows]),
        mode="markers",
        marker={"color": LINE, "size": 9},
        customdata=[[rate.successes, rate.n] for _, rate in rows],
        hovertemplate="%{y}: %{customdata[0]} of %{customdata[1]} (%{x:.0f} %)<extra></extra>",
    )
    show_chart(
        figure,
        key=key,
        height=96 + 34 * len(rows),
        x={"title": "When one gave it, another gave it too, %", "range": [-2, 102]},
        y={"autorange": "reversed", "automargin": True, "type": "category"},
    )


def show_periods(periods: Sequence[Period], *, key: str) -> None:
    """Agreement period by period."""
    figure = go.Figure()
    figure.add_scatter(
        x=[period.start for period in periods],
        y=percent([period.same.estimate for period in periods]),
        error_y=_bars([period.same for period in periods]),
        mode="lines+markers",
        line={"color": LINE, "width": 1.5},
        marker={"size": 7},
        customdata=[[period.same.successes, period.same.n] for period in periods],
        hovertemplate="From %{x|%d %b %Y}: %{customdata[0]} of %{customdata[1]} alike (%{y:.0f} %)"
        "<extra></extra>",
    )
    show_chart(
        figure,
        key=key,
        height=280,
        x={"title": "Period, by its first day", "type": "date", "tickformat": "%d %b %Y"},
        y={"title": "Answered alike, %", "range": [-2, 102]},
    )


def _bars(rates: Sequence[Rate]) -> dict[str, object]:
    return interval_bars(
        percent([rate.estimate for rate in rates]),
        percent([rate.low for rate in rates]),
        percent([rate.high for rate in rates]),
    )
