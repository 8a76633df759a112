"""The fields in which the article is typed, and their saving."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

import streamlit as st

from core.errors import RatchetError
from core.identity import Actor
from core.knowledge import EditView, get_edit, save_edit
from pages.process import get_process
from pages.widgets.article_editor import Answer, Place, Report, Typed, article_editor
from pages.widgets.shell import run_action
from pages.widgets.times import clock


class _Last(TypedDict):
    """The last report of this browser tab."""

    answer: Answer
    text: Typed
    problem: str


def show(actor: Actor, view: EditView, *, disabled: bool) -> None:
    """Draw the fields."""
    key = view.edit.key
    last: _Last | None = st.session_state.get(_last(key))
    goto: Place | None = st.session_state.get(_goto(key))
    article_editor(
        key,
        text=Typed(title=view.text.title, body=view.text.body),
        saved=f"Saved {clock(view.edit.updated_at, actor.time_zone)}",
        answered=last["answer"] if last else None,
        problem=last["problem"] if last else "",
        disabled=disabled,
        goto=goto,
        beside="edit_preview",
        # Through run_action, which looks again who is here: a fragment passes by the page's guard.
        on_typed=lambda report: run_action(lambda: _save(actor, key, report)),
    )


def go_to_line(edit_id: int, line: int) -> None:
    """Show a line of the text, to be called in a callback."""
    count = st.session_state.get("knowledge_goto_count", 0) + 1
    st.session_state["knowledge_goto_count"] = count
    st.session_state[_goto(edit_id)] = Place(line=line, stamp=str(count))


def _save(actor: Actor, edit_id: int, report: Report) -> None:
    last: _Last | None = st.session_state.get(_last(edit_id))
    base, typed, problem = report["base"], report["text"], ""
    if last and last["answer"]["tab"] == report["tab"] and not last["answer"]["refused"]:
        if last["answer"]["seq"] >= report["seq"]:
            return  # seen already
        if last["answer"]["seq"] > report["known"]:
            base = last["text"]  # it was stored, but the browser never heard so
    try:
        with get_process().database.transaction() as session:
            now = get_edit(actor, edit_id, session=session).text
            save_edit(
                actor,
                edit_id,
                base=replace(now, title=base["title"], body=base["body"]),
                mine=replace(now, title=typed["title"], body=typed["body"]),
                session=session,
            )
    except RatchetError as error:
        problem = f"Not saved. {error}"
    answer = Answer(tab=report["tab"], seq=report["seq"], refused=bool(problem))
    st.session_state[_last(edit_id)] = _Last(answer=answer, text=typed, problem=problem)


def _last(edit_id: int) -> str:
    return f"knowledge_typed_{edit_id}"


def _goto(edit_id: int) -> str:
    return f"knowledge_goto_{edit_id}"
