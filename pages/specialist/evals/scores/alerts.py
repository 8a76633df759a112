"""Alerts about scores: what changed, and a way to look at it or to say that nothing is to be done."""

from __future__ import annotations

import streamlit as st
from sqlmodel import Session

from core.evals import AlertView, dismiss_score_alert
from core.identity import Actor, Permission
from pages.specialist.evals.scores import filters
from pages.specialist.evals.scores.acting import confirm
from pages.widgets.style import escape
from pages.widgets.times import moment

_SHOWN = 3


def show(alerts: list[AlertView], user: Actor) -> None:
    """The open alerts, the newest first; more than three are folded away."""
    for view in alerts[:_SHOWN]:
        _notice(view, user)
    if len(alerts) > _SHOWN:
        with st.expander(f"{len(alerts) - _SHOWN} more changes"):
            for view in alerts[_SHOWN:]:
                _notice(view, user)


def _notice(view: AlertView, user: Actor) -> None:
    alert = view.alert
    sign = ":material/trending_down:" if view.fell else ":material/trending_up:"
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"scores_alert_{alert.key}"
    ):
        st.markdown(
            f"{sign} {escape(view.words)} :gray[Noticed {escape(moment(alert.created_at, user.time_zone))}.]",
            width="stretch",
        )
        st.button(
            "Show",
            key=f"scores_alert_show_{alert.key}",
            on_click=filters.ask_for,
            args=(view.criterion, alert.judge, alert.subject_type, alert.scope.partition("=")[2]),
        )
        if user.can(Permission.EVALS_RUN) and st.button("Dismiss", key=f"scores_alert_dismiss_{alert.key}"):
            _dismiss(user, view)


@st.dialog("Dismiss the alert")
def _dismiss(user: Actor, view: AlertView) -> None:
    st.markdown(escape(view.words))
    st.caption("What it found counts as expected from now on; the next alert is about changes from there.")
    asked = f"scores_alert_reason_{view.alert.key}"
    st.text_area("Why is nothing to be done?", key=asked, max_chars=2_000, height=80)

    def act(session: Session) -> None:
        dismiss_score_alert(user, view.alert.key, session=session, reason=st.session_state.get(asked, ""))

    confirm("Dismiss", act, done="The alert is dismissed.", key="scores_alert_confirm")
