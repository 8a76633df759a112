"""The two charts: what a level buys, and whether the score means what it says."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from core.assist import abstention
from core.assist.tables import Calibration
from pages.widgets.charts import ACCENT, GRAY, LINE, add_band, add_reliability, percent, show_chart


def show_curve(shown: Calibration, level: abstention.Level) -> None:
    """How often drafts are right against how many are shown, with the point that is looked at."""
    st.subheader("Right against shown", anchor=False)
    points = [point for point in abstention.points_of(shown.curve) if point.n >= 5]
    figure = go.Figure()
    coverage = percent([point.coverage for point in points])
    add_band(
        figure,
        coverage,
        percent([point.low for point in points]),
        percent([point.high for point in points]),
        name="95% interval",
    )
    figure.add_scatter(
        x=coverage,
        y=percent([point.precision for point in points]),
        mode="lines",
        line={"color": LINE, "width": 2},
        customdata=[[point.threshold, point.right, point.n] for point in points],
        hovertemplate=(
            "%{x:.0f} % shown, from score %{customdata[0]:.3f}<br>"
            "%{customdata[1]} of %{customdata[2]} right (%{y:.0f} %)<extra></extra>"
        ),
        name="Right among those shown",
    )
    figure.add_hline(y=100 * level.precision, line={"color": ACCENT, "width": 1, "dash": "dot"})
    in_use = abstention.at_threshold(points, shown.threshold) if shown.live and shown.threshold > 0 else None
    if in_use:
        _mark(figure, in_use, "In use", GRAY, "diamond")
    if level.point:
        _mark(figure, level.point, "This level", ACCENT, "circle")
    lowest = min((point.low for point in points), default=0.0)
    show_chart(
        figure,
        key="answering_curve",
        height=380,
        x={"title": "Drafts shown, % of all answers", "range": [0, 102]},
        y={"title": "Right among those shown, %", "range": [max(0, 100 * lowest - 5), 101]},
        legend=True,
    )
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
    predicted, observed, low, high = (
        [each[name] for each in bins] for name in ("predicted", "observed", "low", "high")
    )
    add_reliability(
        figure,
        predicted,
        observed,
        low,
        high,
        [each["n"] for each in bins],
        hover="Score %{x:.0f}: %{y:.0f} % of %{customdata[0]} right",
        names=("Exactly as predicted", "Observed, 95% interval"),
    )
    show_chart(
        figure,
        key="answering_reliability",
        height=340,
        x={"title": "Score (predicted right), %", "range": [0, 102]},
        y={"title": "Observed right, %", "range": [0, 104]},
        legend=True,
    )


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
