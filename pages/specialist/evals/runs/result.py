"""One result: what came back, every grade with its reason, the other repeats, and the case as it was."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from core.evals import (
    Output,
    Repeat,
    ResultView,
    describe_expectation,
    expectation_titles,
    read_result,
)
from core.evals.tables import EvalCase, EvalGrade
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.history.words import dollars
from pages.specialist.evals.cases import frozen
from pages.specialist.evals.runs import by_hand, state
from pages.specialist.evals.runs.words import DECISIONS, ERRORS
from pages.widgets.components import rich_text
from pages.widgets.style import escape

_MARKS = {
    True: ":green[:material/check_circle:]",
    False: ":red[:material/cancel:]",
    None: ":orange[:material/help:]",
}
_BADGES = {
    "waiting": ":gray-badge[Waiting]",
    "running": ":blue-badge[Being answered]",
    "answered": ":blue-badge[Being graded]",
    "error": ":orange-badge[No answer]",
}


def draw(user: Actor, result_id: int) -> None:
    """Draw it.

    Raises:
        PermissionDenied: the case is held out.
        NotFound: it is gone.
    """
    with get_process().database.reading() as session:
        view = read_result(user, result_id, session=session)
        titles = expectation_titles(view.case.expectations, session=session)
    st.markdown(f"{_badge(view)} **{escape(view.case.name)}**")
    st.caption(escape(" · ".join(_facts(view))))
    if view.result.error:
        kind = ERRORS.get(view.result.error_kind, "Error")
        st.warning(escape(f"{kind}. {view.result.error}"), icon=":material/sync_problem:")
    if len(view.repeats) > 1:
        _repeats(view)
    if view.output is not None:
        _reply(view.output, key=f"result_{result_id}")
    _grades(view, titles)
    by_hand.draw(user, view)
    with st.expander("The case", icon=":material/inventory_2:", key=f"result_case_{result_id}"):
        frozen.draw(user, _as_case(view))


def _badge(view: ResultView) -> str:
    result = view.result
    if result.state != "done":
        return _BADGES[result.state]
    words = {True: ":green-badge[Passed]", False: ":red-badge[Failed]", None: ":orange-badge[Not graded]"}
    return words[result.passed]


def _facts(view: ResultView) -> list[str]:
    result, case = view.result, view.case
    facts = [f"case {case.case_id}, version {view.case_version}"]
    facts += [each for each in dict.fromkeys((case.theme.replace("_", " "), *case.tags)) if each]
    if result.score is not None and result.passed is not True:
        facts.append(f"{100 * result.score:.0f} % of what is expected")
    if result.milliseconds:
        facts.append(f"{result.milliseconds / 1000:.1f} seconds")
    if result.cost + result.grading_cost:
        facts.append(dollars(result.cost + result.grading_cost))
    if result.cached_from_id is not None:
        facts.append("answered by an earlier run")
    return facts


def _repeats(view: ResultView) -> None:
    """The other answers to the same case, side by side."""
    with st.container(horizontal=True, gap="small", key="result_repeats"):
        for each in view.repeats:
            st.button(
                f"Repeat {each.repeat + 1}",
                icon=_icon(each),
                key=f"result_repeat_{each.result_id}",
                type="tertiary",
                disabled=each.result_id == view.result.key,
                on_click=partial(state.open_result, each.result_id),
            )
    others = [(each, each.output) for each in view.repeats if each.output is not None]
    if len(others) < 2:
        return
    with st.expander("Repeats side by side", icon=":material/view_column:", key="result_side_by_side"):
        for column, (each, output) in zip(st.columns(min(3, len(others))), others, strict=False):
            with column:
                st.caption(f"Repeat {each.repeat + 1}")
                words = output.text or _silence(output)
                rich_text([{"text": words}], key=f"side_{each.result_id}", small=True)
        if len(others) > 3:
            st.caption(f"The first 3 of {len(others)}.")


def _icon(each: Repeat) -> str:
    if each.state != "done":
        return ":material/sync_problem:" if each.state == "error" else ":material/hourglass_empty:"
    return {True: ":material/check:", False: ":material/close:", None: ":material/help:"}[each.passed]


def _reply(output: Output, *, key: str) -> None:
    st.markdown("**The reply**" if output.text else "**No reply**")
    if output.text:
        rich_text([{"text": output.text}], key=f"{key}_text", small=True)
    else:
        st.markdown(escape(_silence(output)))
    for citation in output.citations:
        st.caption(
            escape(f"Cites {citation.get('title') or citation.get('article')}: “{citation.get('quote', '')}”")
        )
    for proposal in output.proposals:
        arguments = ", ".join(f"{name} {value}" for name, value in (proposal.get("arguments") or {}).items())
        st.caption(escape(f"Proposes {proposal.get('action')}: {arguments or 'nothing else'}"))
    for finding in output.findings:
        st.caption(escape(f"Guardrail {finding.get('guardrail')}: {finding.get('message')}"))
    if output.steps:
        looked = ", ".join(str(step.get("title") or step.get("action")) for step in output.steps)
        st.caption(escape(f"Looked up: {looked}"))


def _silence(output: Output) -> str:
    said = DECISIONS.get(output.decision, "No reply")
    reason = output.reason.replace("_", " ")
    return f"{said}{f': {reason}' if reason else ''}.{f' {output.question}' if output.question else ''}"


def _grades(view: ResultView, titles: Mapping[str, str]) -> None:
    if not view.grades:
        if view.result.state == "done":
            st.caption("Nothing is expected of this case, so nothing was graded.")
        return
    st.markdown("**The grades**")
    for place, expected in enumerate(view.case.expectations):
        given = [each for each in view.grades if each.place == place]
        counting = [each for each in given if each.counts] or given
        for each in counting:
            _grade(each, describe_expectation(expected, titles=titles))
        for each in given:
            if each not in counting:
                st.caption(f"{_MARKS[each.passed]} {escape(_said(each))}")


def _grade(grade: EvalGrade, expected: str) -> None:
    advisory = " :gray-badge[Advice]" if grade.advisory else ""
    st.markdown(f"{_MARKS[grade.passed]} {escape(expected)}{advisory}")
    if said := _said(grade):
        st.caption(escape(said))


def _said(grade: EvalGrade) -> str:
    """Who said what, and why."""
    who = "" if grade.grader == "check" else f"{grade.grader}: "
    parts = [grade.error] if grade.error else [grade.answer, grade.reason]
    return who + " ".join(f"{part.rstrip('.')}." for part in parts if part) if any(parts) else ""


def _as_case(view: ResultView) -> EvalCase:
    """The case as the run has it, for what draws cases."""
    return EvalCase(
        id=view.case.case_id,
        name=view.case.name,
        input=dict(view.case.input),
        expectations=[dict(each) for each in view.case.expectations],
        snapshot_id=view.case.snapshot_id,
        digest="",
    )
