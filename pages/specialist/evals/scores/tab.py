"""The tab Scores: how good what we send is, over time, and what changed it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import streamlit as st

from core.classifiers import list_classifiers
from core.evals import (
    KnownScore,
    ScoreQuery,
    Series,
    export_series,
    list_markers,
    list_score_alerts,
    list_scores,
    read_series,
    score_stamp,
)
from core.evals.tables import ScoreMarker
from core.identity import Actor
from core.reporting import Corrected, corrected_score
from pages.process import get_process
from pages.specialist.evals.scores import alerts, behind, chart, filters, graders, markers
from pages.specialist.evals.scores.words import STEPS, Names, percent_words, total_words
from pages.widgets.style import escape
from pages.widgets.times import zone


def draw(user: Actor) -> None:
    """Draw the tab: alerts, filters, figures, chart, and what is behind it."""
    with get_process().database.reading() as session:
        known = _known(score_stamp(session=session), user)
        names = Names(
            {
                each.classifier.name: each.classifier.title
                for each in list_classifiers(user, session=session, with_archived=True)
            }
        )
        open_ones = list_score_alerts(user, session=session)
    live = graders.load(user)
    if not known:
        _empty(user)
        return
    with st.container(key="scores_alerts"):
        alerts.show(open_ones, user)
    query = filters.choose(known, names)
    with get_process().database.reading() as session:
        stamp = score_stamp(session=session)
        series, corrected = _read(query, stamp, user)
        happened = _markers(query, user)
    name = hashlib.sha256(repr(query).encode()).hexdigest()[:12]
    if not series.total.n:
        st.info("Nothing was judged in this period. Choose a longer one, or another judge.")
    else:
        _figures(series, corrected, names)
        with st.container(key="scores_chart_box"):
            key = f"scores_chart_{name}"
            chart.show(
                series,
                happened,
                zone_name=user.time_zone,
                key=key,
                on_pick=lambda: behind.take_pick(name, key),
            )
        _below(series, user)
        with st.container(key="scores_behind"):
            behind.show(series, user, name=name)
    with st.expander("Releases, incidents and notes", icon=":material/flag:"):
        markers.show(happened, user)
    failing = sum(bool(each.error) and each.active for each in live)
    label = f"Live graders, {failing} with a problem" if failing else "Live graders"
    with st.expander(label, icon=":material/warning:" if failing else ":material/grading:"):
        graders.show(live, user)


def _empty(user: Actor) -> None:
    st.info(
        "There are no scores yet. They come from judgements by questions that say which answers are good: by "
        "classifiers, people or customers. Let a classifier grade what is sent, and they begin to fill.",
        icon=":material/show_chart:",
    )
    st.subheader("Live graders", anchor=False)
    graders.show(graders.load(user), user)


@st.cache_data(ttl=300, max_entries=20, show_spinner=False)
def _known(stamp: int, _user: Actor) -> list[KnownScore]:  # noqa: ARG001 - what was cached is of this stamp
    with get_process().database.reading() as session:
        return list_scores(_user, session=session)


@st.cache_data(ttl=60, max_entries=100, show_spinner=False, hash_funcs={ScoreQuery: repr})
def _read(query: ScoreQuery, stamp: int, _user: Actor) -> tuple[Series, Corrected | None]:  # noqa: ARG001
    with get_process().database.reading() as session:
        series = read_series(_user, query, session=session)
        return series, corrected_score(_user, series, session=session)


def _markers(query: ScoreQuery, user: Actor) -> list[ScoreMarker]:
    local = zone(user.time_zone)
    since = datetime(query.since.year, query.since.month, query.since.day, tzinfo=local)
    until = datetime(query.until.year, query.until.month, query.until.day, tzinfo=local) + timedelta(days=1)
    with get_process().database.reading() as session:
        return list_markers(user, session=session, since=since, until=until)


def _figures(series: Series, corrected: Corrected | None, names: Names) -> None:
    """The score in words, and beside it what people would find."""
    parts = [total_words(series.total, series.query.subject_type)]
    if corrected is not None and corrected.whole.rate is not None:
        parts.append(f"as people would judge: **{percent_words(corrected.whole.rate)}**")
    st.markdown("; ".join(parts) + ".")
    good = " or ".join(series.good)
    told = [
        f"“{series.question}” answered {good} by {names.judge(series.query.judge)}",
        f"{series.query.since:%-d %b %Y} to {series.query.until:%-d %b %Y}",
    ]
    if series.left_out:
        told.append(f"{series.left_out} smaller lines are left out")
    if corrected is not None:
        told.append(_corrected(corrected))
    st.caption(escape(" · ".join(told)))


def _corrected(corrected: Corrected) -> str:
    whole = corrected.whole
    if whole.rate is None:
        return f"As people would judge: not known. {whole.note}"
    months = [
        f"{part.start:%b}: {percent_words(part.rate)}"
        if part.rate is not None
        else f"{part.start:%b}: too few"
        for part in corrected.months
    ]
    note = f" {whole.note}" if whole.note else ""
    return (
        f"As people would judge, by month: {'; '.join(months)}. From {whole.labels:,} labels of "
        f"{corrected.frame}, and its answers about the others.{note}"
    )


def _below(series: Series, user: Actor) -> None:
    """What the chart shows, and the file."""
    query = series.query
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scores_below"):
        st.caption(
            f"A point is a {STEPS[series.step].lower()} (UTC), the fewest days with enough judgements. Bands "
            "are 95 % intervals in which a conversation counts as one. Green lines are releases, dashed ones "
            "incidents. Click a point for what is behind it.",
            width="stretch",
        )
        st.download_button(
            "Export CSV",
            data=lambda: export_series(user, query, database=get_process().database),
            file_name=f"{query.criterion}-{query.judge.replace(' ', '-')}-{_days(query)}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="scores_csv",
        )


def _days(query: ScoreQuery) -> str:
    """The days of a query for a file's name."""
    return f"{query.since:%Y%m%d}-{query.until:%Y%m%d}"
