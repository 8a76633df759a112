"""Charts of a measure: calibration, what is taken for what, and what a threshold buys."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from core.classifiers import CurveAt, Figures, ThresholdChoice

LINE, ACCENT, GRAY = "#1b827a", "#c8772b", "#8a9694"
BAND = "rgba(27, 130, 122, 0.18)"
_NUMBERED = 12  # answers up to which there is room for numbers
_CONFIG = {"displayModeBar": False}
_MARGIN = {"l": 8, "r": 8, "t": 56, "b": 8}
_SCALE = [[0.0, "rgba(27, 130, 122, 0.04)"], [1.0, "rgba(27, 130, 122, 0.95)"]]


def show_calibration(figures: Figures, *, key: str) -> None:
    """Said against come true: on the diagonal, a confidence of 80 % is right in 80 of 100."""
    bins = figures.calibration
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": GRAY, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        name="Exactly as said",
    )
    figure.add_scatter(
        x=[100 * each.confidence for each in bins],
        y=[100 * each.right.estimate for each in bins],
        error_y={
            "array": [100 * (each.right.high - each.right.estimate) for each in bins],
            "arrayminus": [100 * (each.right.estimate - each.right.low) for each in bins],
            "thickness": 1.2,
            "width": 3,
        },
        mode="markers",
        marker={"color": LINE, "size": 8},
        customdata=[[each.right.n] for each in bins],
        hovertemplate="Confidence %{x:.0f} %: %{y:.0f} % of %{customdata[0]} right<extra></extra>",
        name="Right, 95 % interval",
    )
    figure.update_layout(
        height=330,
        margin=_MARGIN,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": "Confidence, %", "range": [0, 102]},
        yaxis={"title": "Right, %", "range": [0, 104]},
    )
    st.plotly_chart(figure, config=_CONFIG, key=key)


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
    event = st.plotly_chart(figure, config=_CONFIG, key=key, on_select="rerun", selection_mode="points")
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
    figure.add_scatter(
        x=[*at, *reversed(at)],
        y=[*(100 * each.high for each in shown), *(100 * each.low for each in reversed(shown))],
        fill="toself",
        fillcolor=BAND,
        line={"width": 0},
        hoverinfo="skip",
        name="95 % interval",
    )
    figure.add_scatter(
        x=at,
        y=[100 * each.precision for each in shown],
        mode="lines",
        line={"color": LINE, "width": 2},
        customdata=[[each.n] for each in shown],
        hovertemplate="From %{x:.3f}: %{y:.0f} % of %{customdata[0]} right<extra></extra>",
        name="Right when it answers",
    )
    figure.add_scatter(
        x=at,
        y=[100 * each.coverage for each in shown],
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
    figure.update_layout(
        height=340,
        margin=_MARGIN,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": "Answers from this confidence on", "range": [min(at, default=0.0), 1.01]},
        yaxis={"title": "Share of the examples, %", "range": [0, 104]},
    )
    st.plotly_chart(figure, config=_CONFIG, key=key)


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
