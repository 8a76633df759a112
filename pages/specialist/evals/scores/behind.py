"""The conversations behind a point, the worst first."""

from __future__ import annotations

import streamlit as st

from core.evals import BehindPage, Line, Point, Series, drill
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.scores import chart
from pages.specialist.evals.scores.words import line_words, percent_words, stretch_words
from pages.widgets import labels
from pages.widgets.times import day

_ALL = (-1, -1)


def chosen_key(name: str) -> str:
    """State of the stretch that is looked at, for one series."""
    return f"scores_stretch_{name}"


def take_pick(name: str, chart_key: str) -> None:
    """Look at the point that was clicked. For the chart's callback."""
    found = chart.picked(chart_key)
    if found is not None:
        st.session_state[chosen_key(name)] = found


def show(series: Series, user: Actor, *, name: str) -> None:
    """Choose a stretch, with the keyboard as well as by a click, and list what is behind it."""
    points = {
        (place, number): (line, point)
        for place, line in enumerate(series.lines)
        for number, point in enumerate(line.points)
    }
    if st.session_state.get(chosen_key(name), _ALL) not in {_ALL, *points}:
        st.session_state[chosen_key(name)] = _ALL
    heading, choice = st.columns([3, 2], vertical_alignment="bottom", gap="small")
    heading.subheader("Conversations behind it, the worst first", anchor=False)
    with choice:
        chosen = st.selectbox(
            "Stretch",
            [_ALL, *sorted(points, key=lambda each: (points[each][1].start, each[0]), reverse=True)],
            format_func=lambda each: _stretch(series, points.get(each)),
            key=chosen_key(name),
            label_visibility="collapsed",
            help="Click a point of the chart, or choose here.",
        )
    line, point = points.get(chosen, (None, None))
    page_key = f"scores_page_{name}_{chosen[0]}_{chosen[1]}"
    with get_process().database.reading() as session:
        found = drill(
            user,
            series.query,
            session=session,
            since=point.start if point is not None else series.query.since,
            until=point.end if point is not None else series.query.until,
            line=line.name if line is not None else None,
            page=int(st.session_state.get(page_key, 1)),
        )
    _table(found, user, key=f"scores_behind_{name}")
    if found.pages > 1:
        st.pagination(found.pages, key=page_key)


def _stretch(series: Series, found: tuple[Line, Point] | None) -> str:
    if found is None:
        query = series.query
        return f"The whole period, {stretch_words(query.since, query.until)}"
    line, point = found
    named = f"{line_words(series.query.by, line.name)}, " if series.query.by else ""
    return f"{named}{stretch_words(point.start, point.end)}: {percent_words(point.rate)} of {point.n:,}"


def _table(found: BehindPage, user: Actor, *, key: str) -> None:
    if not found.rows:
        st.caption("There is nothing behind it any more: the judgements were withdrawn, or replaced.")
        return
    st.dataframe(
        [
            {
                "Open": f"/assist?conversation={each.conversation_id}",
                "Answer": each.answer,
                "Good": f"{each.good} of {each.n}",
                "Judged text": each.text,
                "Why": each.reason or None,
                "Customer": each.customer,
                "Channel": labels.CHANNELS.get(each.channel, each.channel),
                "Day": day(each.at, user.time_zone),
            }
            for each in found.rows
        ],
        hide_index=True,
        row_height=34,
        column_config={
            "Open": st.column_config.LinkColumn(display_text="Open", width=60),
            "Answer": st.column_config.TextColumn(width=80),
            "Good": st.column_config.TextColumn(width=64, help="Good answers about this conversation."),
            "Judged text": st.column_config.TextColumn(width="large"),
            "Why": st.column_config.TextColumn(width="medium"),
            "Day": st.column_config.TextColumn(width=120),
        },
        key=key,
    )
    conversations = "conversation" if found.total == 1 else "conversations"
    st.caption(
        f"{found.total:,} {conversations}. Text, answer and reason are of the worst judgement of each."
    )
