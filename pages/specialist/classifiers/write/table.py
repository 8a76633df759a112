"""The examples of a classifier: found again, answered otherwise, held out, removed and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.classifiers import (
    SOURCES,
    Desk,
    ExamplePage,
    ExampleRow,
    answer_example,
    hold_out,
    list_examples,
    remove_example,
    restore_example,
)
from core.errors import RatchetError
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers.words import SOURCE_WORDS, answer_words, short
from pages.specialist.classifiers.write import state
from pages.specialist.classifiers.write.pick import pick_answer
from pages.widgets.components import rich_text
from pages.widgets.labels import CHANNELS, language
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import moment

_PAGE = 50
_ALL, _NONE = "all", ""
_USES: dict[str, tuple[str, bool | None]] = {
    "any": ("Anything", None),
    "teach": ("Teach", False),
    "measure": ("Only measure", True),
}


def draw(desk: Desk, user: Actor) -> None:
    """The filters, one page of examples, and what can be done with the selected ones."""
    prefix = f"examples_{desk.classifier.key}"
    filters = _filters(desk, prefix)
    trail: list[int | None] = state.trail(desk.classifier.key, filters)
    with get_process().database.reading() as session:
        page = list_examples(
            user, desk.classifier.key, session=session, before=trail[-1], limit=_PAGE, **filters
        )
    _undo(desk, user)
    if not page.rows:
        narrowed = filters != {
            "search": "",
            "answer": None,
            "source": "",
            "held_out": None,
            "removed": False,
        }
        st.info("No example is like this." if narrowed else "There is no example yet. Add some first.")
        return
    shown = hash((state.turn(desk.classifier.key), trail[-1], str(filters)))
    selected = _table(page, key=f"{prefix}_table_{shown}")
    _pages(page, trail, prefix)
    if selected:
        _chosen(desk, user, selected, removed=bool(filters["removed"]))


def _filters(desk: Desk, prefix: str) -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        search = st.text_input(
            "Search", key=f"{prefix}_search", placeholder="Words in the text", width="stretch"
        )
        answer = st.selectbox(
            "Answer",
            [_ALL, *desk.question.answers, _NONE],
            format_func=lambda each: "All" if each == _ALL else answer_words(each),
            key=f"{prefix}_answer",
            width=130,
        )
        source = st.selectbox(
            "From",
            ["", *SOURCES],
            format_func=lambda each: SOURCE_WORDS.get(each, each) if each else "Anywhere",
            key=f"{prefix}_source",
            width=118,
        )
        use = st.selectbox(
            "Used to", list(_USES), format_func=lambda each: _USES[each][0], key=f"{prefix}_use", width=124
        )
        removed = st.toggle("Removed ones", key=f"{prefix}_removed")
    return {
        "search": search,
        "answer": None if answer == _ALL else answer,
        "source": source,
        "held_out": _USES[use][1],
        "removed": removed,
    }


def _table(page: ExamplePage, *, key: str) -> list[ExampleRow]:
    rows = page.rows
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Text": [short(row.example.text) for row in rows],
                "Answer": [
                    answer_words(row.example.answer) + (" (no longer an answer)" if row.outdated else "")
                    for row in rows
                ],
                "Held out": [row.example.held_out for row in rows],
                "From": [SOURCE_WORDS.get(row.example.source, row.example.source) for row in rows],
                "By": [row.added_by for row in rows],
            }
        ),
        hide_index=True,
        row_height=30,
        height=min(38 + 30 * len(rows), 368),
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Text": st.column_config.TextColumn(width=250),
            "Answer": st.column_config.TextColumn(width=110),
            "Held out": st.column_config.CheckboxColumn(width=62, help="Measures, and never teaches."),
            "From": st.column_config.TextColumn(width=76),
            "By": st.column_config.TextColumn(width=100),
        },
    )
    return [rows[at] for at in chosen["selection"]["rows"] if at < len(rows)]


def _pages(page: ExamplePage, trail: list[int | None], prefix: str) -> None:
    first = 1 + _PAGE * (len(trail) - 1)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f"{first:,} to {first + len(page.rows) - 1:,} of {page.total:,}. Select rows to change them.",
            width="stretch",
        )
        if len(trail) > 1:
            st.button("Newer", key=f"{prefix}_newer", type="tertiary", on_click=trail.__delitem__, args=(-1,))
        if page.next_before is not None:
            st.button(
                "Older",
                key=f"{prefix}_older",
                type="tertiary",
                on_click=trail.append,
                args=(page.next_before,),
            )


def _chosen(desk: Desk, user: Actor, rows: Sequence[ExampleRow], *, removed: bool) -> None:
    prefix = f"examples_{desk.classifier.key}_chosen"
    if len(rows) == 1:
        _whole(rows[0], user, key=f"{prefix}_text_{rows[0].example.key}")
    if not state.may_write(desk, user):
        return
    ids = [row.example.key for row in rows]
    with st.container(border=True, key=prefix, gap="small"):
        st.markdown(f"**{len(rows):,} selected**")
        if removed:
            st.button("Take back", key=f"{prefix}_back", on_click=_restore, args=(desk, user, ids))
            return
        pick_answer(
            desk.question, key=f"{prefix}_answer", on_pick=lambda answer: _answer(desk, user, rows, answer)
        )
        with st.container(horizontal=True, gap="small"):
            if not all(row.example.held_out for row in rows):
                st.button(
                    "Hold out",
                    key=f"{prefix}_hold",
                    icon=":material/straighten:",
                    type="tertiary",
                    help="From now on these only measure, and never teach.",
                    on_click=_hold,
                    args=(desk, user, ids, True),
                )
            if any(row.example.held_out for row in rows):
                st.button(
                    "Let them teach",
                    key=f"{prefix}_teach",
                    icon=":material/school:",
                    type="tertiary",
                    on_click=_hold,
                    args=(desk, user, ids, False),
                )
            st.button(
                "Remove",
                key=f"{prefix}_remove",
                icon=":material/delete:",
                type="tertiary",
                on_click=_remove,
                args=(desk, user, ids),
            )


def _whole(row: ExampleRow, user: Actor, *, key: str) -> None:
    example = row.example
    added = f"Added {moment(example.added_at, user.time_zone)}"
    place = [CHANNELS.get(example.channel, example.channel), language(example.locale)]
    where = (
        f"Conversation {example.conversation_id}" if example.conversation_id else "Not from a conversation"
    )
    st.caption(escape(" · ".join(filter(None, (where, *place, added)))))
    with st.container(height="content" if len(example.text) < 600 else 200, border=True, key=f"{key}_box"):
        rich_text([{"text": example.text}], key=key)


def _undo(desk: Desk, user: Actor) -> None:
    ids = state.removed(desk.classifier.key)
    if not ids:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{len(ids):,} removed.", width="content")
        st.button(
            "Undo",
            key=f"examples_{desk.classifier.key}_undo",
            type="tertiary",
            icon=":material/undo:",
            on_click=_restore,
            args=(desk, user, ids),
        )


def _answer(desk: Desk, user: Actor, rows: Sequence[ExampleRow], answer: str) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            for row in rows:
                answer_example(user, row.example.key, answer, session=session, seen=row.example.answer)

    _change(desk, act)


def _hold(desk: Desk, user: Actor, ids: Sequence[int], held_out: bool) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            hold_out(user, desk.classifier.key, ids, held_out, session=session)

    _change(desk, act)


def _remove(desk: Desk, user: Actor, ids: Sequence[int]) -> None:
    def act() -> None:
        with get_process().database.transaction() as session:
            for each in ids:
                remove_example(user, each, session=session)

    if _change(desk, act):
        state.set_removed(desk.classifier.key, ids)


def _restore(desk: Desk, user: Actor, ids: Sequence[int]) -> None:
    def act() -> None:
        problems = []
        for each in ids:  # one by one: what is in use again meanwhile does not keep the others away
            try:
                with get_process().database.transaction() as session:
                    restore_example(user, each, session=session)
            except RatchetError as error:
                problems.append(str(error))
        if problems:
            st.toast(escape(problems[0]), icon=":material/error:")

    if _change(desk, act):
        state.set_removed(desk.classifier.key, ())


def _change(desk: Desk, act: Callable[[], None]) -> bool:
    def work() -> bool:
        act()
        return True

    if not run_action(work):
        return False
    state.changed(desk.classifier.key)
    return True
