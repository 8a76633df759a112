"""One suite: what it is for, its cases, what is added to it, its versions and its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.evals import (
    MemberCounts,
    SuiteSummary,
    archive_suite,
    count_members,
    freeze_suite,
    restore_suite,
)
from core.identity import Actor, Permission, require
from pages.process import get_process
from pages.specialist.evals import frame
from pages.specialist.evals.runs import state as runs
from pages.specialist.evals.suites import adding, members, settings, versions
from pages.specialist.evals.suites.words import KINDS, run_words
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_CASES, _ADD, _VERSIONS, _SETTINGS = "Cases", "Add cases", "Versions", "Settings"


def draw(user: Actor, summary: SuiteSummary) -> None:
    """Draw it."""
    suite = summary.suite
    with get_process().database.reading() as session:
        counts = count_members(user, suite.key, session=session)
    # a container for each suite: what one leaves behind never becomes part of the next
    with st.container(border=True, gap="small", key=f"suite_panel_{suite.key}"):
        _head(summary, counts)
        _verbs(user, summary)
        writes = user.can(Permission.EVALS_EDIT) and suite.archived_at is None
        parts = [_CASES, *([_ADD] if writes else []), _VERSIONS]
        if writes or (user.can(Permission.EVALS_HELD_OUT) and suite.archived_at is None):
            parts.append(_SETTINGS)
        part = st.segmented_control(
            "Part",
            parts,
            default=_CASES,
            required=True,
            key=f"suite_part_{suite.key}",
            label_visibility="collapsed",
        )
        with st.container(gap="small", key=f"suite_part_{suite.key}_{part}"):
            if part == _ADD:
                adding.draw(user, suite)
            elif part == _VERSIONS:
                versions.draw(user, summary)
            elif part == _SETTINGS:
                settings.draw(user, suite)
            else:
                members.draw(user, summary, counts)


def _head(summary: SuiteSummary, counts: MemberCounts) -> None:
    suite = summary.suite
    st.markdown(f"**{escape(suite.title)}**")
    with st.container(horizontal=True, gap="small", key=f"suite_badges_{suite.key}"):
        st.badge(KINDS.get(suite.kind, suite.kind), color="blue")
        if suite.theme:
            st.badge(escape(suite.theme.replace("_", " ")), color="gray")
        if suite.held_out:
            st.badge("Held out", color="violet", icon=":material/visibility_off:")
        if suite.archived_at is not None:
            st.badge("Archived", color="gray", icon=":material/archive:")
    if suite.purpose:
        st.markdown(escape(suite.purpose))
    facts = [f"{suite.name}", f"{counts.accepted:,} accepted"]
    if counts.candidate:
        facts.append(f"{counts.candidate:,} to review")
    if counts.dismissed:
        facts.append(f"{counts.dismissed:,} dismissed")
    if last := run_words(summary):
        facts.append(f"last run: {last}")
    st.caption(escape(" · ".join(facts)))
    if suite.held_out and counts.in_open_suites:
        some = (
            "One of its cases is"
            if counts.in_open_suites == 1
            else f"{counts.in_open_suites:,} of its cases are"
        )
        st.warning(
            f"{some} also in a suite that is not held out. Changes are tried on that one, so here the "
            "figures look better than they are.",
            icon=":material/warning:",
        )


def _verbs(user: Actor, summary: SuiteSummary) -> None:
    suite = summary.suite
    with st.container(horizontal=True, gap="small", key=f"suite_verbs_{suite.key}"):
        if suite.archived_at is not None:
            if user.can(Permission.EVALS_EDIT):
                _button(
                    user, suite.key, "Restore", ":material/unarchive:", restore_suite, "It can be used again."
                )
            return
        if user.can(Permission.EVALS_RUN):
            st.button(
                "Run it",
                type="primary",
                icon=":material/play_arrow:",
                key=f"suite_run_{suite.key}",
                disabled=not summary.accepted,
                help="Opens a new run of this suite." if summary.accepted else "It has no accepted case yet.",
                on_click=_run,
                args=(suite.name,),
            )
        if user.can(Permission.EVALS_EDIT):
            st.button(
                "Make a version",
                icon=":material/ac_unit:",
                key=f"suite_freeze_{suite.key}",
                disabled=not summary.accepted,
                help="Keeps its accepted cases as they are now. A run does this by itself.",
                on_click=_freeze,
                args=(user, suite.key),
            )
            _button(
                user,
                suite.key,
                "Archive",
                ":material/archive:",
                archive_suite,
                "It is archived; its runs stay.",
            )


def _button(user: Actor, suite_id: int, label: str, icon: str, verb: Callable[..., Any], done: str) -> None:
    st.button(
        label,
        icon=icon,
        key=f"suite_{label.lower()}_{suite_id}",
        on_click=_do,
        args=(verb, user, suite_id, done),
    )


def _do(verb: Callable[..., Any], user: Actor, suite_id: int, done: str) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            verb(user, suite_id, session=session)

    run_action(act, done=done)


def _freeze(user: Actor, suite_id: int) -> None:
    def act() -> str:
        require(user, Permission.EVALS_EDIT)
        with get_process().database.transaction() as session:
            version = freeze_suite(suite_id, session=session, person_id=user.person_id)
        return f"Version {version.number} holds the {version.case_count:,} accepted cases as they are now."

    if done := run_action(act):
        st.toast(done, icon=":material/check:")


def _run(name: str) -> None:
    runs.open_new(name)
    frame.go_to("Runs")
