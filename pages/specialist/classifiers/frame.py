"""One classifier: what it is for and where it stands, above the tabs that write, measure and ship it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.classifiers import Desk, archive_classifier, open_desk, restore_classifier
from core.errors import RatchetError
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.classifiers import details
from pages.specialist.classifiers.drift import tab as drift_tab
from pages.specialist.classifiers.history import tab as history_tab
from pages.specialist.classifiers.measure import tab as measure_tab
from pages.specialist.classifiers.ship import tab as ship_tab
from pages.specialist.classifiers.words import about_words, kind_title, stage_words
from pages.specialist.classifiers.write import state
from pages.specialist.classifiers.write import tab as write_tab
from pages.widgets.shell import run_action
from pages.widgets.style import escape

ADDRESS = "classifier"
TAB = "tab"
"""Names in the address, and of the tab's widget."""

_TABS: dict[str, Callable[..., None]] = {
    "Write": write_tab.draw,
    "Measure": measure_tab.draw,
    "History": history_tab.draw,
    "Ship": ship_tab.draw,
    "Drift": drift_tab.draw,
}


def show(actor: Actor, name: str) -> None:
    """Draw the head and the tab that is open; the others cost nothing."""
    st.button("All classifiers", icon=":material/chevron_left:", type="tertiary", key="back", on_click=_back)
    try:
        with get_process().database.reading() as session:
            desk = open_desk(actor, name, session=session)
    except RatchetError as error:
        st.warning(escape(str(error)), icon=":material/search_off:")
        return
    _head(actor, desk)
    if desk.closed:
        st.info(escape(desk.closed), icon=":material/archive:")
    if wanted := state.wanted_tab():
        st.session_state[TAB] = wanted
    tabs = st.tabs(list(_TABS), key=TAB, bind="query-params", on_change="rerun")
    for tab, (label, draw) in zip(tabs, _TABS.items(), strict=True):
        if tab.open:
            # a container for each classifier and tab: what one leaves behind never becomes part of the next
            with tab, st.container(key=f"classifier_{desk.classifier.key}_{label.lower()}"):
                draw(desk.classifier.key, user=actor)


def _head(actor: Actor, desk: Desk) -> None:
    classifier = desk.classifier
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title(escape(classifier.title), anchor=False, width="stretch")
        if actor.can(Permission.CLASSIFIERS_EDIT):
            with st.container(horizontal=True, width="content"):
                if classifier.archived_at is not None:
                    st.button(
                        "Restore",
                        icon=":material/unarchive:",
                        key="classifier_restore",
                        on_click=_restore,
                        args=(actor, classifier.key),
                    )
                else:
                    if st.button("Details", icon=":material/edit:", key="details"):
                        details.details_dialog(actor, classifier)
                    st.button(
                        "Archive",
                        icon=":material/archive:",
                        key="classifier_archive",
                        help="Puts it away with all that belongs to it. It can be restored at any time.",
                        on_click=_archive,
                        args=(actor, classifier.key),
                    )
    st.markdown(f"{stage_words(classifier)} {escape(desk.criterion.question)}")
    facts = [classifier.name, kind_title(classifier.kind), about_words(classifier.subject_type)]
    st.caption(escape(" · ".join([*facts, *([classifier.purpose] if classifier.purpose else [])])))


def _archive(actor: Actor, classifier_id: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            archive_classifier(actor, classifier_id, session=session)

    run_action(act, done="It is archived, with all that belongs to it.")


def _restore(actor: Actor, classifier_id: int) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            restore_classifier(actor, classifier_id, session=session)

    run_action(act, done="It can be worked on again.")


def _back() -> None:
    st.query_params.clear()
