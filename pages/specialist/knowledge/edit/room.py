"""Editing one article: the text on the left, what it will be on the right, and who else is in it."""

from __future__ import annotations

import streamlit as st

from core.errors import NotFound
from core.identity import Actor, Permission
from core.knowledge import EditView, get_edit
from pages.process import get_process
from pages.specialist.knowledge.edit import aside, conflicts, head, presence, typing
from pages.specialist.knowledge.edit.proposed import proposed_in
from pages.widgets.shell import current_actor
from pages.widgets.style import escape

_EVERY = 3.0
"""Seconds between looks at what others do."""
AT_WORK = ("open", "proposed")


def show(actor: Actor, edit_id: int) -> None:
    """Draw it; while it can be changed it is drawn again every few seconds."""
    try:
        with get_process().database.reading() as session:
            view = get_edit(actor, edit_id, session=session)
    except NotFound as error:
        head.back(view=None)
        st.warning(escape(str(error)), icon=":material/search_off:")
        return
    head.show(actor, view)
    at_work = view.edit.state in AT_WORK
    st.fragment(_work, run_every=_EVERY if at_work else None)(edit_id, _standing(view))


def _work(edit_id: int, drawn: tuple[object, ...]) -> None:
    actor = current_actor()
    # a fragment passes by the guard of its page
    if actor is None or not actor.can(Permission.KNOWLEDGE_EDIT):
        st.rerun()
    with get_process().database.reading() as session:
        view = get_edit(actor, edit_id, session=session)
    if _standing(view) != drawn:
        st.rerun()  # what stands above is no longer true
    at_work = view.edit.state in AT_WORK
    if at_work:
        presence.show(actor, edit_id)
        conflicts.show(actor, view)
    text, right = st.columns([1.1, 1], gap="medium", wrap=False)
    with text:
        typing.show(actor, view, disabled=not at_work)
    with right, st.container(key="edit_aside"):
        aside.show(actor, view, disabled=not at_work)


def _standing(view: EditView) -> tuple[object, ...]:
    """What the head of the page depends on."""
    moved = view.basis_moved.key if view.basis_moved else None
    return view.edit.state, proposed_in(view.edit), moved, view.edit.basis_version_id, bool(view.conflicts)
