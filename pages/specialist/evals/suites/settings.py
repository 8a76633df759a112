"""What a suite is called and for, and whether it is held out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.classifiers import ChangedMeanwhile
from core.evals import SUITE_KINDS, EvalSuite, change_suite
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.evals.suites import state
from pages.specialist.evals.suites.words import KIND_HINTS, KINDS
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

HELD_OUT = """Whoever writes articles, instructions and classifiers then no longer reads its cases, only how
many there are and how they score. So nobody fits the answers to the questions, knowingly or not. A manager
may open it again."""


def draw(user: Actor, suite: EvalSuite) -> None:
    """Draw the form; who may only open it gets only that."""
    prefix = f"suite_edit_{suite.key}_"
    seen = int(st.session_state.setdefault(f"{prefix}seen", suite.revision))
    wanted: dict[str, Any] = {}
    _overtaken(prefix)
    if user.can(Permission.EVALS_EDIT):
        wanted["title"] = st.text_input("Title", value=suite.title, key=f"{prefix}title", max_chars=200)
        wanted["purpose"] = st.text_area(
            "What it is for", value=suite.purpose, key=f"{prefix}purpose", max_chars=2000, height=90
        )
        wanted["kind"] = st.segmented_control(
            "Kind",
            SUITE_KINDS,
            default=suite.kind,
            required=True,
            format_func=KINDS.__getitem__,
            key=f"{prefix}kind",
        )
        st.caption(KIND_HINTS[wanted["kind"]])
        if wanted["kind"] == "theme":
            wanted["theme"] = st.text_input("Theme", value=suite.theme, key=f"{prefix}theme", max_chars=100)
    may_switch = user.can(Permission.EVALS_HELD_OUT) or (
        user.can(Permission.EVALS_EDIT) and not suite.held_out
    )
    held_out = st.toggle("Held out", value=suite.held_out, key=f"{prefix}held_out", disabled=not may_switch)
    st.caption(HELD_OUT)
    if may_switch:
        wanted["held_out"] = held_out
    # not in a callback, which would get what the fields held before the click
    if st.button("Save", key=f"{prefix}save", disabled=not wanted):
        _save(user, suite, seen, wanted, prefix)


def _save(user: Actor, suite: EvalSuite, seen: int, wanted: dict[str, Any], prefix: str) -> None:
    overtaken: ChangedMeanwhile | None = st.session_state.get(f"{prefix}overtaken")

    def act() -> bool:
        try:
            with get_process().database.transaction() as session:
                change_suite(
                    user,
                    suite.key,
                    session=session,
                    revision=overtaken.revision if overtaken else seen,
                    **wanted,
                )
        except ChangedMeanwhile as error:
            st.session_state[f"{prefix}overtaken"] = error
            return False
        return True

    stored = run_action(act)
    if stored:
        state.forget(prefix)
        notify("Saved.")
    if stored is not None:
        st.rerun()


def _overtaken(prefix: str) -> None:
    error: ChangedMeanwhile | None = st.session_state.get(f"{prefix}overtaken")
    if error is None:
        return
    st.warning(escape(str(error)), icon=":material/call_split:")
    for each in error.differences:
        st.markdown(f"**{each.field.replace('_', ' ').capitalize()}**")
        st.markdown(f"- Stored: {escape(str(each.theirs))}\n- Yours: {escape(str(each.yours))}")
    with st.container(horizontal=True, gap="small", key=f"{prefix}overtaken_verbs"):
        st.caption("Save stores yours over it.", width="stretch")
        st.button("Keep theirs", key=f"{prefix}theirs", on_click=state.forget, args=(prefix,))
