"""The Ship tab: what judges now, which versions there are, how they differ, and who shipped what on what."""

from __future__ import annotations

import streamlit as st

from core.classifiers import (
    NOT_ENOUGH,
    Release,
    count_answers,
    get_classifier,
    has_enough_labels,
    list_releases,
    list_versions,
    rollback_target,
    standing,
)
from core.classifiers.tables import Classifier, ClassifierVersion
from core.identity import Actor, Permission
from core.releases import list_proposals
from pages.process import get_process
from pages.specialist.classifiers.ship import dialogs, shadow, version_list
from pages.specialist.classifiers.words import headline
from pages.specialist.releases.links import page_link
from pages.widgets.style import escape
from pages.widgets.times import clock, moment

JUDGED = ("message", "reply", "conversation")
_STAGES = {"live": "Live", "shadow": "In shadow"}
_EMPTY = {
    "live": "No version is live. What the live version answers is shown to reps, can be filtered by, "
    "and may keep the AI from answering.",
    "shadow": "No version is in shadow. There it judges all that arrives, and nobody acts on it.",
}


def draw(classifier_id: int, *, user: Actor) -> None:
    """Draw the tab."""
    with get_process().database.reading() as session:
        classifier = get_classifier(user, classifier_id, session=session)
        versions = list_versions(user, classifier_id, session=session)
        releases = list_releases(user, classifier_id, session=session)
        back = rollback_target(classifier, session=session)
    if not versions:
        st.info("There is no version to ship yet: make one on the Write tab.", icon=":material/inventory_2:")
        return
    if versions[0].subject_type not in JUDGED:
        st.info(
            "This classifier judges drafts, which do not arrive: it is for tests and comparisons, and cannot "
            "be shipped.",
            icon=":material/info:",
        )
        return
    numbers = {each.key: each for each in versions}
    may_ship = user.can(Permission.CLASSIFIERS_SHIP) and classifier.archived_at is None
    _failures(classifier, numbers, user)
    _proposed(classifier_id, user)
    left, right = st.columns(2, gap="medium")
    with left:
        _stage(
            classifier,
            "live",
            numbers,
            releases,
            user=user,
            may_ship=may_ship,
            back=numbers.get(back or 0),
        )
    with right:
        _stage(classifier, "shadow", numbers, releases, user=user, may_ship=may_ship)
    version_list.draw(classifier, versions, user=user, may_ship=may_ship)
    shadow.draw(classifier, user=user)
    _history(classifier_id, releases, user)


def _failures(classifier: Classifier, versions: dict[int, ClassifierVersion], user: Actor) -> None:
    """A version in use that cannot judge at present, and when it tries again."""
    with get_process().database.reading() as session:
        in_use = {"live": classifier.live_version_id, "shadow": classifier.shadow_version_id}
        for stage, version_id in in_use.items():
            if version_id is None or version_id not in versions:
                continue
            found = standing(version_id, session=session)
            failed = count_answers(version_id, session=session)[1]
            if failed:
                number = versions[version_id].version
                st.caption(
                    f":orange-badge[{failed:,} could not be judged by version {number}] "
                    "Those of the last day are tried again every few minutes."
                )
            if not found.error:
                continue
            again = f" It tries again at {clock(found.retry_at, user.time_zone)}." if found.retry_at else ""
            where = _STAGES[stage].lower()
            st.warning(
                escape(
                    f"Version {versions[version_id].version} ({where}) cannot judge at present: {found.error}"
                    f"{again} What arrives meanwhile is judged then."
                ),
                icon=":material/sync_problem:",
            )


def _proposed(classifier_id: int, user: Actor) -> None:
    """What waits for its replay and its review on the Releases page."""
    if not user.can(Permission.RELEASES_READ):
        return
    with get_process().database.reading() as session:
        waiting = list_proposals(user, session=session, state="open", classifier_id=classifier_id)
    for each in waiting:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":blue-badge[Proposed] :small[{escape(each.author)}]", width="content")
            page_link(
                "releases",
                escape(each.proposal.title),
                ":material/rocket_launch:",
                proposal=each.proposal.key,
            )


def _stage(
    classifier: Classifier,
    stage: str,
    versions: dict[int, ClassifierVersion],
    releases: list[Release],
    *,
    user: Actor,
    may_ship: bool,
    back: ClassifierVersion | None = None,
) -> None:
    version_id = classifier.live_version_id if stage == "live" else classifier.shadow_version_id
    version = versions.get(version_id or 0)
    with st.container(border=True, height="stretch", key=f"ship_stage_{stage}"):
        st.markdown(f"**{_STAGES[stage]}**")
        if version is None:
            st.caption(_EMPTY[stage])
        else:
            _in_use(version, _shipped_by(releases, stage, version.key), user)
        if not may_ship or (version is None and back is None):
            return
        with st.container(horizontal=True, gap="small"):
            if back is not None and st.button(
                f"Roll back to version {back.version}", icon=":material/undo:", key="ship_roll_back"
            ):
                dialogs.roll_back_dialog(user, classifier, back)
            if version is not None and st.button(
                "Withdraw", icon=":material/stop_circle:", key=f"ship_withdraw_{stage}"
            ):
                dialogs.withdraw_dialog(user, classifier, stage, version)


def _in_use(version: ClassifierVersion, release: Release | None, user: Actor) -> None:
    when = f" since {moment(release.at, user.time_zone)}, by {release.who}" if release else ""
    st.markdown(escape(f"Version {version.version}{when}"))
    facts = [headline(version.report)]
    if version.hold_back:
        facts.append(f"the AI drafts nothing upon {', '.join(version.hold_back)}")
    st.caption(escape(" · ".join(facts)))
    if release is not None and release.reason:
        st.caption(escape(f"“{release.reason}”"))
    if release is not None and release.stage == "live" and not has_enough_labels(version):
        st.caption(f":orange-badge[{NOT_ENOUGH.rstrip('.')}]")


def _shipped_by(releases: list[Release], stage: str, version_id: int) -> Release | None:
    return next((each for each in releases if each.stage == stage and each.version_id == version_id), None)


def _history(classifier_id: int, releases: list[Release], user: Actor) -> None:
    st.subheader("Who shipped what", anchor=False)
    if not releases:
        st.caption("Nothing has been shipped yet.")
        return
    version_list.history(classifier_id, releases, user)
