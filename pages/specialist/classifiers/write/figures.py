"""How good the classifier would be at this moment, beside the work on it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.classifiers import CurvePoint, Desk, ExampleCounts, Figures, Preview, count_examples, preview
from core.errors import RatchetError
from core.identity import Actor
from core.statistics import too_few
from pages.process import get_process
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.words import answer_words
from pages.widgets.charts import LINE, add_band, percent, show_chart
from pages.widgets.style import escape

_ROWS = 8


def draw(desk: Desk, user: Actor) -> None:
    """The headline, the learning curve and the answers one by one."""
    with get_process().database.reading() as session:
        counts = count_examples(desk.classifier.key, session=session)
    st.markdown(f"**{_counted(counts)}**")
    if not counts.total:
        st.caption("With the first examples, this says how good it would be.")
        return
    if desk.classifier.kind == "prompt":
        # measuring asks the model service about every example, which costs money: only when a version is made
        st.caption("Making a version asks the model about each of them, and then says how good it is.")
        return
    found = _preview(desk, user, "Measuring", with_curve=False)
    if found is None:
        return
    _headline(found)
    curve = st.container()
    _answers(desk, found.report.best)
    with curve:  # it takes as long again, so the figures are there first
        found = _preview(desk, user, "Drawing the learning curve", with_curve=True)
        if found is not None and found.curve:
            _curve(found.curve, key=f"classifier_curve_{desk.classifier.key}")


def _preview(desk: Desk, user: Actor, doing: str, *, with_curve: bool) -> Preview | None:
    try:
        with st.spinner(doing):
            return preview(
                user,
                desk.classifier.key,
                database=get_process().database,
                services=get_process().services,
                with_curve=with_curve,
                quick=True,
            )
    except RatchetError as error:
        st.info(escape(str(error)), icon=":material/hourglass_empty:")
        return None


def _counted(counts: ExampleCounts) -> str:
    held_out = sum(counts.held_out.values())
    words = "1 example" if counts.total == 1 else f"{counts.total:,} examples"
    return words + (f", {held_out:,} of them held out" if held_out else "")


def _headline(found: Preview) -> None:
    figures = found.report.best
    if figures is None:
        return
    if warning := too_few(figures.accuracy):
        st.warning(f"Not enough labels to say how good it is. {warning}", icon=":material/warning:")
        return
    with st.container(horizontal=True, key="classifier_headline"):
        st.metric(
            "Right", rate_words(figures.accuracy), width="content", help=_how(found) + " 95 % interval."
        )
        if figures.abstained:
            st.metric(
                "Right when it answers",
                rate_words(figures.right_when_answering),
                width="content",
                help=f"It answers {100 * figures.coverage.estimate:.0f} % of them: the rest is too unlike "
                "what it knows.",
            )


def _how(found: Preview) -> str:
    if found.partial:
        return (
            "Of a part of the examples, judged by a model that had seen none of their conversations. "
            "The Measure tab judges all."
        )
    if found.report.cross_validated is None:
        return "Of the held-out examples."
    return "Each example judged by a model that had not seen its conversation (cross-validation)."


def _curve(points: Sequence[CurvePoint], *, key: str) -> None:
    """Accuracy by number of examples, with the band it lies in."""
    sizes = [point.n for point in points]
    figure = go.Figure()
    add_band(
        figure, sizes, percent([point.low for point in points]), percent([point.high for point in points])
    )
    figure.add_scatter(
        x=sizes,
        y=percent([point.accuracy for point in points]),
        mode="lines+markers",
        line={"color": LINE, "width": 1.5},
        marker={"size": 6},
        customdata=[[100 * point.low, 100 * point.high] for point in points],
        hovertemplate="%{x} examples: %{y:.0f} % right (%{customdata[0]:.0f} to %{customdata[1]:.0f})"
        "<extra></extra>",
    )
    show_chart(
        figure,
        key=key,
        height=190,
        x={"title": "Examples it learned from", "rangemode": "tozero"},
        y={"title": "Right, %", "range": [0, 102]},
    )
    st.caption(_still_rising(points))


def _still_rising(points: Sequence[CurvePoint]) -> str:
    """Whether more examples promise anything, read from the last step of the curve."""
    if len(points) < 2:
        return "How the share that is right grows with the examples, with its band."
    before, last = points[-2:]
    if last.accuracy > before.high:
        return "Still rising: more examples make it better."
    if last.accuracy - before.accuracy > 0.01:
        return "Still rising a little; more examples may help."
    return "Flat at its end: more examples of the same sort hardly help."


def _answers(desk: Desk, figures: Figures | None) -> None:
    """The answers one by one, the worst first where there are many."""
    if figures is None:
        return
    rows = list(figures.answers)
    if len(rows) > _ROWS:
        rows.sort(key=lambda each: (each.f1.estimate if each.n else 2.0, each.answer))
    st.dataframe(
        pd.DataFrame(
            {
                "Answer": [answer_words(each.answer) for each in rows],
                "n": [each.n for each in rows],
                "Precision": ["–" if each.warning else rate_words(each.precision) for each in rows],
                "Recall": ["–" if each.warning else rate_words(each.recall) for each in rows],
                "More": [each.more or None for each in rows],
            }
        ),
        hide_index=True,
        row_height=28,
        height="content" if len(rows) <= _ROWS else 264,
        key=f"classifier_answers_{desk.classifier.key}",
        column_config={
            "Answer": st.column_config.TextColumn(width=76),
            "n": st.column_config.NumberColumn(width=36, format="localized", help="Examples that want it."),
            "Precision": st.column_config.TextColumn(
                width=96, help="Of those it was given to, how many wanted it. –: not enough labels to say."
            ),
            "Recall": st.column_config.TextColumn(width=96, help="Of those that want it, how many got it."),
            "More": st.column_config.NumberColumn(
                width=44, format="localized", help="About so many more labels would be enough to say."
            ),
        },
    )
