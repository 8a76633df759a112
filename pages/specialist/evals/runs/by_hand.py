"""What people say about a result: the answers they gave, and the way to give one."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.criteria import Criterion, choices, current_criterion
from core.evals import ResultView, grade_result, human_grades
from core.identity import Actor, Permission
from pages.process import get_process
from pages.widgets.shell import run_action
from pages.widgets.style import escape


def draw(user: Actor, view: ResultView) -> None:
    """A row of answers for each criterion that the case asks about, where there is a reply to judge."""
    if view.result.state != "done" or view.output is None or not view.output.text.strip():
        return
    names = dict.fromkeys(str(each["criterion"]) for each in view.case.expectations if each.get("criterion"))
    with get_process().database.reading() as session:
        found = (current_criterion(name, session=session) for name in names)
        criteria = [each for each in found if each is not None]
        given = human_grades([view.result.key], session=session, actor=user).get(view.result.key, [])
    if not criteria:
        return
    st.markdown("**What people say**")
    for grade in given:
        reason = f" {grade.reason}" if grade.reason else ""
        st.caption(escape(f"{grade.person}: {grade.answer}, about “{grade.criterion}”.{reason}"))
    if user.can(Permission.LABELS_GIVE):
        for criterion in criteria:
            mine = [g for g in given if g.person_id == user.person_id and g.criterion == criterion.name]
            _ask(user, view, criterion, mine[-1].answer if mine else "")


def _ask(user: Actor, view: ResultView, criterion: Criterion, answer: str) -> None:
    offered = list(choices(criterion))
    key = f"by_hand_{view.result.key}_{criterion.name}"
    if st.session_state.get(key) is None and answer in offered:
        st.session_state[key] = answer
    st.pills(
        criterion.question,
        offered,
        key=key,
        on_change=partial(_keep, user, view.result.key, criterion.name, key),
    )


def _keep(user: Actor, result_id: int, criterion: str, key: str) -> None:
    answer = st.session_state.get(key)
    if answer is None:
        return

    def keep() -> None:
        with get_process().database.transaction() as session:
            grade_result(user, result_id, criterion, answer, session=session)

    run_action(keep, done="Kept")
