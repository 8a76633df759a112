"""The headline of a measure, the answers one by one, and whether confidence comes true."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.classifiers import Figures
from core.identity import Actor
from core.statistics import Rate, too_few
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.measure import charts
from pages.specialist.classifiers.measure.source import Source
from pages.specialist.classifiers.words import answer_words
from pages.widgets.style import escape

_ROWS = 14
_FEW = 4
_HOW = {
    "Cross-validated": "each judged by a model that had not seen its conversation",
    "Held out": "never taught to any model",
}


def draw_headline(source: Source) -> None:
    """Both sets of figures side by side: a line for each figure."""
    parts = source.parts()
    many = source.report.many
    lines: dict[str, list[str]] = {}
    for figures in parts.values():
        lines.setdefault("All of its answers right" if many else "Right", []).append(_rate(figures.accuracy))
        lines.setdefault("Answers, and does not abstain", []).append(_rate(figures.coverage))
        lines.setdefault("Right when it answers", []).append(_rate(figures.right_when_answering))
        lines.setdefault("F1, mean of the answers", []).append(_rate(figures.macro_f1))
        if many:
            lines.setdefault("F1, all answers together", []).append(_rate(figures.micro_f1))
        if any(each.none_refused.n for each in parts.values()):
            lines.setdefault("Abstains where no answer fits", []).append(_rate(figures.none_refused))
    heads = {name: f"{name} (n {figures.n:,})" for name, figures in parts.items()}
    frame = pd.DataFrame([[name, *said] for name, said in lines.items()], columns=["Figure", *heads.values()])
    st.dataframe(
        frame,
        hide_index=True,
        row_height=30,
        height="content",
        width=260 + 250 * len(parts),
        key=f"measure_headline_{source.key}",
        column_config={
            "Figure": st.column_config.TextColumn(width=240),
            **{
                head: st.column_config.TextColumn(width=220, help=f"Examples {_HOW[name]}.")
                for name, head in heads.items()
            },
        },
    )
    said = "; ".join(f"{name.lower()}: {_HOW[name]}" for name in parts)
    st.caption(f"With 95 % intervals, which respect conversations. {said[:1].upper()}{said[1:]}.")


def choose_part(source: Source, *, key: str) -> Figures:
    """One of the sets of figures; a choice only where there are two."""
    parts = source.parts()
    if len(parts) == 1:
        return next(iter(parts.values()))
    chosen = st.segmented_control(
        "Examples", list(parts), default="Cross-validated", required=True, key=f"{key}_{source.key}"
    )
    return parts[chosen or "Cross-validated"]


def draw(source: Source, _user: Actor) -> None:
    """Each answer with its intervals, and the calibration plot."""
    figures = choose_part(source, key="measure_part")
    left, right = st.columns([2, 1], gap="medium")
    with left:
        st.subheader("Answer by answer", anchor=False)
        _answers(source, figures)
    with right:
        st.subheader("Does its confidence come true?", anchor=False)
        charts.show_calibration(figures, key=f"measure_calibration_{source.key}")
        st.caption(
            f"Expected calibration error {100 * figures.calibration_error:.1f} points: how far confidence "
            "and outcome lie apart on average."
        )


def _answers(source: Source, figures: Figures) -> None:
    rows = list(figures.answers)
    if len(rows) > _ROWS:
        rows.sort(key=lambda each: (not each.n, each.f1.estimate, each.answer))  # the weakest first
    st.dataframe(
        pd.DataFrame(
            {
                "Answer": [answer_words(each.answer) for each in rows],
                "n": [each.n for each in rows],
                "More": [f"{each.more:,}" if each.more else "" for each in rows],
                "Precision": [_rate(each.precision) for each in rows],
                "Recall": [_rate(each.recall) for each in rows],
                "F1": [_rate(each.f1) for each in rows],
            }
        ),
        hide_index=True,
        row_height=30,
        height="content" if len(rows) <= _ROWS else 464,
        key=f"measure_answers_{source.key}",
        column_config={
            "Answer": st.column_config.TextColumn(width=132),
            "n": st.column_config.NumberColumn(width=42, format="localized", help="Examples that want it."),
            "Precision": st.column_config.TextColumn(
                width=112, help="Of those it was given to, how many wanted it."
            ),
            "Recall": st.column_config.TextColumn(
                width=112, help="Of those that want it, how many got it; abstaining counts as not."
            ),
            "F1": st.column_config.TextColumn(width=112, help="Precision and recall at once."),
            "More": st.column_config.TextColumn(
                width=52,
                help="So many more labels would tell its figures within ten points. Empty: there are enough.",
            ),
        },
    )
    few = [each for each in rows if each.warning]
    for each in few[:_FEW]:
        st.caption(escape(f"{answer_words(each.answer)}: {each.warning}"), width="stretch")
    if len(few) > _FEW:
        st.caption(f"{len(few) - _FEW} other answers do not have enough labels either: see the last column.")
    if few:
        st.caption("A “?” marks a figure that rests on too little: read its ends, not the middle.")


def _rate(rate: Rate) -> str:
    """The figure, with a sign where there is too little to rely on it."""
    if not rate.n:
        return "–"
    return rate_words(rate) + (" ?" if too_few(rate) else "")
