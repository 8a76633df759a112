"""What was taken for what: a map to click, and the examples behind a cell."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from sqlmodel import col, select

from core.classifiers import FAILED, NO_ANSWER, Cell, Figures
from core.classifiers.tables import ClassifierExample
from core.identity import Actor, Permission
from pages.process import get_process
from pages.registry import PAGES
from pages.specialist.classifiers.measure import charts
from pages.specialist.classifiers.measure.figures import choose_part
from pages.specialist.classifiers.measure.source import Source
from pages.specialist.classifiers.words import short
from pages.widgets.style import escape

_MOST_ANSWERS = 40
_MOST_SHOWN = 25
_NONE_WANTED, _NONE_GIVEN, _FAILED = "None of these", "Abstained", "Failed"


def draw(source: Source, user: Actor) -> None:
    """The map, and beside it the examples of the cell that is chosen or, at first, of the largest mix-up."""
    figures = choose_part(source, key="measure_mixed")
    names = _named(source, figures)
    wanted = [each for each in names if any(cell.wanted == each for cell in figures.confusion)]
    given = [each for each in names if any(cell.given == each for cell in figures.confusion)]
    cells = {(cell.wanted, cell.given): cell for cell in figures.confusion}
    if not wanted or not given:
        st.info("There is nothing to show yet.")
        return
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        counts = [[cells[one, other].n if (one, other) in cells else 0 for other in given] for one in wanted]
        place = charts.show_confusion(
            [_wanted_words(each) for each in wanted],
            [_given_words(each, many=source.report.many) for each in given],
            counts,
            right={
                (row, column)
                for row, one in enumerate(wanted)
                for column, other in enumerate(given)
                if one == other
            },
            key=f"measure_confusion_{source.key}",
        )
        hidden = len(source.report.answers) - _MOST_ANSWERS
        st.caption(
            "Wanted down, given across; the shade is the share of the row. Click a square for its examples."
            + (f" The {_MOST_ANSWERS} answers with most mix-ups are shown." if hidden > 0 else "")
        )
    with right, st.container(height=560, border=False):
        if place is not None and place[0] < len(wanted) and place[1] < len(given):
            chosen = cells.get((wanted[place[0]], given[place[1]]))
        else:
            mixed = [each for each in cells.values() if each.wanted != each.given]
            chosen = max(mixed, key=lambda each: each.n, default=None)
        if chosen is None:
            st.success("Nothing is mixed up: every example got the answer it wants.", icon=":material/check:")
            return
        _examples(source, chosen, user)


def _named(source: Source, figures: Figures) -> list[str]:
    """Answers in the order of the criterion; of very many, those that are mixed up most."""
    answers: Sequence[str] = source.report.answers
    if len(answers) > _MOST_ANSWERS:
        mixed = dict.fromkeys(answers, 0)
        for cell in figures.confusion:
            if cell.wanted != cell.given:
                for each in (cell.wanted, cell.given):
                    mixed[each] = mixed.get(each, 0) + cell.n
        most = set(sorted(answers, key=lambda each: -mixed[each])[:_MOST_ANSWERS])
        answers = [each for each in answers if each in most]
    return [*answers, NO_ANSWER, FAILED]


def _examples(source: Source, cell: Cell, user: Actor) -> None:
    given = _given_words(cell.given, many=source.report.many)
    st.markdown(
        f"**{cell.n:,}** · wanted **{escape(_wanted_words(cell.wanted))}**, given **{escape(given)}**"
    )
    with get_process().database.reading() as session:
        statement = select(ClassifierExample).where(
            col(ClassifierExample.id).in_(cell.example_ids[:_MOST_SHOWN])
        )
        rows = {each.key: each for each in session.exec(statement)}
    assist = next((each for each in PAGES if each.address == "assist"), None)
    for example_id in cell.example_ids[:_MOST_SHOWN]:
        row = rows.get(example_id)
        if row is None:
            continue
        removed = " :gray-badge[Removed since]" if row.removed_at is not None else ""
        with st.container(border=True, gap="xsmall", key=f"measure_example_{example_id}"):
            st.markdown(escape(short(row.text, 400)) + removed)
            if row.conversation_id and assist is not None and user.can(Permission.CONVERSATIONS_READ):
                st.page_link(
                    assist.file,
                    label=f"Conversation {row.conversation_id}",
                    icon=":material/forum:",
                    query_params={"conversation": str(row.conversation_id)},
                )
    if cell.n > _MOST_SHOWN:
        st.caption(f"The first {_MOST_SHOWN} of {cell.n:,}.")


def _wanted_words(answer: str) -> str:
    return {NO_ANSWER: _NONE_WANTED, FAILED: _FAILED}.get(answer, answer)


def _given_words(answer: str, *, many: bool) -> str:
    nothing = "Nothing, or abstained" if many else _NONE_GIVEN
    return {NO_ANSWER: nothing, FAILED: _FAILED}.get(answer, answer)
