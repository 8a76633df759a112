"""What is asked before a version goes live, is withdrawn or rolled back."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from sqlmodel import Session

from core.classifiers import NOT_ENOUGH, has_enough_labels, needs_proposal, roll_back, ship, withdraw
from core.classifiers.tables import Classifier, ClassifierVersion
from core.identity import Actor
from core.releases import propose_change
from pages.process import get_process
from pages.specialist.classifiers.words import headline
from pages.widgets import confirming
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_MOST = 2_000


Act = Callable[[Session, str], object]


def confirm(label: str, act: Act, *, reason_key: str, done: str, key: str) -> None:
    """The last button of a dialog: acts with the reason that was typed, and closes it if that worked."""

    def work() -> None:
        with get_process().database.transaction() as session:
            act(session, st.session_state.get(reason_key, ""))

    confirming.confirm(label, work, done=done, key=key)


@st.dialog("Go live", width="medium")
def go_live_dialog(user: Actor, classifier: Classifier, version: ClassifierVersion) -> None:
    """The figures, what live means, and why."""
    sure = has_enough_labels(version)
    st.markdown(f"**Version {version.version}** · {escape(headline(version.report))}")
    if _goes_through_the_gate(user, classifier, version.key):
        return
    if not sure:
        st.warning(
            f"{NOT_ENOUGH} Let it judge in shadow first, or write why it should go live all the same. "
            "The reason stays visible beside it.",
            icon=":material/warning:",
        )
    st.caption(
        "From the next message on its answers are judgements: reps see them, queues can be filtered by them"
        + (
            escape(f", and the AI drafts nothing upon {', '.join(version.hold_back)}.")
            if version.hold_back
            else "."
        )
    )
    asked = f"ship_reason_{version.key}"
    st.text_area(
        "Why now?" if sure else "Why all the same?",
        key=asked,
        max_chars=_MOST,
        height=80,
        placeholder="Optional" if sure else "Needed, because the labels do not say how good it is",
    )
    seen = classifier.live_version_id

    def act(session: Session, reason: str) -> None:
        ship(
            user,
            classifier.key,
            version.key,
            session=session,
            stage="live",
            reason=reason,
            instead_of=seen,
        )

    confirm(
        "Go live",
        act,
        reason_key=asked,
        done=f"Version {version.version} is live: it judges what arrives from now on.",
        key="ship_live_confirm",
    )


@st.dialog("Roll back")
def roll_back_dialog(user: Actor, classifier: Classifier, back: ClassifierVersion) -> None:
    """Why, and then the version before judges again."""
    st.markdown(f"**Version {back.version}** · {escape(headline(back.report))}")
    if _goes_through_the_gate(user, classifier, back.key):
        return
    st.caption("It judges what arrives from now on. What was judged meanwhile stays as it is.")
    asked = f"ship_back_reason_{classifier.live_version_id}"
    st.text_area("Why?", key=asked, max_chars=_MOST, height=80)
    seen = classifier.live_version_id

    def act(session: Session, reason: str) -> None:
        roll_back(user, classifier.key, session=session, reason=reason, instead_of=seen)

    confirm(
        f"Roll back to version {back.version}",
        act,
        reason_key=asked,
        done=f"Version {back.version} is live again.",
        key="ship_back_confirm",
    )


@st.dialog("Withdraw")
def withdraw_dialog(user: Actor, classifier: Classifier, stage: str, version: ClassifierVersion) -> None:
    """Why, and then nothing judges in this stage."""
    where = "live" if stage == "live" else "in shadow"
    st.markdown(f"**Version {version.version}** stops judging {where}. What it has judged stays as it is.")
    if stage == "live" and version.hold_back:
        st.warning(
            escape(f"The AI will draft replies again where it found {', '.join(version.hold_back)}."),
            icon=":material/warning:",
        )
    if stage == "live" and _goes_through_the_gate(user, classifier, None):
        return
    asked = f"ship_withdraw_reason_{stage}"
    st.text_input("Why?", key=asked, max_chars=_MOST, placeholder="Optional")

    def act(session: Session, reason: str) -> None:
        withdraw(user, classifier.key, session=session, stage=stage, reason=reason)

    confirm(
        "Withdraw",
        act,
        reason_key=asked,
        done=f"Version {version.version} no longer judges {where}.",
        key="ship_withdraw_confirm",
    )


def _goes_through_the_gate(user: Actor, classifier: Classifier, version_id: int | None) -> bool:
    """Offer to propose what cannot simply be done, because it changes what the AI drafts upon."""
    with get_process().database.reading() as session:
        if not needs_proposal(classifier, version_id, session=session):
            return False
    st.caption(
        "This decides where the AI drafts nothing. Such a change is replayed and read by a second person "
        "before it goes live: propose it here, and follow it on the Releases page."
    )
    asked = f"ship_propose_reason_{version_id}"
    st.text_area("Why now?", key=asked, max_chars=_MOST, height=80, placeholder="For whoever reviews it")

    def act(session: Session, why: str) -> None:
        content = {"version_id": version_id}
        propose_change(user, "classifier", content, session=session, why=why, classifier_id=classifier.key)

    confirm(
        "Propose",
        act,
        reason_key=asked,
        done="Proposed. Replay it on the Releases page.",
        key="ship_propose_confirm",
    )
    return True


def put_into_shadow(user: Actor, classifier: Classifier, version: ClassifierVersion) -> None:
    """Let a version judge without consequences."""

    def act() -> None:
        with get_process().database.transaction() as session:
            ship(
                user,
                classifier.key,
                version.key,
                session=session,
                stage="shadow",
                instead_of=classifier.shadow_version_id,
            )

    run_action(act, done=f"Version {version.version} judges in shadow from now on.")
