"""Choose a version and a part of history, see what it would take, and start."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from core.classifiers import BacktestEstimate, backtest_progress, estimate_backtest, start_backtest
from core.classifiers.tables import Backtest, ClassifierVersion
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.history.words import estimate_words
from pages.specialist.classifiers.words import headline
from pages.widgets.labels import CHANNELS, LANGUAGES
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape
from pages.widgets.times import zone

_SPANS = {"all": "All of history", "365": "Last 12 months", "90": "Last 90 days", "30": "Last 30 days"}


def draw(
    classifier_id: int, versions: list[ClassifierVersion], backtests: list[Backtest], *, user: Actor
) -> None:
    """The form, and below it the estimate once it was asked for."""
    by_id = {each.key: each for each in versions}
    busy = {each.version_id for each in backtests if backtest_progress(each).active}
    with st.container(border=True):
        st.markdown("**Try a version on history**")
        version_id = st.selectbox(
            "Version",
            list(by_id),
            format_func=lambda key: f"Version {by_id[key].version}: {headline(by_id[key].report)}",
            key=f"history_version_{classifier_id}_{len(versions)}",
        )
        span = st.selectbox("Said", list(_SPANS), format_func=_SPANS.__getitem__, key="history_span")
        left, right = st.columns(2)
        channel = left.selectbox(
            "Channel",
            ["", *CHANNELS],
            format_func=lambda name: CHANNELS.get(name, "All channels"),
            key="history_channel",
        )
        locale = right.selectbox(
            "Language",
            ["", *LANGUAGES],
            format_func=lambda name: LANGUAGES.get(name, "All languages"),
            key="history_locale",
        )
        scope = {"since": _since(span, user), "channel": channel or "", "locale": locale or ""}
        _estimate_and_start(by_id[version_id], scope, busy=version_id in busy, user=user)


def _estimate_and_start(
    version: ClassifierVersion, scope: dict[str, Any], *, busy: bool, user: Actor
) -> None:
    if busy:
        st.caption("A backtest of this version is under way. Another can begin when it has ended.")
        return
    kept = "history_estimate"
    asked = (version.key, *scope.values())
    known = st.session_state.get(kept)
    if known is None or known[0] != asked:
        if st.button(
            "Estimate time and cost", key="history_estimate_button", help="Judges a few, and stores nothing."
        ):
            with st.spinner("Judging a few of them"):
                estimate = run_action(lambda: _estimate(version, scope, user))
            if estimate is not None:
                st.session_state[kept] = (asked, estimate)
                st.rerun()
        return
    estimate = known[1]
    st.markdown(escape(estimate_words(estimate, version.subject_type)))
    st.caption(escape(estimate.basis))
    if estimate.total and st.button("Start backtest", type="primary", key="history_start_button"):
        started = run_action(lambda: _start(version, scope, estimate, user))
        if started is not None:
            st.session_state.pop(kept, None)
            notify("The backtest goes on in the background, also when you leave this page.")
            st.rerun()


def _estimate(version: ClassifierVersion, scope: dict[str, Any], user: Actor) -> BacktestEstimate:
    process = get_process()
    return estimate_backtest(user, version.key, database=process.database, services=process.services, **scope)


def _start(
    version: ClassifierVersion, scope: dict[str, Any], estimate: BacktestEstimate, user: Actor
) -> Backtest:
    process = get_process()
    started = start_backtest(
        user,
        version.key,
        database=process.database,
        services=process.services,
        estimate=estimate,
        **scope,
    )
    process.worker.wake("hand out backtests")
    return started


def _since(span: str, user: Actor) -> datetime | None:
    """From midnight of that day on, where the viewer is."""
    if span == "all":
        return None
    here = zone(user.time_zone)
    day: date = datetime.now(here).date() - timedelta(days=int(span))
    return datetime.combine(day, time(), here)
