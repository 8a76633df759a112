"""Examples from a text that is pasted, or a file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.classifiers import Desk, NewExample, add_many
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.example_lines import Lines, Rejected, read_lines
from pages.specialist.classifiers.write import state
from pages.specialist.classifiers.write.adding import add
from pages.specialist.classifiers.write.pick import pick_answer
from pages.widgets.style import escape

_SHOWN = 20


def draw(desk: Desk, user: Actor) -> None:
    """The field and the file, what they hold, and how it is added."""
    prefix = f"classifier_paste_{desk.classifier.key}_{state.turn(desk.classifier.key)}"
    text = st.text_area(
        "One text a line",
        key=f"{prefix}_text",
        height=130,
        placeholder="I want to cancel my plan\nPlease close my account",
        help="With a tab before it, the answer may come first. Tables with a header and JSON lines work too.",
    )
    uploaded = st.file_uploader(
        "Or a file: JSON lines with text and answer, or a table with these columns",
        type=["jsonl", "json", "csv", "tsv", "txt"],
        key=f"{prefix}_file",
    )
    if uploaded is not None:
        try:
            text = uploaded.getvalue().decode("utf-8-sig")
        except UnicodeDecodeError:
            st.error("This file is not text in UTF-8. Save it so, and upload it again.")
            return
    if not text.strip():
        return
    lines = read_lines(text, desk.question)
    held_out = st.toggle(
        "Hold all of them out",
        key=f"{prefix}_held_out",
        help="They only measure, and never teach: for a test set that somebody put together.",
    )
    _with_answers(desk, user, lines, prefix, held_out=held_out)
    _without(desk, user, lines, prefix, held_out=held_out)
    _rejected(lines.rejected)


def _with_answers(desk: Desk, user: Actor, lines: Lines, prefix: str, *, held_out: bool) -> None:
    if not lines.examples:
        return
    new = [NewExample(text=each.text, answer=each.answer, held_out=held_out) for each in lines.examples]
    st.button(
        f"Add {len(new):,} with their answers",
        key=f"{prefix}_add",
        icon=":material/playlist_add:",
        on_click=_add,
        args=(desk, user, new),
    )


def _without(desk: Desk, user: Actor, lines: Lines, prefix: str, *, held_out: bool) -> None:
    if not lines.plain:
        return
    st.markdown(f"**{len(lines.plain):,} without an answer.** {escape(desk.question.question)}")

    def give(answer: str) -> None:
        _add(desk, user, [NewExample(text=each, answer=answer, held_out=held_out) for each in lines.plain])

    pick_answer(desk.question, key=f"{prefix}_answer", on_pick=give, label="Add them all as")


def _rejected(rejected: Sequence[Rejected]) -> None:
    if not rejected:
        return
    st.warning(f"{len(rejected):,} lines make no example and are left out.", icon=":material/warning:")
    st.dataframe(
        [{"Line": each.line, "Reason": each.reason} for each in rejected[:_SHOWN]],
        hide_index=True,
        row_height=28,
        key="classifier_paste_rejected",
    )


def _add(desk: Desk, user: Actor, new: Sequence[NewExample]) -> None:
    add(
        desk,
        partial(add_many, user, desk.classifier.key, new, database=get_process().database, source="file"),
    )
