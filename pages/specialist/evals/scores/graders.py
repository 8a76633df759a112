"""Live graders: who grades which share of what is sent and drafted."""

from __future__ import annotations

import streamlit as st
from sqlmodel import Session

from core.classifiers import list_classifiers
from core.evals import (
    GRADED,
    LiveGraderView,
    list_live_graders,
    pause_live_grader,
    resume_live_grader,
    set_live_grader,
    subject_words,
)
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.evals.scores.acting import confirm, in_transaction
from pages.widgets.times import moment

_ALL = "judges every reply, live"


def show(graders: list[LiveGraderView], user: Actor) -> None:
    """A table of them with how they are doing, and what can be done about the chosen one."""
    st.caption(
        "A live grader grades a share of what is sent and drafted, always the same one, within seconds. A "
        "classifier that is live for replies judges all of them anyhow."
    )
    chosen: LiveGraderView | None = None
    if graders:
        event = st.dataframe(
            [
                {
                    "Grader": each.title,
                    "Question": each.question,
                    "Grades": subject_words(each.subject_type).capitalize(),
                    "Share": 100 * each.share,
                    "Graded": each.graded,
                    "Last": moment(each.graded_at, user.time_zone) if each.graded_at else "never",
                    "State": _state(each, user),
                }
                for each in graders
            ],
            hide_index=True,
            row_height=34,
            height="content" if len(graders) <= 8 else 320,
            column_config={
                "Share": st.column_config.NumberColumn(format="%.0f %%", width=70),
                "Graded": st.column_config.NumberColumn(format="localized", width=80),
                "Grades": st.column_config.TextColumn(width=80),
                "State": st.column_config.TextColumn(width="large"),
            },
            on_select="rerun",
            selection_mode="single-row",
            key="scores_graders",
        )
        rows = event["selection"]["rows"]
        chosen = graders[rows[0]] if rows and rows[0] < len(graders) else None
    else:
        st.caption("There is none yet: what is sent is not graded unless a classifier is live for it.")
    if not user.can(Permission.CLASSIFIERS_SHIP):
        return
    with st.container(horizontal=True, gap="small"):
        if st.button("Add live grader", icon=":material/add:", key="scores_grader_add"):
            _add(user)
        if st.button(
            "Change share", disabled=chosen is None, key="scores_grader_share", help="Choose a row first."
        ):
            _share(user, chosen)
        if chosen is None or chosen.active:
            st.button(
                "Pause",
                disabled=chosen is None,
                key="scores_grader_pause",
                help="What is sent meanwhile is not graded later.",
                on_click=_pause,
                args=(user, chosen),
            )
        else:
            st.button("Resume", key="scores_grader_resume", on_click=_resume, args=(user, chosen))


def load(user: Actor) -> list[LiveGraderView]:
    """The graders as they are."""
    with get_process().database.reading() as session:
        return list_live_graders(user, session=session)


def _state(view: LiveGraderView, user: Actor) -> str:
    if not view.active:
        return "Paused"
    if view.error:
        again = f" Tries again {moment(view.retry_at, user.time_zone)}." if view.retry_at else ""
        return f"{view.error}{again}"
    if view.covered:
        return f"Nothing to do: it {_ALL}"
    failed = f", {view.failed:,} failed" if view.failed else ""
    note = "" if view.scored else "; its question does not say what is good, so it has no score"
    return f"At work, version {view.version}{failed}{note}"


def _pause(user: Actor, view: LiveGraderView | None) -> None:
    if view is not None:
        in_transaction(
            lambda session: pause_live_grader(user, view.grader_id, session=session), done="Paused"
        )


def _resume(user: Actor, view: LiveGraderView) -> None:
    in_transaction(
        lambda session: resume_live_grader(user, view.grader_id, session=session), done="At work again"
    )


@st.dialog("Add a live grader")
def _add(user: Actor) -> None:
    offered = _offered(user)
    if not offered:
        st.info(
            "No classifier answers a question about replies or drafts yet, or none has a version. "
            "Write one under Classifiers."
        )
        return
    name = st.selectbox(
        "Classifier", list(offered), format_func=lambda name: offered[name][0], key="scores_grader_name"
    )
    about = st.selectbox(
        "Grades",
        offered[name][1],
        format_func=lambda kind: subject_words(kind).capitalize(),
        key=f"scores_grader_about_{name}",
    )
    share = _slider("scores_grader_new_share", 0.1)

    def act(session: Session) -> None:
        set_live_grader(user, name, session=session, subject_type=about, share=share)

    confirm(
        "Add", act, done="It grades what is sent or drafted from now on.", key="scores_grader_add_confirm"
    )


def _share(user: Actor, view: LiveGraderView | None) -> None:
    if view is not None:
        st.dialog(f"How much does “{view.title}” grade?")(_share_form)(user, view)


def _share_form(user: Actor, view: LiveGraderView) -> None:
    share = _slider(f"scores_grader_share_{view.grader_id}", view.share)

    def act(session: Session) -> None:
        set_live_grader(user, view.classifier, session=session, subject_type=view.subject_type, share=share)

    confirm("Save", act, done="Saved: it counts from the next one on.", key="scores_grader_share_confirm")


def _slider(key: str, share: float) -> float:
    return (
        st.slider(
            "Share, %",
            min_value=1,
            max_value=100,
            value=max(1, round(100 * share)),
            key=key,
            help="A larger share has everything a smaller one has. Prompts cost a call each.",
        )
        / 100
    )


def _offered(user: Actor) -> dict[str, tuple[str, list[str]]]:
    """Classifiers with a version, and what they can grade: name to title and kinds of subject."""
    offered: dict[str, tuple[str, list[str]]] = {}
    with get_process().database.reading() as session:
        for each in list_classifiers(user, session=session):
            subjects = each.criterion.subjects if each.criterion is not None else []
            about = [kind for kind in GRADED if kind in subjects]
            if about and each.newest is not None:
                offered[each.classifier.name] = (each.classifier.title, about)
    return offered
