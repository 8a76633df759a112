"""How often each answer was given, as bars on top of each other."""

from __future__ import annotations

from collections import Counter
from datetime import date

import plotly.graph_objects as go

from core.classifiers import Volume
from pages.widgets.charts import GRAY, LINE, faint, show_chart

_COLOURS = (LINE, "#d98c3f", "#5b7fb8", "#b0566b", "#7a9e4b", "#8b6bb1", "#c2a83e", "#4fa3a5")
_OTHERS, _UNSURE = "#a9b4b2", "#dfe4e3"
_SPAN = {"day": "Day", "week": "Week, by its Monday", "month": "Month"}


def show_volume(volume: Volume, *, key: str) -> None:
    """A bar a day, week or month; the most frequent answers have a colour of their own."""
    totals: Counter[str] = Counter()
    for part in volume.parts:
        totals.update(part.answers)
    named = [answer for answer, _ in totals.most_common(len(_COLOURS))]
    figure = go.Figure()
    starts = [part.start for part in volume.parts]
    for answer, colour in zip(named, _COLOURS, strict=False):
        _bars(figure, starts, [part.answers[answer] for part in volume.parts], answer, colour)
    if len(totals) > len(named):
        others = [
            sum(part.answers.values()) - sum(part.answers[each] for each in named) for part in volume.parts
        ]
        _bars(figure, starts, others, f"{len(totals) - len(named)} other answers", _OTHERS)
    if any(part.unsure for part in volume.parts):
        _bars(figure, starts, [part.unsure for part in volume.parts], "No answer given", _UNSURE)
    show_chart(
        figure,
        key=key,
        height=360,
        x={"title": _SPAN[volume.step], "type": "date", "tickformat": "%d %b %Y"},
        y={"title": "Answers given", "rangemode": "tozero", "gridcolor": faint(GRAY, 0.25)},
        legend=True,
        legend_traceorder="normal",
        barmode="stack",
        bargap=0.15,
    )


def _bars(figure: go.Figure, starts: list[date], counts: list[int], name: str, colour: str) -> None:
    figure.add_bar(
        x=starts,
        y=counts,
        name=name if len(name) <= 40 else f"{name[:39]}…",
        marker={"color": colour, "line": {"width": 0}},
        hovertemplate="%{x|%d %b %Y}: %{y:,}<extra>" + name.replace("<", "&lt;") + "</extra>",
    )
