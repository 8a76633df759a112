"""The chart: a line with its band for each value, and what happened as labelled lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

import plotly.graph_objects as go
import streamlit as st

from core.evals import Series, subject_words
from core.evals.tables import ScoreMarker
from pages.specialist.evals.scores.words import line_words, stretch_words
from pages.widgets.charts import ACCENT, GRAY, LINE, add_band, faint, percent, show_chart
from pages.widgets.times import zone

_HEIGHT = 400
_COLOURS = (LINE, ACCENT, "#5b6ee1", "#a23b72", "#7a8b2f", "#3f8fc4", "#9a6fb0", GRAY)
_BANDS = 2  # of more, they cover each other
_MARKS = {"release": (LINE, "solid"), "incident": (ACCENT, "dot"), "note": (GRAY, "dash")}
_LEVELS = 5
_LETTER = 0.0068
"""Width of a letter of a label, as a share of the chart."""
_MOST_LETTERS = 27


def show(
    series: Series,
    markers: Sequence[ScoreMarker],
    *,
    zone_name: str,
    key: str,
    on_pick: Callable[[], None],
) -> None:
    """Draw it. ``on_pick`` is called when somebody clicks; :func:`picked` says what."""
    figure = go.Figure()
    banded = len(series.lines) <= _BANDS
    for place, line in enumerate(series.lines):
        colour = _COLOURS[place % len(_COLOURS)]
        x = [_middle(point.start, point.end) for point in line.points]
        if banded:
            low, high = ([getattr(each.rate, end) for each in line.points] for end in ("low", "high"))
            add_band(figure, x, percent(low), percent(high), colour=colour, group=line.name)
        name = _plain(line_words(series.query.by, line.name))
        figure.add_scatter(
            x=x,
            y=percent([point.rate.estimate for point in line.points]),
            name=name,
            legendgroup=line.name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 8},
            customdata=[
                [
                    stretch_words(point.start, point.end),
                    100 * point.rate.low,
                    100 * point.rate.high,
                    f"{point.n:,} {subject_words(series.query.subject_type)}",
                    f"<br>{name}" if name else "",
                    place,
                    number,
                ]
                for number, point in enumerate(line.points)
            ],
            hovertemplate="%{customdata[0]}: <b>%{y:.0f} %</b>, %{customdata[1]:.0f} to %{customdata[2]:.0f}"
            "<br>%{customdata[3]}%{customdata[4]}<extra></extra>",
        )
    levels = _mark(figure, series, markers, zone_name)
    first, last = _edges(series)
    show_chart(
        figure,
        key=key,
        height=_HEIGHT + 18 * levels,
        x={"type": "date", "tickformat": "%-d %b", "range": [first, last], "showgrid": False},
        y={"title": "Good answers, %", "range": _range(series)},
        legend=bool(series.query.by),
        picture=f"{series.query.criterion}-{series.query.judge}".replace(" ", "-"),
        on_pick=on_pick,
        margin={"l": 8, "r": 8, "t": 34 + 18 * levels + (26 if series.query.by else 0), "b": 8},
        hovermode="closest",
        dragmode=False,
        legend_y=-0.12,
        legend_yanchor="top",
    )


def picked(key: str) -> tuple[int, int] | None:
    """Numbers of the line and of its point that were clicked last; None when nothing is picked."""
    event = st.session_state.get(key)
    points = event["selection"]["points"] if event else []
    for point in points:
        data = point.get("customdata")
        if data is not None and len(data) > 6:
            return int(data[5]), int(data[6])
    return None


def _mark(figure: go.Figure, series: Series, markers: Sequence[ScoreMarker], zone_name: str) -> int:
    """A line for each marker, its label where there is room. Returns how many rows the labels take."""
    first, last = _edges(series)
    width = (last - first).total_seconds()
    taken = [-1.0] * _LEVELS
    used = 0
    for marker in sorted(markers, key=lambda each: each.started_at):
        colour, dash = _MARKS.get(marker.kind, (GRAY, "dash"))
        at = marker.started_at.astimezone(zone(zone_name)).replace(tzinfo=None)
        if not first <= at <= last:
            continue
        if marker.ended_at is not None:
            ended = marker.ended_at.astimezone(zone(zone_name)).replace(tzinfo=None)
            figure.add_vrect(
                x0=at, x1=min(ended, last), fillcolor=faint(colour, 0.14), line_width=0, layer="below"
            )
        figure.add_vline(x=at, line={"color": colour, "width": 1.3, "dash": dash}, layer="below")
        text = _plain(_short(marker.title))
        share = (at - first).total_seconds() / width
        length = _LETTER * len(text) + 0.012
        right = share + length > 1
        start = share - length if right else share
        level = next((each for each in range(_LEVELS) if taken[each] <= start), None)
        if level is None:
            continue  # the table of markers has it
        taken[level] = start + length
        used = max(used, level + 1)
        figure.add_annotation(
            x=at,
            y=1,
            yref="paper",
            yshift=4 + 18 * level,
            xshift=-3 if right else 3,
            text=text,
            hovertext=_long(marker, zone_name),
            showarrow=False,
            xanchor="right" if right else "left",
            yanchor="bottom",
            font={"size": 12},
        )
    return used


def _edges(series: Series) -> tuple[datetime, datetime]:
    first = datetime.combine(series.query.since, time())
    return first - timedelta(hours=12), datetime.combine(series.query.until, time()) + timedelta(hours=36)


def _middle(start: date, end: date) -> datetime:
    first, last = (datetime.combine(day, time(12)) for day in (start, end))
    return first + (last - first) / 2


def _range(series: Series) -> list[float]:
    """From a little below the lowest point, so that a change is seen, to the top."""
    lowest = min((point.rate.estimate for line in series.lines for point in line.points), default=0.0)
    if len(series.lines) <= _BANDS:
        lowest = min((point.rate.low for line in series.lines for point in line.points), default=0.0)
    return [max(-2.0, 10 * ((100 * lowest - 4) // 10)), 102.0]


def _short(title: str) -> str:
    return title if len(title) <= _MOST_LETTERS else f"{title[: _MOST_LETTERS - 1].rstrip()}…"


def _long(marker: ScoreMarker, zone_name: str) -> str:
    at = marker.started_at.astimezone(zone(zone_name))
    return f"{at:%-d %b %Y, %H:%M}<br>{_plain(marker.title)}<br>{_plain(marker.detail[:160])}"


def _plain(text: str) -> str:
    """Text in which nothing is taken for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
