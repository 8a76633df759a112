"""The Measure tab: how good a classifier is, what it mixes up, when it should answer, against live."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.classifiers import Report
from core.errors import RatchetError
from core.identity import Actor
from core.statistics import too_few
from pages.specialist.classifiers.measure import compare, confusion, figures, scope, threshold
from pages.specialist.classifiers.measure.source import Source, choose_source
from pages.widgets.style import escape

_VIEWS: dict[str, Callable[[Source, Actor], None]] = {
    "Answers": figures.draw,
    "Mix-ups": confusion.draw,
    "Threshold": threshold.draw,
    "Against live": compare.draw,
    "Near scope": scope.draw,
}


def draw(classifier_id: int, *, user: Actor) -> None:
    """What is measured, its headline, and one of five ways to look at it."""
    try:
        source = choose_source(classifier_id, user)
    except RatchetError as error:
        st.info(escape(str(error)), icon=":material/hourglass_empty:")
        return
    if source is None:
        return
    if source.report.best is None:
        st.info(
            "There are no examples to measure with. Add some on the Write tab.",
            icon=":material/hourglass_empty:",
        )
        return
    _warnings(source.report)
    figures.draw_headline(source)
    view = st.segmented_control(
        "Look at",
        list(_VIEWS),
        default="Answers",
        required=True,
        label_visibility="collapsed",
        key=f"measure_view_{classifier_id}",
    )
    # one container for each view: what one leaves behind never becomes part of the next
    with st.container(key=f"measure_body_{classifier_id}_{str(view).lower().replace(' ', '_')}"):
        _VIEWS[view or "Answers"](source, user)


def _warnings(report: Report) -> None:
    figures = report.best
    if figures is None:
        return
    if warning := too_few(figures.accuracy):
        st.warning(f"Not enough labels to say how good it is. {warning}", icon=":material/warning:")
    notes = {each.note for each in (report.cross_validated, report.held_out) if each and each.note}
    for note in sorted(notes):
        st.warning(escape(note), icon=":material/error:")
