"""One backtest: how far it is, stop and resume."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.classifiers import BacktestProgress, backtest_progress, get_backtest, resume_backtest, stop_backtest
from core.classifiers.tables import Backtest
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.history.words import dollars, duration
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment

_TITLES = {
    "planned": ":gray-badge[Begins in a moment]",
    "running": ":blue-badge[Under way]",
    "stopping": ":gray-badge[Stopping]",
    "stopped": ":orange-badge[Stopped]",
    "finished": ":green-badge[Finished]",
    "failed": ":red-badge[Broke off]",
}


def draw(backtest: Backtest, *, user: Actor, may_edit: bool) -> None:
    """The card. While somebody works on it, it is drawn again each second."""
    active = backtest_progress(backtest).active
    st.fragment(_card, run_every=1 if active else None)(backtest.key, user, may_edit, backtest.state)


def _card(backtest_id: int, user: Actor, may_edit: bool, drawn_state: str) -> None:
    with get_process().database.reading() as session:
        backtest = get_backtest(user, backtest_id, session=session)
    found = backtest_progress(backtest)
    if found.state != drawn_state:
        st.rerun()  # the page around it shows what came of it, and other buttons
    with st.container(border=True):
        st.markdown(f"{_TITLES[found.state]} {escape(_line(found))}")
        st.progress(found.share)
        st.caption(escape(" · ".join(_facts(backtest, found, user))))
        if backtest.error:
            st.error(escape(backtest.error), icon=":material/sync_problem:")
        if may_edit:
            _verbs(backtest_id, found, user)


def _line(found: BacktestProgress) -> str:
    judged = f"{found.done:,} of {found.total:,} judged"
    if found.state == "running" and found.seconds_left is not None:
        return f"{judged}, about {duration(found.seconds_left)} left"
    return judged


def _facts(backtest: Backtest, found: BacktestProgress, user: Actor) -> list[str]:
    facts = [f"Started {moment(backtest.created_at, user.time_zone)}"]
    if found.rate >= 1:
        facts.append(f"{found.rate:,.0f} a second")
    elif found.rate > 0:
        facts.append(f"{60 * found.rate:,.0f} a minute")
    if found.failed:
        facts.append(f"{found.failed:,} could not be judged")
    if found.cost:
        facts.append(f"{dollars(found.cost)} so far")
    return facts


def _verbs(backtest_id: int, found: BacktestProgress, user: Actor) -> None:
    if found.state in ("planned", "running"):
        st.button(
            "Stop",
            key=f"history_stop_{backtest_id}",
            help="What was judged stays, and it can go on later.",
            on_click=partial(_stop, backtest_id, user),
        )
    elif found.resumable:
        st.button("Resume", key=f"history_resume_{backtest_id}", on_click=partial(_resume, backtest_id, user))


def _stop(backtest_id: int, user: Actor) -> None:
    def stop() -> None:
        with get_process().database.transaction() as session:
            stop_backtest(user, backtest_id, session=session)

    run_action(stop, done="It stops after the piece in hand")


def _resume(backtest_id: int, user: Actor) -> None:
    def resume() -> None:
        with get_process().database.transaction() as session:
            resume_backtest(user, backtest_id, session=session)
        get_process().worker.wake("hand out backtests")

    run_action(resume, done="It goes on from where it was")
