"""Compare a judge with people: what it takes, the button, and how far it is."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.errors import RatchetError
from core.evals import CalibrationEstimate, JudgeView, calibrate, estimate_calibration, list_judges
from core.identity import Actor, Permission
from pages.process import get_process
from pages.registry import PAGES
from pages.specialist.classifiers.history.words import dollars, duration
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_EVERY = 1.0
_DUTY = "compare judges with people"


def draw(view: JudgeView, user: Actor) -> None:
    """Progress while it is under way; else what it takes, and the button for those who may."""
    row = view.row
    if row.running:
        st.fragment(_progress, run_every=_EVERY)(row.grader.classifier, user)
        return
    if row.attempt is not None and row.attempt.error:
        st.error(escape(row.attempt.error), icon=":material/sync_problem:")
    process = get_process()
    try:
        found = estimate_calibration(
            user, row.grader.version_id, database=process.database, services=process.services
        )
    except RatchetError as error:
        st.warning(escape(str(error)), icon=":material/warning:")
        return
    if found.missing:
        _too_few(found, user)
    if not found.subjects:
        return
    if not user.can(Permission.EVALS_RUN):
        st.caption("Those who may run evals can compare it with people.")
        return
    st.button(
        "Check against people" if row.latest is None else "Check again",
        type="primary",
        key=f"judge_check_{row.grader.version_id}",
        on_click=partial(_start, row.grader.version_id, user),
    )
    st.caption(escape(_takes(found, view)))


def _takes(found: CalibrationEstimate, view: JudgeView) -> str:
    texts = "1 text" if found.subjects == 1 else f"{found.subjects:,} texts"
    if view.row.grader.kind != "prompt":
        return f"{texts} that people judged; free, and over in a moment."
    known = f", {found.known:,} of them judged already" if found.known else ""
    cost = "for a price nobody set" if found.cost is None else dollars(found.cost)
    return (
        f"{texts} that people judged{known}, each judged twice to see whether it changes its mind: {cost}, "
        f"about {duration(found.seconds)}."
    )


def _too_few(found: CalibrationEstimate, user: Actor) -> None:
    said = f"People have judged {found.labelled:,} texts by this question"
    if found.taught:
        said += f", and {found.taught:,} of them are examples this judge was made of"
    st.info(
        escape(f"{said}. {found.missing:,} more are needed before it can be vouched for."),
        icon=":material/label:",
    )
    queues = next((each for each in PAGES if each.address == "label_queues"), None)
    if queues is not None and user.can(Permission.LABELS_MANAGE):
        st.page_link(queues.file, label="Make a label queue", icon=":material/add_task:")


def _start(version_id: int, user: Actor) -> None:
    def start() -> None:
        with get_process().database.transaction() as session:
            calibrate(user, version_id, session=session)
        get_process().worker.wake(_DUTY)

    run_action(start, done="It goes on in the background, also when you leave this page")


def _progress(classifier: str, user: Actor) -> None:
    with get_process().database.reading() as session:
        rows = list_judges(user, session=session)
    row = next((each for each in rows if each.grader.classifier == classifier), None)
    if row is None or not row.running:
        st.rerun()
    done, total = row.progress
    st.progress(done / max(1, total), text=f"Judging: {done:,} of {total:,}")
