"""Charts of a measure: calibration, what is taken for what, and what a threshold buys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.classifiers import CurveAt, Figures, ThresholdChoice
from pages.widgets.charts import (
    ACCENT,
    CONFIG,
    GRAY,
    LINE,
    add_band,
    add_reliability,
    faint,
    percent,
    show_chart,
)

_NUMBERED = 12  # answers up to which there is room for numbers
_SCALE = [[0.0, faint(LINE, 0.04)], [1.0, faint(LINE, 0.95)]]


def show_calibration(figures: Figures, *, key: str) -> None:
    """Said against come true: on the diagonal, a confidence of 80 % is right in 80 of 100."""
    bins = figures.calibration
    figure = go.Figure()
    right = [each.right for each in bins]
    add_reliability(
        figure,
        [each.confidence for each in bins],
        [each.estimate for each in right],
        [each.low for each in right],
        [each.high for each in right],
        [each.n for each in right],
        hover="Confidence %{x:.0f} %: %{y:.0f} % of %{customdata[0]} right",
        names=("Exactly as said", "Right, 95 % interval"),
    )
    show_chart(
        figure,
        key=key,
        height=330,
        x={"title": "Confidence, %", "range": [0, 102]},
        y={"title": "Right, %", "range": [0, 104]},
        legend=True,
    )


def show_confusion(
    wanted: Sequence[str],
    given: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    right: Collection[tuple[int, int]],
    key: str,
) -> tuple[int, int] | None:
    """A row for each wanted answer, a column for each given one; the cell that was clicked.

    A cell's shade is its share of the row, so that rare answers are seen as well as frequent ones. Squares
    rather than a heat map's image, because those can be clicked.

    Args:
        right: the cells, as row and column, in which nothing is mixed up.
    """
    cells = [
        (row, column, n, n / sum(line))
        for row, line in enumerate(counts)
        for column, n in enumerate(line)
        if n
    ]
    largest = max(len(wanted), len(given))
    size = max(8, min(34, 260 // len(given)))  # squares must not overlap in a narrow window
    figure = go.Figure()
    figure.add_scatter(
        x=[column for _, column, _, _ in cells],
        y=[row for row, _, _, _ in cells],
        mode="markers",
        marker={
            "symbol": "square",
            "size": size,
            "color": [share for *_, share in cells],
            "colorscale": _SCALE,
            "cmin": 0,
            "cmax": 1,
            "line": {
                "width": 1.5,
                "color": [LINE if (row, column) in right else ACCENT for row, column, _, _ in cells],
            },
        },
        unselected={"marker": {"opacity": 0.6}},
        customdata=[[row, column, wanted[row], given[column], n] for row, column, n, _ in cells],
        hovertemplate="Wanted %{customdata[2]}<br>Given %{customdata[3]}<br>%{customdata[4]} examples"
        "<extra></extra>",
    )
    if largest <= _NUMBERED:
        for row, column, n, share in cells:  # annotations, because a selection fades a trace's own text
            figure.add_annotation(
                x=column,
                y=row,
                text=f"{n:,}",
                showarrow=False,
                font={"size": 12, "color": "white" if share > 0.5 else GRAY},
            )
    figure.update_layout(
        height=max(240, (size + 6) * len(wanted) + 150),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        clickmode="event+select",
        dragmode=False,
        xaxis=_axis("Given", given),
        yaxis={**_axis("Wanted", wanted), "range": [len(wanted) - 0.5, -0.5]},
    )
    event = st.plotly_chart(figure, config=CONFIG, key=key, on_select="rerun", selection_mode="points")
    points = event.selection.points if event else []
    if not points:
        return None
    row, column, *_ = points[0]["customdata"]
    return int(row), int(column)


def show_threshold(
    points: Sequence[CurveAt], *, wanted: float, choice: ThresholdChoice | None, key: str
) -> None:
    """Precision with its band, and coverage, by threshold; the chosen one marked."""
    shown = [each for each in points if each.n >= 5]
    at = [each.threshold for each in shown]
    figure = go.Figure()
    add_band(
        figure,
        at,
        percent([each.low for each in shown]),
        percent([each.high for each in shown]),
        name="95 % interval",
    )
    figure.add_scatter(
        x=at,
        y=percent([each.precision for each in shown]),
        mode="lines",
        line={"color": LINE, "width": 2},
        customdata=[[each.n] for each in shown],
        hovertemplate="From %{x:.3f}: %{y:.0f} % of %{customdata[0]} right<extra></extra>",
        name="Right when it answers",
    )
    figure.add_scatter(
        x=at,
        y=percent([each.coverage for each in shown]),
        mode="lines",
        line={"color": GRAY, "width": 1.5, "dash": "dash"},
        hovertemplate="From %{x:.3f}: answers %{y:.0f} %<extra></extra>",
        name="Answered",
    )
    figure.add_hline(y=100 * wanted, line={"color": ACCENT, "width": 1, "dash": "dot"})
    if choice is not None:
        figure.add_vline(
            x=choice.threshold,
            line={"color": ACCENT, "width": 1.5},
            annotation_text=f"{choice.threshold:g}",
            annotation_position="top left",
        )
    show_chart(
        figure,
        key=key,
        height=340,
        x={"title": "Answers from this confidence on", "range": [min(at, default=0.0), 1.01]},
        y={"title": "Share of the examples, %", "range": [0, 104]},
        legend=True,
    )


def _axis(title: str, names: Sequence[str]) -> dict[str, Any]:
    """Every answer named, as long as they can be read; the whole names are told on hovering."""
    every = max(1, -(-len(names) // 40))
    return {
        "title": title,
        "tickmode": "array",
        "tickvals": list(range(0, len(names), every)),
        "ticktext": [name if len(name) <= 22 else f"{name[:21]}…" for name in names[::every]],
        "range": [-0.5, len(names) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
        "tickangle": -40 if title == "Given" and len(names) > 3 else 0,
    }
