"""Making a version: what is at the desk now becomes something that judges, and never changes."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.classifiers import (
    Desk,
    Preview,
    Threshold,
    ThresholdChoice,
    ThresholdRefusal,
    choose_threshold,
    fit_version,
    get_version,
    outcomes,
    preview,
)
from core.classifiers.tables import ClassifierVersion
from core.errors import NotFound, RatchetError
from core.identity import Actor
from pages.process import get_process
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.write import prompt, state
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

RISK = 0.05
"""The chance that the promised precision is not kept, over the labels the threshold was chosen with."""

_FAMILIAR = "Whenever the text is like what it knows"
_PROMISED = "Only where it keeps a promise"


def draw(desk: Desk, user: Actor) -> None:
    """The button, and which version was made last."""
    if not state.may_write(desk, user):
        return
    newest = _newest(desk, user)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            "Make a version", type="primary", icon=":material/deployed_code:", key="classifier_make_version"
        ):
            version_dialog(desk, user)
        if newest is not None:
            st.caption(f"Newest: version {newest.version}")


@st.dialog("Make a version", width="medium")
def version_dialog(desk: Desk, user: Actor) -> None:
    """What is new in it, when it answers, and upon which answers the AI keeps quiet."""
    prefix = f"version_{desk.classifier.key}"
    newest = _newest(desk, user)
    st.caption(
        "Examples and settings as they are now. A version never changes, so what it answered can always be "
        "explained; it judges nothing until it is shipped."
    )
    st.text_input(
        "What is new in it?",
        key=f"{prefix}_note",
        max_chars=500,
        placeholder="For those who compare versions",
    )
    threshold, refused = _threshold(desk, user, prefix)
    hold_back_key = f"{prefix}_hold_back_{newest.version if newest else 0}"
    st.multiselect(
        "The AI drafts nothing when the answer is",
        desk.question.answers,
        default=[each for each in (newest.hold_back if newest else ()) if each in desk.question.answers],
        key=hold_back_key,
        placeholder="It drafts whatever the answer",
        help="Once live: a person answers such conversations without a draft.",
    )
    prompt.draw_cost(desk)
    number = newest.version + 1 if newest else 1
    st.button(
        f"Make version {number}",
        type="primary",
        key=f"{prefix}_go",
        disabled=refused,
        on_click=lambda: _make(
            desk, user, st.session_state[f"{prefix}_note"], threshold, hold_back_key, newest
        ),
    )


def _threshold(desk: Desk, user: Actor, prefix: str) -> tuple[Threshold | None, bool]:
    """The threshold that was chosen; and whether the promise asked for cannot be given."""
    if desk.classifier.kind == "prompt" or not state.example_count(desk.classifier.key):
        return None, False
    when = st.radio("When does it answer?", [_FAMILIAR, _PROMISED], key=f"{prefix}_when")
    if when == _FAMILIAR:
        return None, False
    wanted = st.number_input(
        "Share of its answers that are right, %", 50, 99, 90, step=1, key=f"{prefix}_precision"
    )
    try:
        with st.spinner("Measuring"):
            found = preview(
                user,
                desk.classifier.key,
                database=get_process().database,
                services=get_process().services,
                with_curve=False,
            )
    except RatchetError as error:
        st.info(escape(str(error)), icon=":material/hourglass_empty:")
        return None, True
    choice = keep_promise(found, wanted / 100)
    if isinstance(choice, ThresholdRefusal):
        st.warning(escape(choice.reason), icon=":material/warning:")
        return None, True
    st.caption(
        f"It then answers {rate_words(choice.coverage)} of texts like the examples. With "
        f"{100 * (1 - RISK):.0f} % certainty at least {wanted} % of those answers are right; of the examples "
        f"{rate_words(choice.precision)} were."
    )
    return Threshold(choice.threshold, found.measured.default.familiarity), False


def keep_promise(found: Preview, wanted: float) -> ThresholdChoice | ThresholdRefusal:
    """The lowest confidence that keeps the promise; what is unfamiliar is not answered at any."""
    measured = found.measured
    known = outcomes(measured.question, measured.examples, measured.scores)
    unfamiliar = measured.scores.familiarity < measured.default.familiarity
    return choose_threshold(
        np.where(unfamiliar, 0.0, known.confidence), known.correct, known.groups, wanted=wanted, risk=RISK
    )


def _make(
    desk: Desk,
    user: Actor,
    note: str,
    threshold: Threshold | None,
    hold_back_key: str,
    newest: ClassifierVersion | None,
) -> None:
    def act() -> ClassifierVersion:
        with st.spinner("Making the version and measuring it"):
            return fit_version(
                user,
                desk.classifier.key,
                database=get_process().database,
                services=get_process().services,
                note=note,
                threshold=threshold,
                hold_back=st.session_state[hold_back_key],
            )

    made = run_action(act)
    if made is None:
        return
    if newest is not None and made.key == newest.key:
        notify(f"Nothing differs from version {made.version}, so no other was made.")
    else:
        notify(f"Version {made.version} is made. It judges nothing until you ship it.")
    state.ask_for_tab("Measure")
    st.rerun()


def _newest(desk: Desk, user: Actor) -> ClassifierVersion | None:
    try:
        with get_process().database.reading() as session:
            return get_version(user, desk.classifier.key, session=session)
    except NotFound:
        return None
