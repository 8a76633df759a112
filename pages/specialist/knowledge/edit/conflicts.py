"""Where two people changed the same words: both versions side by side, until somebody chooses."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core.identity import Actor
from core.knowledge import EditView, TextConflict, article_owners, settle_conflict, word_diff
from pages.process import get_process
from pages.specialist.knowledge.edit.words import FIELDS, value_words
from pages.widgets.components import rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.word_differences import side

Keep = Literal["theirs", "mine", "both"]

_JOINED = ("title", "note", "body")
"""Fields in which both can stand."""


def show(actor: Actor, view: EditView) -> None:
    """Draw a card for each."""
    if not view.conflicts:
        return
    with get_process().database.reading() as session:
        people = article_owners(actor, session=session)
    with st.container(key="edit_conflicts", gap="small"):
        for conflict in view.conflicts:
            _card(actor, view.edit.key, conflict, people)


def _card(actor: Actor, edit_id: int, conflict: TextConflict, people: dict[int, str]) -> None:
    key = f"conflict_{conflict.id}"
    mine = conflict.person_id == actor.person_id
    who = "you" if mine else conflict.by or "somebody"
    with st.container(border=True, key=key, gap="small"):
        st.markdown(
            f":material/call_split: **Two people changed the same place: {escape(_place(conflict))}.** "
            "Nothing is lost. Choose what should stand there."
        )
        left, right = st.columns(2, gap="medium", wrap=False)
        with left:
            _version(conflict, conflict.mine, people, f"What {who} wrote", f"{key}_mine")
        with right:
            _version(conflict, conflict.theirs, people, "What the text says now", f"{key}_theirs")
        with st.container(horizontal=True):
            _choice(actor, edit_id, conflict, "theirs", "Keep what the text says")
            _choice(actor, edit_id, conflict, "mine", "Take mine" if mine else f"Take what {who} wrote")
            if conflict.field in _JOINED:
                _choice(actor, edit_id, conflict, "both", "Keep both")


def _version(conflict: TextConflict, text: str, people: dict[int, str], label: str, key: str) -> None:
    st.caption(escape(label))
    if conflict.field in _JOINED:
        segments = side(word_diff(conflict.base, text), "after")
        rich_text(segments or [{"text": "(nothing: it was deleted)"}], key=key, small=True, clip=True)
    else:
        st.markdown(escape(value_words(conflict.field, text, people)))


def _choice(actor: Actor, edit_id: int, conflict: TextConflict, keep: Keep, label: str) -> None:
    st.button(
        escape(label),
        key=f"conflict_{conflict.id}_keep_{keep}",
        on_click=lambda: run_action(lambda: _settle(actor, edit_id, conflict.id, keep)),
    )


def _settle(actor: Actor, edit_id: int, conflict_id: str, keep: Keep) -> None:
    with get_process().database.transaction() as session:
        settle_conflict(actor, edit_id, conflict_id, keep=keep, session=session)


def _place(conflict: TextConflict) -> str:
    if conflict.field == "body":
        return f"line {conflict.line}" if conflict.line else "in the text"
    return FIELDS.get(conflict.field, conflict.field).lower()
