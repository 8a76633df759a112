"""Another version of a classifier, or none, chosen by what was measured."""

from __future__ import annotations

import streamlit as st

from core.classifiers import has_enough_labels, list_classifiers, list_versions
from core.classifiers.tables import Classifier, ClassifierVersion
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.ship.version_list import differences
from pages.specialist.classifiers.words import headline
from pages.specialist.releases.links import page_link
from pages.specialist.releases.proposals.another.wanted import Wanted
from pages.widgets.style import escape
from pages.widgets.times import moment

_CLASSIFIER = "another_classifier"
_NONE = 0


def draw(user: Actor) -> Wanted | None:
    """The classifier, its version, and what is live now; None where there is nothing to propose."""
    with get_process().database.reading() as session:
        known = {
            each.classifier.key: each.classifier
            for each in list_classifiers(user, session=session)
            if each.newest
        }
    if not known:
        _empty("No classifier has a version yet. Write one and make a version of it, then propose it here.")
        return None
    if st.session_state.get(_CLASSIFIER) not in known:
        st.session_state.pop(_CLASSIFIER, None)
    key = st.selectbox(
        "Classifier",
        list(known),
        format_func=lambda each: known[each].title,
        key=_CLASSIFIER,
        persist_state="session",
    )
    with get_process().database.reading() as session:
        versions = list_versions(user, key, session=session)
    return _version(user, known[key], versions)


def _version(user: Actor, classifier: Classifier, versions: list[ClassifierVersion]) -> Wanted | None:
    live = next((each for each in versions if each.key == classifier.live_version_id), None)
    others = {each.key: each for each in versions if live is None or each.key != live.key}
    st.caption(
        f"Live now: {_said(live)[0].lower()}{_said(live)[1:]}." if live else "No version of it is live now."
    )
    if not others and live is None:
        return None
    if not others:
        st.caption("It has no other version. Make one on the Classifiers page, or propose that none judges.")
        page_link("classifiers", "Open the classifiers", ":material/category:")
    options = [*others, *([_NONE] if live is not None else [])]
    at = f"another_version_{classifier.key}"
    if st.session_state.get(at) not in options:
        st.session_state.pop(at, None)
    chosen = st.selectbox(
        "Version",
        options,
        format_func=lambda each: (
            _said(others[each]) if each in others else "None: it stops judging what arrives"
        ),
        key=at,
        persist_state="session",
    )
    if chosen in others:
        _facts(user, others[chosen], live)
        title = f"{classifier.title}: version {others[chosen].version}"
    else:
        title = f"{classifier.title}: withdrawn"
    return Wanted(lambda: {"version_id": chosen or None}, title, classifier_id=classifier.key)


def _said(version: ClassifierVersion) -> str:
    """ "Version 3: 91 % right (86 to 95), n 240"."""
    words = headline(version.report)
    return f"Version {version.version}: {words[0].lower()}{words[1:]}"


def _facts(user: Actor, version: ClassifierVersion, live: ClassifierVersion | None) -> None:
    made = f"Made {moment(version.created_at, user.time_zone)}"
    lines = [f"{made}: {version.note}" if version.note else f"{made}."]
    if live is not None:
        found = differences(version, live)
        words = "; ".join(found) if found else "the same settings, examples and threshold"
        lines.append(f"Against version {live.version}: {words}.")
    elif version.hold_back:
        lines.append(f"The AI drafts nothing upon {', '.join(version.hold_back)}.")
    st.caption("  \n".join(escape(each) for each in lines))
    if not has_enough_labels(version):
        st.warning(
            "There are not enough labels to say how good this version is, and the gate asks for them. Label "
            "more of what it judges first, or a manager lets it pass with a written reason.",
            icon=":material/warning:",
        )


def _empty(words: str) -> None:
    with st.container(border=True, key="another_empty"):
        st.markdown(words)
        page_link("classifiers", "Open the classifiers", ":material/category:")
