"""Above the text: what is edited, how it stands, and what can be done with all of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.identity import Actor
from core.knowledge import EditView, drop_edit, rebase_edit, reopen_edit
from core.releases import propose_edit
from pages.process import get_process
from pages.specialist.knowledge import frame, making
from pages.specialist.knowledge.edit import presence
from pages.specialist.knowledge.edit.propose import propose_dialog
from pages.specialist.knowledge.edit.proposed import proposed_in
from pages.specialist.releases.links import page_link
from pages.widgets.shell import run_action
from pages.widgets.style import escape


def show(actor: Actor, view: EditView) -> None:
    """Draw it."""
    edit, article = view.edit, view.article
    with st.container(horizontal=True, vertical_alignment="center", key="edit_head"):
        back(view, actor)
        title = article.title if article else "New article"
        st.subheader(escape(title), anchor=False, width="stretch")
        if view.basis is not None:
            st.badge(f"Edit of version {view.basis.number}", color="gray")
        with st.container(horizontal=True, width="content", key="edit_verbs"):
            proposing = _verbs(actor, view)
    _standing(actor, view)
    if proposing:
        propose_dialog(actor, edit.key)


def back(view: EditView | None, actor: Actor | None = None) -> None:
    """The way out; what was typed is saved already."""

    def leave() -> None:
        if view is not None and actor is not None:
            presence.leave(actor, view.edit.key)
        if view is not None and view.edit.article_id is not None:
            frame.open_article(view.edit.article_id)
        else:
            frame.open_view(frame.EDITS)

    st.button(
        "Back",
        icon=":material/chevron_left:",
        type="tertiary",
        key="edit_back",
        help="Everything is saved. The edit stays open.",
        on_click=leave,
    )


def _verbs(actor: Actor, view: EditView) -> bool:
    """Whether to ask for a proposal."""
    edit = view.edit
    match edit.state:
        case "open":
            with st.popover("Drop", icon=":material/delete:", key="edit_drop_ask"):
                st.write("Drop this edit for everybody who works on it? It can be restored.")
                st.button("Drop it", key="edit_drop", on_click=_act, args=(_drop, actor, edit.key))
            return st.button("Propose", type="primary", icon=":material/rate_review:", key="edit_propose")
        case "proposed":
            if proposed_in(edit).moved_on:
                st.button(
                    "Propose the newer text",
                    type="primary",
                    icon=":material/rate_review:",
                    key="edit_propose_again",
                    help="Takes what the text says now over into its proposal.",
                    on_click=_act,
                    args=(_propose_again, actor, edit.key, "The proposal has the newest text."),
                )
        case "dropped":
            st.button(
                "Restore",
                type="primary",
                icon=":material/restore_from_trash:",
                key="edit_restore",
                on_click=_act,
                args=(_restore, actor, edit.key),
            )
        case _ if edit.article_id is not None:
            st.button(
                "Edit again",
                type="primary",
                icon=":material/edit:",
                key="edit_again",
                on_click=making.edit_article,
                args=(actor, edit.article_id),
            )
        case _:
            pass
    return False


def _standing(actor: Actor, view: EditView) -> None:
    """What is to be known before somebody goes on."""
    edit = view.edit
    _origin(view)
    if edit.state == "dropped":
        st.warning(
            f"{escape(view.updated_by or 'Somebody')} dropped this edit. Its text is kept below.",
            icon=":material/delete:",
        )
    elif edit.state == "released":
        st.success("This text was released. It is kept as it was.", icon=":material/rocket_launch:")
    elif edit.state == "proposed":
        with st.container(horizontal=True, vertical_alignment="center", key="edit_proposed"):
            st.badge("Proposed", icon=":material/rate_review:", color="violet")
            proposed = proposed_in(edit)
            st.caption(
                "The text has changed since: the proposal has it as it was."
                if proposed.moved_on
                else "The proposal has this text. When you go on writing, you can propose the newer text."
            )
            if proposed.proposal_id is not None:
                page_link(
                    "releases", "Open the proposal", ":material/arrow_forward:", proposal=proposed.proposal_id
                )
    newer = view.basis_moved
    if newer is not None:
        with st.container(horizontal=True, vertical_alignment="center", border=True, key="edit_moved"):
            st.markdown(
                f":material/update: **Version {newer.number} went live since this edit was begun.** "
                "Take it over before you propose: both texts are merged, nothing is lost."
            )
            st.button(
                "Take it over",
                icon=":material/merge:",
                key="edit_rebase",
                on_click=_act,
                args=(_rebase, actor, edit.key, "The newest version is merged into this edit."),
            )


def _origin(view: EditView) -> None:
    """What led to it."""
    conversations = len(view.edit.origin.get("conversation_ids") or ())
    suggestion = view.edit.origin.get("suggestion_id")
    if not conversations and not suggestion:
        return
    behind = "one conversation" if conversations == 1 else f"{conversations:,} conversations"
    said = "Begun from a suggestion" if suggestion else "Begun from work with customers"
    with st.container(horizontal=True, vertical_alignment="center", key="edit_origin"):
        st.caption(f"{said}{f'; {behind} led to it' if conversations else ''}.")
        if suggestion:
            st.button(
                "See the suggestion",
                type="tertiary",
                icon=":material/arrow_forward:",
                key="edit_suggestion",
                on_click=frame.open_suggestion,
                args=(int(suggestion),),
            )


def _act(deed: Callable[[Actor, int], None], actor: Actor, edit_id: int, done: str = "") -> None:
    run_action(lambda: deed(actor, edit_id), done=done)


def _drop(actor: Actor, edit_id: int) -> None:
    with get_process().database.transaction() as session:
        drop_edit(actor, edit_id, session=session)


def _restore(actor: Actor, edit_id: int) -> None:
    with get_process().database.transaction() as session:
        reopen_edit(actor, edit_id, session=session)


def _rebase(actor: Actor, edit_id: int) -> None:
    with get_process().database.transaction() as session:
        rebase_edit(actor, edit_id, session=session)


def _propose_again(actor: Actor, edit_id: int) -> None:
    with get_process().database.transaction() as session:
        propose_edit(actor, edit_id, session=session)
