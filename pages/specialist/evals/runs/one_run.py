"""One run: how far it is, what it came to, and its results."""

from __future__ import annotations

import streamlit as st
from sqlmodel import Session

from core.errors import NotFound
from core.evals import RunSummary, get_run, list_runs
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals import frame
from pages.specialist.evals.runs import progress, results, state
from pages.specialist.evals.runs.words import TARGETS, build_words, suite_words
from pages.widgets.style import escape


def draw(user: Actor, key: int) -> None:
    """Draw it, or say that it is gone."""
    try:
        with get_process().database.reading() as session:
            summary = get_run(user, key, session=session)
            before = _before(user, summary, session)
    except NotFound as gone:
        st.info(str(gone), icon=":material/search_off:")
        st.button("All runs", icon=":material/arrow_back:", key="runs_back", on_click=state.open_list)
        return
    _head(summary, before)
    with st.container(key=f"run_{key}"):
        progress.draw(user, summary)
        results.draw(user, summary)


def _before(user: Actor, summary: RunSummary, session: Session) -> RunSummary | None:
    """The run of this suite that it is natural to compare with."""
    older = list_runs(user, session=session, suite=summary.suite.name, before_id=summary.run.key, limit=10)
    return next((each for each in older if each.run.state == "finished"), None)


def _head(summary: RunSummary, before: RunSummary | None) -> None:
    run = summary.run
    with st.container(horizontal=True, vertical_alignment="center", key="run_title"):
        st.button(
            "All runs",
            icon=":material/arrow_back:",
            type="tertiary",
            key="runs_back",
            on_click=state.open_list,
        )
        st.markdown(f"**{escape(suite_words(summary))}** · {escape(build_words(summary))}", width="stretch")
        if before is not None and not summary.progress.active:
            st.button(
                "Compare with the run before",
                icon=":material/compare_arrows:",
                key="run_compare",
                on_click=frame.go_to,
                args=("Compare",),
                kwargs={"before": before.run.key, "after": run.key},
            )
    times = "" if run.repeats == 1 else f", each {run.repeats} times"
    facts = [f"{run.total // run.repeats:,} cases{times}", TARGETS.get(run.target, run.target)]
    if run.build_id:
        facts.append(f"build {run.build_id[:10]}")
    if run.graders:
        facts.append(
            "graded by " + ", ".join(f"{each['classifier']} v{each['version']}" for each in run.graders)
        )
    if run.note:
        facts.append(f"“{run.note}”")
    st.caption(escape(" · ".join(facts)))
