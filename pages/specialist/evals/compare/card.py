"""One case that changed: what the customer said, both answers side by side, each grade before and after."""

from __future__ import annotations

import streamlit as st

from core.evals import FlipView, GradePair, RunComparison, Told
from core.evals.tables import EvalGrade
from pages.specialist.evals.compare.words import DECISIONS, named
from pages.widgets.components import rich_text
from pages.widgets.style import escape
from pages.widgets.word_differences import side as side_of

_LONG = 900


def draw(view: FlipView, found: RunComparison, questions: dict[str, str], *, criterion: str) -> None:
    """Draw it; ``criterion``: what it is looked at for, empty for the whole result."""
    flip = view.flip
    key = f"flip_{flip.facts.version_id}"
    with st.container(border=True, key=key):
        worse = flip.change_of(criterion) < 0
        badge = (
            ":red-badge[:material/trending_down: Worse]"
            if worse
            else ":green-badge[:material/trending_up: Better]"
        )
        critical = " :orange-badge[Critical]" if flip.facts.critical else ""
        st.markdown(
            f"{badge}{critical} **{escape(flip.facts.name or f'Case {flip.facts.case_id}')}** "
            f":small[:gray[{escape(_passes(view))}]]"
        )
        if view.question:
            rich_text([{"text": view.question}], key=f"{key}_question", small=True, clip=True)
        left, right = st.columns(2, gap="medium")
        with left:
            _answer("Before", view, view.before, found.before.run_id, key)
        with right:
            _answer("After", view, view.after, found.after.run_id, key)
        _grades(view.grades, questions, key)


def _passes(view: FlipView) -> str:
    (was, of_before), (now, of_after) = view.flip.before, view.flip.after
    if of_before == of_after == 1:
        return f"{'passed' if was else 'failed'}, now {'passes' if now else 'fails'}"
    return f"passed {was} of {of_before}, now {now} of {of_after}"


def _answer(side: str, view: FlipView, told: Told, run_id: int, key: str) -> None:
    mark = {True: ":green[passed]", False: ":red[failed]", None: ":gray[not graded]"}[told.passed]
    decision = DECISIONS.get(told.output.decision, told.output.decision)
    repeat = f", repeat {told.repeat + 1}" if max(view.flip.before[1], view.flip.after[1]) > 1 else ""
    st.markdown(f"**{side}** {mark} :small[:gray[{escape(f'{decision}{repeat}')}]]")
    text = told.output.text or told.output.question
    if not told.output.text:
        said = told.output.reason.replace("_", " ")
        st.caption(escape(". ".join(filter(None, ("No reply", said, text)))))
        return
    segments = side_of(view.difference, "before" if side == "Before" else "after")
    rich_text(segments, key=f"{key}_{run_id}", small=True, clip=len(told.output.text) > _LONG)
    cited = list(
        dict.fromkeys(str(each.get("title") or each.get("article") or "") for each in told.output.citations)
    )
    if any(cited):
        st.caption("Cites " + escape(", ".join(each for each in cited if each)))


def _grades(grades: tuple[GradePair, ...], questions: dict[str, str], key: str) -> None:
    """What changed is shown, the rest on asking."""
    if not grades:
        return
    changed = [each for each in grades if each.changed]
    rest = [each for each in grades if not each.changed]
    if changed:
        _table(changed, questions, f"{key}_changed")
    if rest:
        with st.expander(f"{len(rest)} grade{'s' if len(rest) != 1 else ''} as before", key=f"{key}_rest"):
            _table(rest, questions, f"{key}_same")


def _table(grades: list[GradePair], questions: dict[str, str], key: str) -> None:
    st.dataframe(
        [
            {
                "Grade": named("criterion", each.name, questions)
                + ("" if each.counts else " (does not count)"),
                "By": each.grader + (", advisory" if each.advisory else ""),
                "Wanted": each.wanted,
                "Before": _said(each.before),
                "After": _said(each.after),
                "Why, now": (each.after.reason if each.after else "")
                or (each.before.reason if each.before else ""),
            }
            for each in grades
        ],
        hide_index=True,
        row_height=30,
        height="content",
        key=key,
        column_config={
            "Grade": st.column_config.TextColumn(width=190),
            "By": st.column_config.TextColumn(width=140),
            "Wanted": st.column_config.TextColumn(width=110),
            "Before": st.column_config.TextColumn(width=150),
            "After": st.column_config.TextColumn(width=150),
            "Why, now": st.column_config.TextColumn(width="large"),
        },
    )


def _said(grade: EvalGrade | None) -> str:
    if grade is None:
        return "–"
    if grade.error:
        return f"Not graded: {grade.error}"
    mark = {True: "✓", False: "✗", None: "?"}[grade.passed]
    return f"{mark} {grade.answer}".rstrip()
