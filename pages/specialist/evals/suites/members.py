"""The cases of a suite, for those who may read them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evals import CaseFilter, CaseRow, MemberCounts, SuiteSummary, list_cases, remove_members
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.evals import frame
from pages.specialist.evals.cases.words import STATES, theme_words
from pages.specialist.evals.suites import state
from pages.widgets.shell import run_action

_PAGE = 50


def draw(user: Actor, summary: SuiteSummary, counts: MemberCounts) -> None:
    """Draw a page of them, or why they are not shown."""
    suite = summary.suite
    if not summary.may_open:
        st.info(
            f"It is held out, so its cases ({counts.all:,}) are not shown to those who write what it "
            "measures. You may add cases, run it and see how it scores. A manager may open it.",
            icon=":material/visibility_off:",
        )
        return
    wanted = CaseFilter(suite_id=suite.key)
    trail = state.trail(wanted)
    with get_process().database.reading() as session:
        page = list_cases(user, wanted, trail[-1], session=session, limit=_PAGE)
    if not page.rows:
        if len(trail) > 1:
            trail[1:] = []
            st.rerun()
        st.info("No case belongs to it yet. Add some.", icon=":material/playlist_add:")
        return
    selected = _table(page.rows, suite.key)
    first = 1 + _PAGE * (len(trail) - 1)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"suite_pages_{suite.key}"
    ):
        st.caption(
            f"{first:,} to {first + len(page.rows) - 1:,} of {page.total:,}."
            f"{_hidden(counts.all - page.total)} Select rows.",
            width="stretch",
        )
        if len(trail) > 1:
            st.button(
                "Newer",
                type="tertiary",
                key=f"suite_newer_{suite.key}",
                on_click=trail.__delitem__,
                args=(-1,),
            )
        if page.next_after is not None:
            st.button(
                "Older",
                type="tertiary",
                key=f"suite_older_{suite.key}",
                on_click=trail.append,
                args=(page.next_after,),
            )
    if selected:
        _chosen(user, summary, selected)


def _hidden(count: int) -> str:
    """Cases of an open suite that a held-out one has as well."""
    return f" {count:,} more {'is' if count == 1 else 'are'} held out." if count else ""


def _table(rows: Sequence[CaseRow], suite_id: int) -> list[CaseRow]:
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Case": [row.name for row in rows],
                "State": [STATES[row.state] for row in rows],
                "Theme": [theme_words(row.theme) for row in rows],
                "Critical": ["Yes" if row.critical else "" for row in rows],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"suite_members_{suite_id}_{hash(tuple(row.id for row in rows))}",
        row_height=32,
        height=min(38 + 32 * len(rows), 38 + 32 * 12),
        column_config={
            "Case": st.column_config.TextColumn(width=230),
            "State": st.column_config.TextColumn(width=78),
            "Theme": st.column_config.TextColumn(width=110),
            "Critical": st.column_config.TextColumn(width=60),
        },
    )
    return [rows[at] for at in chosen["selection"]["rows"] if at < len(rows)]


def _chosen(user: Actor, summary: SuiteSummary, rows: Sequence[CaseRow]) -> None:
    suite = summary.suite
    ids = tuple(row.id for row in rows)
    removes = user.can(Permission.EVALS_HELD_OUT if suite.held_out else Permission.EVALS_EDIT)
    with st.container(horizontal=True, gap="small", key=f"suite_chosen_{suite.key}"):
        if len(rows) == 1:
            st.button(
                "Open the case",
                icon=":material/open_in_new:",
                key=f"suite_open_case_{suite.key}",
                on_click=frame.go_to,
                args=("Cases",),
                kwargs={"case": ids[0]},
            )
        if removes and suite.archived_at is None:
            some = "Take it out" if len(rows) == 1 else f"Take {len(rows):,} out"
            st.button(
                some,
                icon=":material/playlist_remove:",
                key=f"suite_take_out_{suite.key}",
                on_click=_remove,
                args=(user, suite.key, ids),
            )


def _remove(user: Actor, suite_id: int, ids: Sequence[int]) -> None:
    def act() -> int:
        with get_process().database.transaction() as session:
            return remove_members(user, suite_id, ids, session=session)

    run_action(act, done="Taken out. Versions and runs keep them.")
