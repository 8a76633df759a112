"""The results of a run: what failed first, filtered, a page at a time, with one of them open."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.errors import RatchetError
from core.evals import (
    OUTCOMES,
    Outcome,
    ResultFilter,
    ResultPage,
    ResultRow,
    RunProgress,
    RunSummary,
    result_choices,
    run_results,
)
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.runs import result, state
from pages.specialist.evals.runs.words import DECISIONS, ERRORS, name_words
from pages.specialist.evals.runs.words import OUTCOMES as WORDS

_PAGE = 50
_DRAWN = "run_results_drawn"
_WIDTHS = {"Case": 200, "Result": 88, "Not met": 150, "Reply": 260, "Time": 64, "Repeat": 64}


def draw(user: Actor, summary: RunSummary) -> None:
    """Draw them, or say why not."""
    if not summary.readable:
        st.info(
            "This suite is held out: what its cases say stays with those who may open it, so that nobody "
            "writes to the test. You see how they score.",
            icon=":material/visibility_off:",
        )
        return
    if not summary.progress.done:
        st.caption("Results appear here as soon as the first ones are graded.")
        return
    with get_process().database.reading() as session:
        wanted = _filters(summary, *_choices(user, summary))
        trail = state.trail((summary.run.key, wanted))
        page = run_results(user, summary.run.key, wanted, trail[-1], session=session, limit=_PAGE)
    if not page.rows:
        st.info("No result is like this. Take a filter away.", icon=":material/filter_alt_off:")
        return
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        selected = _table(page, summary)
        _pages(page, trail)
    with right, st.container(key=f"run_result_{selected}"):
        try:
            result.draw(user, selected)
        except RatchetError as problem:
            st.info(str(problem), icon=":material/info:")


def _choices(user: Actor, summary: RunSummary) -> tuple[list[str], list[str]]:
    with get_process().database.reading() as session:
        found = result_choices(user, summary.run.key, session=session)
    return found.tags, found.names


def _filters(summary: RunSummary, tags: list[str], names: list[str]) -> ResultFilter:
    counts = _counts(summary.progress)
    shown = [each for each in OUTCOMES if counts[each]]
    with st.container(horizontal=True, vertical_alignment="bottom", key="run_filters"):
        outcome = st.segmented_control(
            "Results",
            shown,
            format_func=lambda each: f"{WORDS[each]} {counts[each]:,}",
            key=f"run_outcome_{summary.run.key}",
            label_visibility="collapsed",
        )
        name = (
            st.selectbox(
                "Not met",
                ["", *names],
                format_func=lambda each: name_words(each) if each else "Any expectation",
                key="run_name",
                width=200,
                label_visibility="collapsed",
            )
            if names
            else ""
        )
        tag = (
            st.selectbox(
                "Tag",
                ["", *tags],
                format_func=lambda each: each or "Any tag",
                key="run_tag",
                width=160,
                label_visibility="collapsed",
            )
            if tags
            else ""
        )
        if summary.progress.active:
            st.button("Show newer results", icon=":material/refresh:", type="tertiary", key="run_refresh")
        text = st.text_input(
            "Search", key="run_text", placeholder="Search cases", width=200, label_visibility="collapsed"
        )
    return ResultFilter(outcome=outcome or "", tag=tag or "", name=name or "", text=text)


def _counts(found: RunProgress) -> dict[Outcome, int]:
    return {
        "failed": found.failed,
        "error": found.errors,
        "unclear": found.unclear,
        "passed": found.passed,
        "open": found.waiting + found.asked + found.grading,
    }


def _table(page: ResultPage, summary: RunSummary) -> int:
    """Draw it; returns the result that is selected, by default the first."""
    st.session_state[_DRAWN] = [row.id for row in page.rows]
    key = f"run_results_{hash(tuple(st.session_state[_DRAWN]))}"
    st.dataframe(
        _frame(page.rows, repeats=summary.run.repeats),
        hide_index=True,
        on_select=lambda: _select(key),
        selection_mode="single-row",
        key=key,
        row_height=32,
        height=min(38 + 32 * len(page.rows), 38 + 32 * 16),
        column_config={name: st.column_config.TextColumn(width=width) for name, width in _WIDTHS.items()}
        | {"Critical": st.column_config.CheckboxColumn(width=60, help="No change may make it fail.")},
    )
    return state.result_id() or page.rows[0].id


def _frame(rows: list[ResultRow], *, repeats: int) -> pd.DataFrame:
    columns: dict[str, list[str] | list[bool]] = {
        "Case": [row.name for row in rows],
        "Result": [WORDS[row.outcome] if row.outcome else "" for row in rows],
        "Repeat": [f"{row.repeat + 1} of {repeats}" if repeats > 1 else "" for row in rows],
        "Not met": [", ".join(dict.fromkeys(name_words(each.name) for each in row.missed)) for row in rows],
        "Critical": [row.critical for row in rows],
        "Reply": [_reply(row) for row in rows],
        "Time": [f"{row.milliseconds / 1000:.1f} s" if row.milliseconds else "" for row in rows],
    }
    return pd.DataFrame({name: cells for name, cells in columns.items() if any(cells)})


def _reply(row: ResultRow) -> str:
    if row.error:
        return f"{ERRORS.get(row.error_kind, 'Error')}: {row.error}"
    return row.text or DECISIONS.get(row.decision, "")


def _pages(page: ResultPage, trail: list[tuple[int, int] | None]) -> None:
    first = 1 + _PAGE * (len(trail) - 1)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_pages"):
        st.caption(f"{first:,} to {first + len(page.rows) - 1:,}, failures first", width="stretch")
        if len(trail) > 1:
            st.button(
                "Back",
                key="run_page_back",
                type="tertiary",
                icon=":material/chevron_left:",
                on_click=trail.__delitem__,
                args=(-1,),
            )
        if page.after is not None:
            st.button(
                "Next",
                key="run_page_next",
                type="tertiary",
                icon=":material/chevron_right:",
                on_click=trail.append,
                args=(page.after,),
            )


def _select(key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    drawn = st.session_state[_DRAWN]
    if rows and rows[0] < len(drawn):
        state.open_result(drawn[rows[0]])
