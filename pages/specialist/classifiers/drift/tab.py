"""The Drift tab: whether the live version still sees and answers what it was shipped for."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from core.classifiers import (
    Release,
    answers_over_time,
    get_classifier,
    list_alerts,
    list_releases,
    list_versions,
)
from core.classifiers.tables import ClassifierVersion
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.drift import cards, charts
from pages.widgets.times import zone

_DAYS = {"30 days": 30, "90 days": 90, "1 year": 365}


def draw(classifier_id: int, *, user: Actor) -> None:
    """Draw the tab: open alerts, what was answered day by day, and what became of earlier alerts."""
    with get_process().database.reading() as session:
        classifier = get_classifier(user, classifier_id, session=session)
        versions = {each.key: each for each in list_versions(user, classifier_id, session=session)}
        alerts = list_alerts(user, session=session, classifier_id=classifier_id, state="")
        releases = list_releases(user, classifier_id, session=session)
    live = versions.get(classifier.live_version_id or 0)
    open_ones = [each for each in alerts if each.state == "open"]
    if live is None and not alerts:
        st.info(
            "Drift is watched from the moment a version is live: whether other things come in than before, "
            "whether answers become more or less frequent, and whether people still agree. Ship one first.",
            icon=":material/monitoring:",
        )
        return
    if open_ones:
        primary = True
        for alert in open_ones:
            cards.show(alert, classifier, versions, user=user, primary=primary)
            primary = False
    elif live is not None:
        st.success(
            f"Nothing has drifted, as far as can be told. Version {live.version} is looked at every hour.",
            icon=":material/task_alt:",
        )
    if live is not None:
        _over_time(live, releases, user)
    cards.history([each for each in alerts if each.state != "open"], versions, user)


def _over_time(live: ClassifierVersion, releases: list[Release], user: Actor) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader("Answers over time", anchor=False, width="stretch")
        chosen = st.segmented_control(
            "Stretch",
            list(_DAYS),
            default="90 days",
            required=True,
            key=f"drift_days_{live.classifier_id}",
            label_visibility="collapsed",
        )
    with get_process().database.reading() as session:
        found = answers_over_time(user, live.key, session=session, days=_DAYS[chosen or "90 days"])
    if not found.periods:
        st.caption("It has judged nothing in this stretch of time.")
        return
    shipped = _shipped_at(live, releases, user)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        only = st.selectbox(
            "Answer",
            [None, *(answer for answer in found.answers if answer)],
            format_func=lambda answer: answer or "The most frequent, without their bands",
            key=f"drift_answer_{live.classifier_id}",
            label_visibility="collapsed",
        )
        charts.show_rates(found, shipped, only=only, key=f"drift_rates_{live.key}")
    with right:
        charts.show_confidence(found, shipped, key=f"drift_confidence_{live.key}")
    judged = sum(each.n for each in found.periods)
    st.caption(
        f"Version {live.version} on {judged:,} subjects, by when they were said (at most the newest "
        "50,000). The band of a single answer is the 95 % interval of its rate; subjects of one "
        "conversation count as alike. The dotted line is when it went live: what is left of it was judged in "
        "a backtest or in shadow."
    )


def _shipped_at(live: ClassifierVersion, releases: list[Release], user: Actor) -> datetime | None:
    shipped = next(
        (each.at for each in releases if each.stage == "live" and each.version_id == live.key), None
    )
    return shipped.astimezone(zone(user.time_zone)).replace(tzinfo=None) if shipped else None
