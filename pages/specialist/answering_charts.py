"""The two charts: what a level buys, and whether the score means what it says."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from core.assist import abstention
from core.assist.tables import Calibration

_BAND = "rgba(15, 107, 102, 0.16)"
_LINE, _ACCENT, _GRAY = "#1b827a", "#c8772b", "#8a9694"
_CONFIG = {"displayModeBar": False}


def show_curve(shown: Calibration, level: abstention.Level) -> None:
    """How often drafts are right against how many are shown, with the point that is looked at."""
    st.subheader("Right against shown", anchor=False)
    points = [point for point in abstention.points_of(shown.curve) if point.n >= 5]
    figure = go.Figure()
    coverage = [100 * point.coverage for point in points]
    figure.add_scatter(
        x=[*coverage, *reversed(coverage)],
        y=[100 * point.high for point in points] + [100 * point.low for point in reversed(points)],
        fill="toself",
        fillcolor=_BAND,
        line={"width": 0},
        hoverinfo="skip",
        name="95% interval",
    )
    figure.add_scatter(
        x=coverage,
        y=[100 * point.precision for point in points],
        mode="lines",
        line={"color": _LINE, "width": 2},
        customdata=[[point.threshold, point.right, point.n] for point in points],
        hovertemplate=(
            "%{x:.0f} % shown, from score %{customdata[0]:.3f}<br>"
            "%{customdata[1]} of %{customdata[2]} right (%{y:.0f} %)<extra></extra>"
        ),
        name="Right among those shown",
    )
    figure.add_hline(y=100 * level.precision, line={"color": _ACCENT, "width": 1, "dash": "dot"})
    in_use = abstention.at_threshold(points, shown.threshold) if shown.live and shown.threshold > 0 else None
    if in_use:
        _mark(figure, in_use, "In use", _GRAY, "diamond")
    if level.point:
        _mark(figure, level.point, "This level", _ACCENT, "circle")
    lowest = min((point.low for point in points), default=0.0)
    figure.update_layout(
        height=370,
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        legend={"orientation": "h", "y": 1.1, "x": 0},
        xaxis={"title": "Drafts shown, % of all answers", "range": [0, 102]},
        yaxis={"title": "Right among those shown, %", "range": [max(0, 100 * lowest - 5), 101]},
    )
    st.plotly_chart(figure, config=_CONFIG, key="answering_curve")
    report = shown.model.get("report", {})
    conversations = report.get("groups")
    st.caption(
        f"{shown.n:,} drafts of {conversations:,} {_of(shown)}, {shown.n_right:,} right; each is scored by "
        f"a fit that had seen none of its {_of(shown)}. Area under the risk-coverage curve: "
        f"{report.get('aurc', 0):.3f} (lower is better)."
    )


def show_reliability(shown: Calibration) -> None:
    """Predicted against observed: on the diagonal, a score of 0.8 is right in 80 of 100."""
    st.subheader("Does the score come true?", anchor=False)
    bins = shown.model.get("report", {}).get("reliability", [])
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": _GRAY, "width": 1, "dash": "dot"},
        hoverinfo="skip",
        name="Exactly as predicted",
    )
    figure.add_scatter(
        x=[100 * each["predicted"] for each in bins],
        y=[100 * each["observed"] for each in bins],
        error_y={
            "array": [100 * (each["high"] - each["observed"]) for each in bins],
            "arrayminus": [100 * (each["observed"] - each["low"]) for each in bins],
            "thickness": 1.2,
            "width": 3,
        },
        mode="markers",
        marker={"color": _LINE, "size": 8},
        customdata=[[each["n"]] for each in bins],
        hovertemplate="Score %{x:.0f}: %{y:.0f} % of %{customdata[0]} right<extra></extra>",
        name="Observed, 95% interval",
    )
    figure.update_layout(
        height=330,
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        legend={"orientation": "h", "y": 1.12, "x": 0},
        xaxis={"title": "Score (predicted right), %", "range": [0, 102]},
        yaxis={"title": "Observed right, %", "range": [0, 102]},
    )
    st.plotly_chart(figure, config=_CONFIG, key="answering_reliability")


def _of(shown: Calibration) -> str:
    """What drafts were kept together by, when the figures were made."""
    return "conversations" if shown.source == "outcomes" else "matters"


def _mark(figure: go.Figure, point: abstention.Point, name: str, colour: str, symbol: str) -> None:
    figure.add_scatter(
        x=[100 * point.coverage],
        y=[100 * point.precision],
        mode="markers",
        marker={"color": colour, "size": 12, "symbol": symbol, "line": {"color": "white", "width": 1.5}},
        hoverinfo="skip",
        name=name,
    )
