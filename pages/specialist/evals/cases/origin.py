"""Where a case came from, and the suites it belongs to."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.evals import CaseView, add_members, remove_member
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.evals import frame
from pages.specialist.evals.cases import state
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment


def draw(user: Actor, view: CaseView, suites: Mapping[int, str]) -> None:
    """Draw both."""
    _suites(user, view, suites)
    st.markdown("**Where it came from**")
    case = view.case
    made = f"Made {moment(case.created_at, user.time_zone)}"
    st.caption(escape(made + (f" by {view.created_by}" if view.created_by else "")))
    with st.container(horizontal=True, gap="medium", key=f"case_links_{case.key}"):
        if case.conversation_id is not None and user.can(Permission.CONVERSATIONS_READ):
            st.page_link(
                "rep/assist.py",
                label="The conversation",
                icon=":material/forum:",
                query_params={"conversation": str(case.conversation_id)},
                width="content",
            )
        if view.flags and user.can(Permission.FLAGS_READ_ALL):
            label = "Its flag" if len(view.flags) == 1 else f"Its {len(view.flags):,} flags"
            st.page_link("rep/flags.py", label=label, icon=":material/flag:", width="content")
        if case.draft_id is not None and user.can(Permission.TRACES_READ):
            st.page_link(
                "specialist/traces.py",
                label="How the draft was made",
                icon=":material/timeline:",
                query_params={"draft": str(case.draft_id)},
                width="content",
            )
    if file := case.provenance.get("file"):
        line = case.provenance.get("line")
        st.caption(escape(f"From {file}" + (f", line {line}" if line else "")))


def _suites(user: Actor, view: CaseView, suites: Mapping[int, str]) -> None:
    case_id = view.case.key
    st.markdown("**Suites**")
    if not view.suites:
        st.caption("It belongs to no suite yet, so no run asks it.")
    for suite in view.suites:
        with st.container(horizontal=True, vertical_alignment="center", key=f"case_suite_{suite.key}"):
            st.button(
                escape(suite.title),
                type="tertiary",
                icon=":material/visibility_off:" if suite.held_out else ":material/folder:",
                key=f"case_suite_open_{suite.key}",
                on_click=frame.go_to,
                args=("Suites",),
                kwargs={"suite": suite.name},
            )
            if user.can(Permission.EVALS_HELD_OUT if suite.held_out else Permission.EVALS_EDIT):
                st.button(
                    "Take out",
                    type="tertiary",
                    key=f"case_suite_out_{suite.key}",
                    on_click=_remove,
                    args=(user, suite.key, case_id),
                )
    member = {suite.key for suite in view.suites}
    others = {key: title for key, title in suites.items() if key not in member}
    if others and user.can(Permission.EVALS_EDIT):
        with st.popover("Add to a suite", icon=":material/add:", key=f"case_add_to_{case_id}"):
            alike = len(set(others.values())) < len(others)
            st.selectbox(
                "Suite",
                list(others),
                format_func=lambda key: f"{others[key]} ({key})" if alike else others[key],
                key=f"case_add_to_which_{case_id}",
            )
            st.button(
                "Add", key=f"case_add_to_go_{case_id}", on_click=_add, args=(user, case_id, set(others))
            )


def _add(user: Actor, case_id: int, offered: set[int]) -> None:
    suite_id = st.session_state.get(f"case_add_to_which_{case_id}")
    if suite_id not in offered:
        return

    def act() -> str:
        with get_process().database.transaction() as session:
            add_members(user, suite_id, [case_id], session=session)
        return "It belongs to the suite now."

    if done := run_action(act):
        st.toast(done, icon=":material/check:")


def _remove(user: Actor, suite_id: int, case_id: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            remove_member(user, suite_id, case_id, session=session)

    run_action(act, done="It no longer belongs to the suite.")
    state.open_case(case_id)
