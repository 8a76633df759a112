"""The History tab: a version asked about what was said before, in the background, and what came of it."""

from __future__ import annotations

import streamlit as st

from core.classifiers import get_classifier, list_backtests, list_versions
from core.classifiers.tables import Backtest, ClassifierVersion
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.classifiers.history import progress, results, start
from pages.specialist.classifiers.history.words import scope_words
from pages.widgets.times import moment


def draw(classifier_id: int, *, user: Actor) -> None:
    """Draw the tab."""
    with get_process().database.reading() as session:
        classifier = get_classifier(user, classifier_id, session=session)
        versions = list_versions(user, classifier_id, session=session)
        backtests = list_backtests(user, classifier_id, session=session)
    if not versions:
        st.info("There is no version to try yet: make one on the Write tab.", icon=":material/history:")
        return
    if versions[0].subject_type == "draft":
        st.info(
            "This classifier judges drafts, and backtests read conversations, messages and replies.",
            icon=":material/info:",
        )
        return
    may_edit = user.can(Permission.CLASSIFIERS_EDIT) and classifier.archived_at is None
    left, right = st.columns([5, 7], gap="medium")
    with left, st.container(key="history_start"):
        if may_edit:
            start.draw(classifier_id, versions, backtests, user=user)
        else:
            st.caption("Specialists start backtests here.")
    with right, st.container(key="history_chosen"):
        chosen = _choose(classifier_id, versions, backtests, user)
        if chosen is not None:
            progress.draw(chosen, user=user, may_edit=may_edit)
    if chosen is not None and chosen.done:
        with st.container(key="history_results"):
            version = next(each for each in versions if each.key == chosen.version_id)
            results.draw(chosen, version, user=user)


def _choose(
    classifier_id: int, versions: list[ClassifierVersion], backtests: list[Backtest], user: Actor
) -> Backtest | None:
    """The backtest to look at: the newest, until another is chosen."""
    if not backtests:
        st.markdown("**Backtests**")
        st.caption(
            "None yet. A backtest shows how often each answer would have been given in the past, before "
            "anybody relies on it."
        )
        return None
    numbers = {each.key: each.version for each in versions}
    by_id = {each.key: each for each in backtests}

    def label(key: int) -> str:
        each = by_id[key]
        began = moment(each.created_at, user.time_zone)
        return f"Version {numbers[each.version_id]}, {began}, {scope_words(each)}"

    key = f"history_backtest_{classifier_id}_{len(backtests)}"  # a new one is shown at once
    chosen = st.selectbox("Backtest", list(by_id), format_func=label, key=key)
    return by_id.get(chosen)
