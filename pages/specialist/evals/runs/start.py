"""A new run: which suite, who is asked, how often, and what it may cost."""

from __future__ import annotations

import streamlit as st

from core.errors import RatchetError
from core.evals import (
    MOST_REPEATS,
    RunEstimate,
    estimate_run,
    list_candidates,
    list_suites,
    start_run,
    target_names,
)
from core.evals.tables import EvalRun
from core.identity import Actor
from pages.process import EVAL_RUNS, get_process
from pages.specialist.classifiers.history.words import dollars, duration
from pages.specialist.evals.runs import candidate, state
from pages.specialist.evals.runs.words import TARGETS
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape


def draw(user: Actor) -> None:
    """The form, with what it will take."""
    with get_process().database.reading() as session:
        suites = {each.suite.name: each for each in list_suites(user, session=session)}
        candidates = [each.name for each in list_candidates(user, session=session)]
    st.button(
        "All runs", icon=":material/arrow_back:", type="tertiary", key="runs_back", on_click=state.open_list
    )
    if not suites:
        st.info("A run needs a suite. Make one on the tab Suites first.", icon=":material/inventory_2:")
        return
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(border=True, key="run_form"):
        st.markdown("**New run**")
        suite = st.selectbox(
            "Suite",
            list(suites),
            format_func=lambda name: f"{suites[name].suite.title} ({suites[name].accepted:,} cases)",
            key=state.SUITE,
        )
        first, second = st.columns(2)
        target = first.selectbox(
            "Ask", target_names(), format_func=lambda name: TARGETS.get(name, name), key="run_new_target"
        )
        chosen = second.selectbox(
            "Build",
            ["", *candidates],
            format_func=lambda name: name or "The one in force",
            key="run_new_candidate",
            help="A candidate is a change to try before it is made.",
        )
        repeats = first.number_input(
            "Ask each case",
            min_value=1,
            max_value=MOST_REPEATS,
            key="run_new_repeats",
            help="More than once shows how consistent the answers are.",
        )
        budget = second.number_input(
            "Budget in USD",
            min_value=0.0,
            format="%.2f",
            value=None,
            placeholder="No limit",
            key="run_new_budget",
            help="It stops before it spends more, and can go on when the budget is raised.",
        )
        note = st.text_input(
            "Note", max_chars=500, key="run_new_note", placeholder="What is it for?", persist_state="session"
        )
        fresh = st.checkbox(
            "Ask again what this build has answered before",
            key="run_new_fresh",
            help="Otherwise those answers are taken over, free of charge, and only graded again.",
        )
        _start(user, suite, target, chosen or "", int(repeats), budget, note, fresh)
    with right:
        candidate.draw(user)


def _start(
    user: Actor,
    suite: str,
    target: str,
    chosen: str,
    repeats: int,
    budget: float | None,
    note: str,
    fresh: bool,
) -> None:
    process = get_process()
    try:
        with process.database.reading() as session:
            estimate = estimate_run(
                user,
                suite,
                session=session,
                settings=process.settings,
                target=target,
                repeats=repeats,
                fresh=fresh,
            )
    except RatchetError as problem:
        st.info(escape(str(problem)), icon=":material/info:")
        return
    st.markdown(escape(_estimate_words(estimate)))
    st.caption(escape(estimate.basis))
    if st.button("Start run", type="primary", icon=":material/play_arrow:", key="run_start"):
        with st.spinner("Freezing the suite"):
            run = run_action(
                lambda: start_run(
                    user,
                    suite,
                    database=process.database,
                    settings=process.settings,
                    target=target,
                    candidate=chosen,
                    repeats=repeats,
                    budget=budget,
                    note=note,
                    fresh=fresh,
                )
            )
        if run is not None:
            _opened(run)


def _opened(run: EvalRun) -> None:
    get_process().worker.wake(EVAL_RUNS)
    notify("The run goes on in the background, also when you leave this page.")
    state.open_run(run.key)
    st.rerun()


def _estimate_words(estimate: RunEstimate) -> str:
    words = f"{estimate.results:,} answers"
    if estimate.seconds is not None:
        words += f", {'about ' if estimate.seconds >= 1 else ''}{duration(estimate.seconds)}"
    if estimate.cost is None:
        return f"{words}. What it costs cannot be said: no prices are set."
    return f"{words}. " + (
        "Nothing is paid for it." if not estimate.cost else f"About {dollars(estimate.cost)}."
    )
