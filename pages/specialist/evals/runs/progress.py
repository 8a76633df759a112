"""How far a run is, live, and the verbs: stop, resume, try the errors again."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.evals import RunSummary, get_run, resume_run, stop_run
from core.identity import Actor, Permission
from pages.process import EVAL_RUNS, get_process
from pages.specialist.evals.runs import figures
from pages.specialist.evals.runs.words import COLORS, STATES, cost_words, pace_words
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment


def draw(user: Actor, summary: RunSummary) -> None:
    """The card. While somebody works on the run, it is drawn again each second."""
    active = summary.progress.active
    st.fragment(_card, run_every=1 if active else None)(user, summary.run.key, summary.run.state)


def _card(user: Actor, key: int, drawn_state: str) -> None:
    with get_process().database.reading() as session:
        summary = get_run(user, key, session=session)
    run, found = summary.run, summary.progress
    if run.state != drawn_state:
        st.rerun(scope="app")  # the page around it shows what came of it
    with st.container(border=found.done < found.total or bool(run.error), key="run_progress"):
        with st.container(horizontal=True, vertical_alignment="center", key="run_head"):
            badge = f":{COLORS[run.state]}-badge[{STATES[run.state]}]"
            st.markdown(f"{badge} {escape(pace_words(found))}", width="stretch")
            if user.can(Permission.EVALS_RUN):
                _verbs(user, summary)
        if found.done < found.total:
            st.progress(found.share)
        st.caption(escape(" · ".join(_facts(user, summary))))
        if run.error:
            st.warning(escape(run.error), icon=":material/front_hand:")
    figures.draw(summary)


def _facts(user: Actor, summary: RunSummary) -> list[str]:
    found = summary.progress
    facts = [f"Started {moment(summary.run.created_at, user.time_zone)} by {summary.person or 'Ratchet'}"]
    if found.rate >= 1:
        facts.append(f"{found.rate:,.0f} a second")
    elif found.rate > 0:
        facts.append(f"{60 * found.rate:,.0f} a minute")
    if found.asked and found.active:
        facts.append(f"{found.asked:,} in hand")
    if found.errors:
        facts.append(f"{found.errors:,} without an answer")
    if found.copied:
        facts.append(f"{found.copied:,} answered by an earlier run")
    facts.append(cost_words(found))
    return facts


def _verbs(user: Actor, summary: RunSummary) -> None:
    run, found = summary.run, summary.progress
    if run.state in ("planned", "running"):
        st.button(
            "Stop",
            icon=":material/stop:",
            key="run_stop",
            help="Nothing more is asked; what is being answered is kept, and it can go on later.",
            on_click=partial(_stop, user, run.key),
        )
        return
    if found.active:
        return
    if found.errors or found.unclear:
        st.button(
            "Try errors again",
            icon=":material/replay:",
            key="run_retry",
            help="Asks again what got no answer, and grades again what could not be graded.",
            on_click=partial(_resume, user, run.key, errors_only=True),
        )
    if found.resumable and run.budget is not None and run.budget <= found.cost + 0.005:
        _raise_budget(user, summary)
    elif found.resumable:
        st.button(
            "Resume", icon=":material/play_arrow:", key="run_resume", on_click=partial(_resume, user, run.key)
        )


def _raise_budget(user: Actor, summary: RunSummary) -> None:
    found = summary.progress
    with st.popover("Raise the budget", icon=":material/payments:", key="run_budget_open"):
        suggested = max(found.expected_cost or 0.0, (found.budget or 0.0) * 2)
        budget = st.number_input(
            "Budget in USD, in all",
            min_value=0.01,
            value=round(suggested, 2),
            format="%.2f",
            key="run_budget",
        )
        st.button(
            "Raise it and resume",
            key="run_budget_resume",
            on_click=partial(_resume, user, summary.run.key, budget=budget),
        )


def _stop(user: Actor, key: int) -> None:
    def stop() -> None:
        with get_process().database.transaction() as session:
            stop_run(user, key, session=session)

    run_action(stop, done="It stops as soon as what is in flight is answered")


def _resume(user: Actor, key: int, *, errors_only: bool = False, budget: float | None = None) -> None:
    def resume() -> None:
        with get_process().database.transaction() as session:
            resume_run(user, key, session=session, errors_only=errors_only, budget=budget)
        get_process().worker.wake(EVAL_RUNS)

    run_action(resume, done="It goes on from where it was")
