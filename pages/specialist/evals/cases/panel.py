"""One case: what is expected, the conversation as it was, where it came from, and what to do with it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.errors import RatchetError
from core.evals import CaseView, CaseWarning, case_warnings, open_case
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases import editing, frozen, origin, review, state
from pages.specialist.evals.cases.words import POLARITIES, SOURCES, STATE_COLORS, STATES, theme_words
from pages.widgets.labels import CHANNELS, language
from pages.widgets.style import escape
from pages.widgets.times import moment


def draw(user: Actor, case_id: int, suites: Mapping[int, str]) -> None:
    """Draw it, or why it cannot be."""
    try:
        with get_process().database.reading() as session:
            view = open_case(user, case_id, session=session)
            warnings = case_warnings(user, case_id, session=session)
    except RatchetError as error:
        st.info(escape(str(error)), icon=":material/visibility_off:")
        return
    # a container for each case: what one leaves behind never becomes part of the next
    with st.container(border=True, gap="small", key=f"case_panel_{case_id}"):
        if view.may_edit and state.editing(case_id):
            editing.draw(user, view)
            return
        _head(user, view)
        if view.may_edit:
            review.draw(user, view)
        _decision(user, view)
        _warnings(warnings)
        _expected(view)
        frozen.draw(user, view.case)
        origin.draw(user, view, suites)


def _head(user: Actor, view: CaseView) -> None:
    case = view.case
    st.markdown(f"**{escape(case.name)}**")
    with st.container(horizontal=True, gap="small", key=f"case_badges_{case.key}"):
        st.badge(STATES[case.state], color=STATE_COLORS[case.state])  # type: ignore[arg-type]
        st.badge(SOURCES.get(case.source, case.source), color="gray")
        if case.critical:
            st.badge("Critical", color="red", help="No change may make it fail.")
        if view.held_out:
            st.badge("Held out", color="violet", icon=":material/visibility_off:")
        if case.polarity:
            positive = case.polarity == "positive"
            st.badge(POLARITIES[case.polarity], color="green" if positive else "orange")
        if case.theme:
            st.badge(escape(theme_words(case.theme)), color="blue")
        for tag in case.tags:
            st.badge(escape(tag), color="gray", icon=":material/sell:")
    facts = [f"Case {case.key}", CHANNELS.get(case.channel, case.channel), language(case.locale)]
    if case.weight != 1:
        facts.append(f"counts {case.weight:g} times")
    if view.owner:
        facts.append(f"looked after by {view.owner}")
    changed = f"changed {moment(case.updated_at, user.time_zone)}" if case.updated_at else ""
    if changed and view.updated_by:
        changed += f" by {view.updated_by}"
    st.caption(escape(" · ".join(filter(None, (*facts, changed)))))


def _decision(user: Actor, view: CaseView) -> None:
    case = view.case
    if case.state == "candidate" or case.decided_at is None:
        return
    who = "You" if case.decided_by_id == user.person_id else view.decided_by or "Somebody"
    said = f"{who} {case.state} it, {moment(case.decided_at, user.time_zone)}."
    st.caption(escape(f"{said} {case.decision_reason}".strip()))


def _warnings(warnings: list[CaseWarning]) -> None:
    for place, each in enumerate(warnings):
        with st.container(horizontal=True, vertical_alignment="center", key=f"case_warning_{place}"):
            st.warning(escape(each.message), icon=":material/warning:")
            if each.case_id is not None:
                st.button(
                    "Open",
                    type="tertiary",
                    key=f"case_twin_{each.case_id}",
                    on_click=state.open_case,
                    args=(each.case_id,),
                )


def _expected(view: CaseView) -> None:
    st.markdown("**What is expected**")
    if not view.expected:
        waits = any(flag.state == "open" for flag in view.flags)
        st.caption(
            "What its flag says, once it is accepted."
            if waits
            else "Nothing yet, so no answer could fail it. Edit the case to add what you expect."
        )
        return
    lines = []
    for each in view.expected:
        by = " :gray-badge[Flag]" if each.flag_id is not None else ""
        lines.append(f"- {escape(_first_lines(each.words))}{by}")
    st.markdown("\n".join(lines))


def _first_lines(words: str) -> str:
    """On one line, shortened: a reference can be a whole letter, and stands below in full."""
    line = " ".join(words.split())
    return line if len(line) <= 400 else f"{line[:399].rstrip()}…"
