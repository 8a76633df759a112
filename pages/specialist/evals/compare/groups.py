"""Differences by criterion, tag, theme and so on: a table, and the same with intervals as a chart."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.evals import GroupDifference, RunComparison
from core.statistics import PairedDifference
from pages.specialist.evals.compare.words import DIMENSIONS, DIRECTIONS, group_words, p_words, points
from pages.widgets.charts import ACCENT, GRAY, LINE, faint, interval_bars, percent, show_chart
from pages.widgets.style import escape

_COLOURS = {"better": LINE, "worse": ACCENT, "unclear": GRAY}
_CHARTED = 16
_LONG = 34


def draw(found: RunComparison, questions: dict[str, str]) -> None:
    """A choice of dimension, the table, and the chart."""
    there = [each for each in DIMENSIONS if found.of(each)]
    if not there:
        st.caption("There is nothing to tell apart: no case was graded in both runs.")
        return
    chosen = st.segmented_control(
        "By",
        there,
        format_func=DIMENSIONS.__getitem__,
        default=there[0],
        required=True,
        key="compare_dimension",
        label_visibility="collapsed",
    )
    dimension = chosen if chosen in there else there[0]
    groups = sorted(found.of(dimension), key=lambda each: (each.found.difference, each.name))
    with st.container(key=f"compare_groups_{dimension}"):
        _table(groups, questions, dimension)
        _chart(found.whole, groups, questions, dimension)


def _table(groups: list[GroupDifference], questions: dict[str, str], dimension: str) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                DIMENSIONS[dimension]: [group_words(each, questions) for each in groups],
                "Reading": [DIRECTIONS[each.direction] for each in groups],
                "Cases": [each.found.n for each in groups],
                "Before": [100 * each.found.before for each in groups],
                "After": [100 * each.found.after for each in groups],
                "Difference, points": [points(each.found) for each in groups],
                "p, adjusted": [p_words(each.adjusted) for each in groups],
            }
        ),
        hide_index=True,
        row_height=30,
        height="content" if len(groups) <= 12 else 404,
        key=f"compare_table_{dimension}",
        column_config={
            DIMENSIONS[dimension]: st.column_config.TextColumn(width=250),
            "Reading": st.column_config.TextColumn(
                width=76, help="Of the adjusted figure: better or worse only where it is no chance."
            ),
            "Cases": st.column_config.NumberColumn(width=62, format="localized"),
            "Before": st.column_config.NumberColumn(width=72, format="%.1f %%", help="Share that passes."),
            "After": st.column_config.NumberColumn(width=72, format="%.1f %%"),
            "Difference, points": st.column_config.TextColumn(width=168, help="With its 95 % interval."),
            "p, adjusted": st.column_config.TextColumn(
                width=86, help="Exact, and adjusted for all rows of this table (Holm)."
            ),
        },
    )
    for line in _notes(groups, questions):
        st.caption(line, width="stretch")


def _notes(groups: list[GroupDifference], questions: dict[str, str]) -> list[str]:
    """What must be known of the rows: one line for those of which the same is to be said."""
    same: dict[str, list[str]] = {}
    for each in groups:
        if each.caution:
            same.setdefault(each.caution, []).append(group_words(each, questions))
    lines = [f"{escape('; '.join(names))}: {escape(caution)}" for caution, names in same.items()]
    if len(groups) > 1:
        lines.append(
            f"{len(groups)} rows are read at once: a change counts only when it would be rare among them all."
        )
    return lines


def _chart(
    whole: PairedDifference, groups: list[GroupDifference], questions: dict[str, str], dimension: str
) -> None:
    """Differences as dots with their intervals; where there are many, those furthest from nothing."""
    shown = groups
    if len(groups) > _CHARTED:
        shown = sorted(groups, key=lambda each: -abs(each.found.difference))[:_CHARTED]
        shown.sort(key=lambda each: each.found.difference)
        st.caption(f"Charted: the {_CHARTED} that differ most of {len(groups)}.")
    rows = [("All cases", whole, whole.direction)]
    rows += [(group_words(each, questions), each.found, each.direction) for each in shown]
    figure = go.Figure()
    for direction, colour in _COLOURS.items():
        places = [place for place, (_, _, each) in enumerate(rows) if each == direction]
        if not places:
            continue
        found = [rows[place][1] for place in places]
        middle = percent([each.difference for each in found])
        figure.add_scatter(
            x=middle,
            y=places,
            error_x=interval_bars(
                middle, percent([each.low for each in found]), percent([each.high for each in found])
            ),
            mode="markers",
            marker={"color": colour, "size": 9},
            customdata=[
                [rows[place][0].replace("<", "&lt;"), each.n, points(each)]
                for place, each in zip(places, found, strict=True)
            ],
            hovertemplate="%{customdata[0]}<br>%{customdata[2]} points, n %{customdata[1]}<extra></extra>",
            name=DIRECTIONS[direction],
        )
    figure.add_vline(x=0, line={"color": GRAY, "width": 1, "dash": "dot"})
    show_chart(
        figure,
        key=f"compare_chart_{dimension}",
        height=90 + 30 * len(rows) + 48,
        x={
            "title": "Difference in the share that passes, points, with 95 % interval",
            "gridcolor": faint(GRAY, 0.25),
            "zeroline": False,
        },
        y={
            "tickmode": "array",
            "tickvals": list(range(len(rows))),
            "ticktext": [_short(name) for name, _, _ in rows],
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
        },
        legend=True,
    )


def _short(name: str) -> str:
    plain = name.replace("<", "&lt;")
    return plain if len(name) <= _LONG else f"{name[: _LONG - 1]}…".replace("<", "&lt;")
