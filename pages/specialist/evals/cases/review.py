"""Taking a candidate, dismissing it with a reason, and taking either back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.evals import CaseView, accept_case, dismiss_case, reopen_case
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases import state
from pages.widgets.shell import run_action

_MOST_REASON = 500


def draw(user: Actor, view: CaseView) -> None:
    """Draw the verbs that fit."""
    case = view.case
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"case_verbs_{case.key}"
    ):
        if case.state == "candidate":
            st.button(
                "Accept",
                type="primary",
                icon=":material/check:",
                key=f"case_accept_{case.key}",
                help="From now on it counts in every suite it belongs to.",
                on_click=_do,
                args=(accept_case, user, case.key, "Accepted."),
            )
            with (
                st.popover("Dismiss", icon=":material/close:", key=f"case_dismiss_{case.key}"),
                st.form(f"case_dismiss_form_{case.key}", border=False),
            ):
                reader = " Whoever flagged it reads it." if view.flags else ""
                st.text_input(f"Why?{reader}", key=f"case_reason_{case.key}", max_chars=_MOST_REASON)
                st.form_submit_button("Dismiss", on_click=_dismiss, args=(user, case.key))
        else:
            st.button(
                "Take the decision back",
                icon=":material/undo:",
                key=f"case_reopen_{case.key}",
                on_click=_do,
                args=(reopen_case, user, case.key, "It is to be reviewed again."),
            )
        st.button(
            "Edit", icon=":material/edit:", key=f"case_edit_{case.key}", on_click=state.edit, args=(case.key,)
        )


def _dismiss(user: Actor, case_id: int) -> None:
    reason = st.session_state.get(f"case_reason_{case_id}", "")
    _do(dismiss_case, user, case_id, "Dismissed.", reason=reason)


def _do(verb: Callable[..., Any], user: Actor, case_id: int, done: str, **rest: Any) -> None:
    def act() -> bool:
        with get_process().database.transaction() as session:
            verb(user, case_id, session=session, **rest)
        return True

    if run_action(act, done=done):
        st.query_params[state.CASE] = str(case_id)  # it stays open where a filter no longer lists it
