"""The versions with their figures, what the chosen one changes, and the history of releases."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.classifiers import Release, evidence_of, evidence_rate
from core.classifiers.tables import Classifier, ClassifierVersion
from core.identity import Actor
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.ship import dialogs
from pages.widgets.style import escape
from pages.widgets.times import zone

_ROW = 32
_WIDTHS = {
    "Version": 70,
    "Stage": 90,
    "Made": 132,
    "Examples": 78,
    "Right when it answers": 150,
    "Answers": 150,
}


def draw(classifier: Classifier, versions: list[ClassifierVersion], *, user: Actor, may_ship: bool) -> None:
    """The table; below it what the chosen version changes, and the ways to ship it."""
    st.subheader("Versions", anchor=False)
    local = zone(user.time_zone)
    rows = []
    for each in versions:
        evidence = evidence_of(each)
        rows.append(
            {
                "Version": each.version,
                "Stage": stage_of(classifier, each),
                "Made": each.created_at.astimezone(local).replace(tzinfo=None),
                "Examples": each.example_count,
                "Right when it answers": _rate(evidence, "right_when_answering"),
                "Answers": _rate(evidence, "coverage"),
                "Measured on": f"{evidence['n']:,} {evidence['how']}" if evidence["n"] else "nothing yet",
                "Note": each.note,
            }
        )
    chosen = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        row_height=_ROW,
        height="content" if len(rows) <= 8 else 9 * _ROW,
        selection_mode="single-row",
        on_select="rerun",
        column_config={
            **{name: st.column_config.Column(width=width) for name, width in _WIDTHS.items()},
            "Version": st.column_config.NumberColumn(width=70, format="%d"),
            "Made": st.column_config.DatetimeColumn(width=132, format="D MMM YYYY, HH:mm"),
        },
        key=f"ship_versions_{classifier.key}",
    )
    picked = chosen.selection.rows
    if not picked or picked[0] >= len(versions):
        st.caption("Choose a version to see what it changes" + (" and to ship it." if may_ship else "."))
        return
    version = versions[picked[0]]
    live = next((each for each in versions if each.key == classifier.live_version_id), None)
    _changes(version, live)
    if may_ship:
        _buttons(classifier, version, user)


def stage_of(classifier: Classifier, version: ClassifierVersion) -> str:
    """Where a version is now."""
    if version.key == classifier.live_version_id:
        return "Live"
    return "In shadow" if version.key == classifier.shadow_version_id else ""


def history(classifier_id: int, releases: list[Release], user: Actor) -> None:
    """Every release, newest first, with the figures its maker saw."""
    local = zone(user.time_zone)
    rows = [
        {
            "When": each.at.astimezone(local).replace(tzinfo=None),
            "Who": each.who,
            "What": _deed(each),
            "Right when it answers": _rate(each.evidence, "right_when_answering"),
            "Answers": _rate(each.evidence, "coverage"),
            "Labels": int(each.evidence.get("n") or 0),
            "Reason": each.reason,
        }
        for each in releases
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        row_height=_ROW,
        height="content" if len(rows) <= 8 else 9 * _ROW,
        column_config={
            "When": st.column_config.DatetimeColumn(width=132, format="D MMM YYYY, HH:mm"),
            "Labels": st.column_config.NumberColumn(width=62, format="localized"),
            "Right when it answers": st.column_config.Column(width=150),
            "Answers": st.column_config.Column(width=150),
        },
        key=f"ship_history_{classifier_id}",
    )
    st.caption(
        f"Figures as they were when it was shipped, with 95 % intervals. Times are in {user.time_zone}."
    )


def _deed(release: Release) -> str:
    stage = "live" if release.stage == "live" else "into shadow"
    if release.version is None:
        was = f"Version {release.previous}" if release.previous else "What was there"
        return f"{was} withdrawn from {'live' if release.stage == 'live' else 'shadow'}"
    if release.rollback:
        return f"Rolled back to version {release.version}"
    instead = f", instead of {release.previous}" if release.previous else ""
    return f"Version {release.version} {stage}{instead}"


def _rate(evidence: dict[str, Any], name: str) -> str:
    rate = evidence_rate(evidence, name)
    return rate_words(rate) if rate is not None else "–"


def _changes(version: ClassifierVersion, live: ClassifierVersion | None) -> None:
    """What is different from the live version, in words."""
    if live is None:
        st.markdown(escape(f"Version {version.version}: nothing is live to hold it against."))
        return
    if live.key == version.key:
        st.markdown(escape(f"Version {version.version} is live."))
        return
    found = differences(version, live)
    st.markdown(
        f"**Version {version.version} against version {live.version}, which is live:** "
        + (escape("; ".join(found)) + "." if found else "the same settings, examples and threshold.")
    )
    st.caption("The Measure tab compares what the two answer, example by example.")


def differences(version: ClassifierVersion, live: ClassifierVersion) -> list[str]:
    """What sets a version apart from the live one."""
    found = []
    if version.criterion_id != live.criterion_id:
        found.append("it answers another version of the question")
    if version.examples_digest != live.examples_digest:
        found.append(f"{version.example_count:,} examples instead of {live.example_count:,}")
    if version.settings != live.settings:
        names = sorted(
            {*version.settings, *live.settings}
            - {name for name, value in version.settings.items() if live.settings.get(name, ...) == value}
        )
        found.append(f"other settings ({', '.join(name.replace('_', ' ') for name in names)})")
    for name in ("confidence", "familiarity"):
        ours, theirs = float(version.threshold.get(name, 0)), float(live.threshold.get(name, 0))
        if round(ours, 3) != round(theirs, 3):
            found.append(f"answers from a {name} of {ours:.2f} on instead of {theirs:.2f}")
    if set(version.hold_back) != set(live.hold_back):
        now = ", ".join(version.hold_back) or "no answer"
        found.append(
            f"the AI drafts nothing upon {now} instead of {', '.join(live.hold_back) or 'no answer'}"
        )
    return found


def _buttons(classifier: Classifier, version: ClassifierVersion, user: Actor) -> None:
    is_live, in_shadow = (
        version.key == classifier.live_version_id,
        version.key == classifier.shadow_version_id,
    )
    if is_live:
        return
    with st.container(horizontal=True, gap="small"):
        if st.button(
            f"Let version {version.version} go live",
            type="primary",
            icon=":material/rocket_launch:",
            key="ship_live",
        ):
            dialogs.go_live_dialog(user, classifier, version)
        if not in_shadow:
            st.button(
                "Put into shadow",
                icon=":material/visibility:",
                key="ship_shadow",
                help="It judges all that arrives, and nobody acts on it.",
                on_click=dialogs.put_into_shadow,
                args=(user, classifier, version),
            )
