"""What the charts have in common: colours, intervals as bars and bands, margins, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

LINE, ACCENT, GRAY = "#1b827a", "#c8772b", "#8a9694"
DOTTED = {"color": GRAY, "width": 1, "dash": "dot"}
CONFIG = {"displayModeBar": False}
_SAVING = {"displayModeBar": True, "displaylogo": False, "modeBarButtons": [["toImage"]]}
_LEGEND_ABOVE = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def percent(values: Sequence[float]) -> list[float]:
    """Shares, 0 to 1, as the axes show them."""
    return [100 * each for each in values]


def faint(colour: str, alpha: float = 0.16) -> str:
    """A colour such as ``#1b827a`` for areas."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


def interval_bars(
    middle: Sequence[float], low: Sequence[float], high: Sequence[float], *, width: int = 4
) -> dict[str, Any]:
    """``error_x`` or ``error_y`` of a trace from ``low`` to ``high``; all in the axis' unit."""
    return {
        "array": [top - at for at, top in zip(middle, high, strict=True)],
        "arrayminus": [at - bottom for at, bottom in zip(middle, low, strict=True)],
        "thickness": 1.4,
        "width": width,
    }


def add_band(
    figure: go.Figure,
    x: Sequence[Any],
    low: Sequence[float],
    high: Sequence[float],
    *,
    name: str = "",
    colour: str = LINE,
    group: str | None = None,
) -> None:
    """An area from ``low`` to ``high``; in the legend when it has a name."""
    figure.add_scatter(
        x=[*x, *reversed(x)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=faint(colour),
        line={"width": 0},
        hoverinfo="skip",
        name=name,
        showlegend=bool(name),
        legendgroup=group,
    )


def add_reliability(
    figure: go.Figure,
    said: Sequence[float],
    true: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    counts: Sequence[int],
    *,
    hover: str,
    names: tuple[str, str],
) -> None:
    """How often what was said with some confidence came true, beside the diagonal on which it always does.

    Args:
        said: confidence of each bin; it, ``true``, ``low`` and ``high`` are shares, 0 to 1.
        hover: what a dot tells; ``%{customdata[0]}`` is its count.
        names: of the diagonal and of the dots.
    """
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line=DOTTED, hoverinfo="skip", name=names[0])
    figure.add_scatter(
        x=percent(said),
        y=percent(true),
        error_y=interval_bars(percent(true), percent(low), percent(high), width=3),
        mode="markers",
        marker={"color": LINE, "size": 8},
        customdata=[[each] for each in counts],
        hovertemplate=f"{hover}<extra></extra>",
        name=names[1],
    )


def show_chart(
    figure: go.Figure,
    *,
    key: str,
    height: int,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    legend: bool = False,
    picture: str = "",
    on_pick: Callable[[], None] | None = None,
    **layout: Any,
) -> None:
    """Show a figure; ``x`` and ``y`` describe its axes, ``legend`` puts one above it.

    Args:
        picture: name of the file it can be saved as; empty: no button for that.
        on_pick: called when somebody clicks a point; the event is in the session state under ``key``.
    """
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 56 if legend else 8, "b": 8},
        showlegend=legend,
        legend=_LEGEND_ABOVE,
        xaxis=dict(x),
        yaxis=dict(y),
    )
    figure.update_layout(**layout)
    config: dict[str, Any] = CONFIG if not picture else {**_SAVING, "toImageButtonOptions": _file(picture)}
    if on_pick is None:
        st.plotly_chart(figure, config=config, key=key)
    else:
        st.plotly_chart(figure, config=config, key=key, on_select=on_pick, selection_mode="points")


def _file(name: str) -> dict[str, Any]:
    return {"format": "png", "filename": name, "scale": 2}
