"""The dialogs for a new classifier, and for the title and purpose of one that exists."""

from __future__ import annotations

import streamlit as st

from core.classifiers import ChangedMeanwhile, change_classifier, create_classifier, kinds
from core.classifiers.tables import Classifier
from core.criteria import Criterion, list_criteria, slug
from core.identity import Actor, Permission
from pages.process import get_process
from pages.registry import PAGES
from pages.widgets.labels import SUBJECTS
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

_WORDS = ("span", "note")  # kinds of criteria that ask for words, which no classifier gives
_ORDER = ("examples", "rules", "prompt", "check")
"""The kinds as they are offered, what suits most questions first."""
_PREFIX = "new_classifier_"


@st.dialog("New classifier", width="large")
def new_dialog(actor: Actor) -> None:
    """What it is called, which question it answers about what, and how."""
    with get_process().database.reading() as session:
        criteria = {each.name: each for each in list_criteria(session=session) if each.kind not in _WORDS}
    if not criteria:
        st.info("There is no question a classifier could answer yet.", icon=":material/help:")
        _criteria_link(actor, "Write one on the Criteria page")
        return
    title = st.text_input(
        "Title", key=f"{_PREFIX}title", max_chars=200, placeholder="Wants to cancel", autocomplete="off"
    )
    criterion = criteria[
        st.selectbox(
            "Question it answers",
            list(criteria),
            format_func=lambda name: f"{criteria[name].question} ({name})",
            key=f"{_PREFIX}criterion",
        )
    ]
    _criteria_link(actor, "Another question? Write it on the Criteria page")
    subject_key = _subject(criterion)
    offered = {each.name: each for each in sorted(kinds(), key=lambda each: _place(each.name))}
    st.radio(
        "How it answers",
        list(offered),
        format_func=lambda name: offered[name].title,
        captions=[each.hint for each in offered.values()],
        key=f"{_PREFIX}kind",
    )
    with st.container(horizontal=True, gap="medium"):
        st.text_input(
            "What it is for",
            key=f"{_PREFIX}purpose",
            max_chars=2000,
            placeholder="Optional: what is done with its answers",
        )
        st.text_input(
            "Short name",
            key=f"{_PREFIX}name",
            max_chars=100,
            placeholder=slug(title) or "made from the title",
            help="Letters a to z, digits, _, - and . It never changes; the command line and exports use it.",
            width=260,
        )
    st.button("Create", type="primary", key=f"{_PREFIX}go", on_click=_create, args=(actor, subject_key))


def _place(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _subject(criterion: Criterion) -> str:
    """Ask what is judged; the key of the answer."""
    key = f"{_PREFIX}subject_{criterion.key}"
    st.segmented_control(
        "About each",
        criterion.subjects,
        default=criterion.subjects[0],
        required=True,
        format_func=lambda subject: SUBJECTS.get(subject, subject),
        key=key,
    )
    return key


def _criteria_link(actor: Actor, label: str) -> None:
    entry = next((each for each in PAGES if each.address == "criteria"), None)
    if entry is not None and actor.can(Permission.CRITERIA_EDIT):
        st.page_link(entry.file, label=label, icon=":material/rule:", query_params={"edit": "new"})


def _create(actor: Actor, subject_key: str) -> None:
    def act() -> Classifier:
        with get_process().database.transaction() as session:
            return create_classifier(
                actor,
                session=session,
                name=st.session_state[f"{_PREFIX}name"],
                title=st.session_state[f"{_PREFIX}title"],
                criterion_name=st.session_state[f"{_PREFIX}criterion"],
                kind=st.session_state[f"{_PREFIX}kind"],
                subject_type=st.session_state[subject_key],
                purpose=st.session_state[f"{_PREFIX}purpose"],
            )

    made = run_action(act)
    if made is None:
        return
    for key in [key for key in st.session_state if str(key).startswith(_PREFIX)]:
        del st.session_state[key]
    st.query_params.from_dict({"classifier": made.name})
    st.rerun()


@st.dialog("Title and purpose", width="medium")
def details_dialog(actor: Actor, classifier: Classifier) -> None:
    """Both as text; what somebody else stored meanwhile is shown and not overwritten."""
    key = f"classifier_details_{classifier.key}_"
    overtaken_key = f"{key}overtaken_{classifier.revision}"
    st.text_input("Title", value=classifier.title, key=f"{key}title", max_chars=200)
    st.text_area("What it is for", value=classifier.purpose, key=f"{key}purpose", max_chars=2000, height=110)
    overtaken: ChangedMeanwhile | None = st.session_state.get(overtaken_key)
    if overtaken is not None:
        theirs = " ".join(f"Stored {each.field}: “{each.theirs}”." for each in overtaken.differences)
        st.warning(escape(f"{overtaken} {theirs}"), icon=":material/call_split:")
    st.button(
        "Save",
        type="primary",
        key=f"{key}save",
        on_click=_save,
        args=(actor, classifier, key, overtaken_key),
    )


def _save(actor: Actor, classifier: Classifier, key: str, overtaken_key: str) -> None:
    overtaken: ChangedMeanwhile | None = st.session_state.get(overtaken_key)

    def act() -> bool:
        try:
            with get_process().database.transaction() as session:
                change_classifier(
                    actor,
                    classifier.key,
                    session=session,
                    revision=overtaken.revision if overtaken else classifier.revision,
                    title=st.session_state[f"{key}title"],
                    purpose=st.session_state[f"{key}purpose"],
                )
        except ChangedMeanwhile as error:
            st.session_state[overtaken_key] = error
            return False
        return True

    if run_action(act):
        for each in [each for each in st.session_state if str(each).startswith(key)]:
            del st.session_state[each]
        notify("Saved.")
        st.rerun()
