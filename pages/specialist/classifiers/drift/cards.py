"""Drift alerts: the evidence in words, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st
from sqlmodel import Session

from core.classifiers import (
    alert_conversations,
    alert_words,
    dismiss_alert,
    get_kind,
    propose_retraining,
)
from core.classifiers.tables import Classifier, ClassifierVersion, DriftAlert
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.classifiers.ship.dialogs import confirm
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape
from pages.widgets.times import moment, zone

_TITLES = {
    "input": "Other things come in than before",
    "rate": "Answers have become more or less frequent",
    "agreement": "People agree less than it was shipped on",
}
_STATES = {"dismissed": "Dismissed", "answered": "Answered by a new version"}


def show(
    alert: DriftAlert,
    classifier: Classifier,
    versions: dict[int, ClassifierVersion],
    *,
    user: Actor,
    primary: bool,
) -> None:
    """One open alert."""
    version = versions.get(alert.version_id)
    with st.container(border=True, key=f"drift_alert_{alert.key}"):
        st.markdown(f":material/warning: **{_TITLES.get(alert.kind, alert.kind)}**")
        st.markdown(escape(alert_words(alert)))
        about = [f"Version {version.version}" if version else "", _windows(alert.evidence, user)]
        about.append(f"noticed {moment(alert.created_at, user.time_zone)}")
        st.caption(escape(" · ".join(part for part in about if part)))
        _conversations(alert)
        if classifier.live_version_id != alert.version_id:
            st.caption("This version is not live any more.")
        with st.container(horizontal=True, gap="small"):
            if _may_retrain(classifier, user) and st.button(
                "Propose retraining",
                type="primary" if primary else "secondary",
                icon=":material/model_training:",
                key=f"drift_retrain_{alert.key}",
                help="Adds the labels given meanwhile and makes a version of them. It is not shipped.",
            ):
                _retrain(user, alert.key)
            if user.can(Permission.CLASSIFIERS_SHIP) and st.button(
                "Dismiss", icon=":material/notifications_off:", key=f"drift_dismiss_{alert.key}"
            ):
                dismiss_dialog(user, alert)


def history(alerts: list[DriftAlert], versions: dict[int, ClassifierVersion], user: Actor) -> None:
    """What became of earlier alerts."""
    if not alerts:
        return
    st.subheader("Earlier alerts", anchor=False)
    local = zone(user.time_zone)
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Noticed": each.created_at.astimezone(local).replace(tzinfo=None),
                    "Version": versions[each.version_id].version if each.version_id in versions else None,
                    "What": alert_words(each),
                    "Then": _STATES.get(each.state, each.state),
                    "Why": each.reason,
                }
                for each in alerts
            ]
        ),
        hide_index=True,
        row_height=32,
        height="content" if len(alerts) <= 8 else 300,
        column_config={
            "Noticed": st.column_config.DatetimeColumn(width=132, format="D MMM YYYY, HH:mm"),
            "Version": st.column_config.NumberColumn(width=62, format="%d"),
        },
        key="drift_history",
    )


def _may_retrain(classifier: Classifier, user: Actor) -> bool:
    open_to_changes = classifier.archived_at is None and get_kind(classifier.kind).learns
    return open_to_changes and user.can(Permission.CLASSIFIERS_EDIT)


@st.dialog("Dismiss the alert")
def dismiss_dialog(user: Actor, alert: DriftAlert) -> None:
    """Why nothing has to be done."""
    st.caption("What it found counts as expected from now on; the next alert is about changes from there.")
    asked = f"drift_reason_{alert.key}"
    st.text_area("Why is nothing to be done?", key=asked, max_chars=2_000, height=80)

    def act(session: Session, reason: str) -> None:
        dismiss_alert(user, alert.key, session=session, reason=reason)

    confirm("Dismiss", act, reason_key=asked, done="The alert is dismissed.", key="drift_dismiss_confirm")


def _retrain(user: Actor, alert_id: int) -> None:
    def act() -> ClassifierVersion:
        process = get_process()
        with st.spinner("Adding the labels, fitting and measuring"):
            return propose_retraining(user, alert_id, database=process.database, services=process.services)

    made = run_action(act)
    if made is not None:
        notify(f"Version {made.version} is made. Compare it on the Measure tab; nobody has shipped it.")
        st.rerun()


def _windows(evidence: dict[str, Any], user: Actor) -> str:
    if "before" not in evidence:
        return ""
    before, recent = (_stretch(evidence[name], user) for name in ("before", "recent"))
    return f"{recent} against {before}"


def _stretch(window: dict[str, Any], user: Actor) -> str:
    local = zone(user.time_zone)
    since, until = (datetime.fromisoformat(window[name]).astimezone(local) for name in ("since", "until"))
    return (
        f"{since:%-d %b} to {until:%-d %b} (n {window['n']:,} in {window['conversations']:,} conversations)"
    )


def _conversations(alert: DriftAlert) -> None:
    """Links to the subjects it names."""
    with get_process().database.reading() as session:
        found = alert_conversations(alert, session=session)
    if not found:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("For example", width="content")
        for each in found[:5]:
            st.page_link(
                "rep/assist.py",
                label=f"Conversation {each}",
                query_params={"conversation": str(each)},
                width="content",
            )
