"""The rep's reply: autosaved, never overwritten by the AI, sent exactly once, and taken back within seconds."""

from __future__ import annotations

import streamlit as st

from core.assist import DraftView, draft_used
from core.conversations import (
    Composer,
    ConversationView,
    open_composer,
    recall_reply,
    save_composer,
    send_reply,
)
from core.database import now
from core.errors import Conflict, RatchetError
from core.identity import Actor, Permission
from pages.process import get_process
from pages.rep.conversation_pane import seen_key
from pages.widgets.components import composer
from pages.widgets.labels import language
from pages.widgets.shell import run_action
from pages.widgets.times import clock


def show(actor: Actor, view: ConversationView, draft: DraftView | None) -> None:
    """Draw the reply field, or say why this person has none."""
    if not actor.can(Permission.CONVERSATIONS_WORK):
        st.caption("You can read this conversation. Replying is for reps and specialists.")
        return
    st.fragment(_field)(actor, view.conversation.key, view.customer.name, view.conversation.locale)
    _undo(actor, view.conversation.key)


def _field(actor: Actor, conversation_id: int, customer: str, locale: str) -> None:
    if st.session_state.pop("reply_sent", False):
        st.rerun()
    with get_process().database.transaction() as session:
        stored = open_composer(actor, conversation_id, session=session)
    bump = st.session_state.get(f"composer_bump_{conversation_id}", 0)
    problem_key = f"composer_problem_{conversation_id}"
    composer(
        conversation_id,
        revision=f"{stored.token}.{bump}",
        text=stored.text,
        saved=f"Saved {clock(stored.updated_at, actor.time_zone)}",
        placeholder=f"Reply to {customer or 'the customer'}" + (f" in {language(locale)}" if locale else ""),
        label="Send",
        hint="I inserts the draft · ? shows all shortcuts",
        problem=st.session_state.get(problem_key, ""),
        focus=st.session_state.pop("composer_focus", None) == conversation_id,
        on_text=lambda revision, text: _save(actor, conversation_id, revision, text),
        on_send=lambda revision, text: _send(actor, conversation_id, revision, text),
    )


def _save(actor: Actor, conversation_id: int, revision: str, text: str) -> None:
    st.session_state.pop(f"composer_problem_{conversation_id}", None)
    try:
        with get_process().database.transaction() as session:
            stored: Composer = open_composer(actor, conversation_id, session=session)
            if revision.split(".")[0] == stored.token:  # else it was sent from another tab meanwhile
                save_composer(actor, conversation_id, session=session, text=text)
    except RatchetError as error:
        st.session_state[f"composer_problem_{conversation_id}"] = str(error)


def _send(actor: Actor, conversation_id: int, revision: str, text: str) -> None:
    token = revision.split(".")[0]
    problem_key = f"composer_problem_{conversation_id}"
    try:
        with get_process().database.transaction() as session:
            stored = open_composer(actor, conversation_id, session=session)
            sent = send_reply(
                actor,
                conversation_id,
                session=session,
                text=text,
                token=token,
                seen_message_id=st.session_state.get(seen_key(conversation_id), 0),
                draft=draft_used(stored.draft_id, session=session),
            )
    except Conflict as error:
        st.session_state[problem_key] = f"{error} Read it, then send again."
        st.session_state["reply_sent"] = True
        _save(actor, conversation_id, revision, text)
        st.session_state[problem_key] = f"{error} Read it, then send again."
        return
    except RatchetError as error:
        st.session_state[problem_key] = str(error)
        return
    st.session_state.pop(problem_key, None)
    st.session_state["reply_sent"] = True
    get_process().worker.wake()
    if sent.already_sent:
        st.toast("This reply was already sent.", icon=":material/done_all:")
    else:
        st.session_state["undo"] = (conversation_id, sent.message.key, sent.undo_until)


def _undo(actor: Actor, conversation_id: int) -> None:
    """A line with Undo for as long as the reply can still be taken back."""
    waiting = st.session_state.get("undo")
    if waiting is None or waiting[0] != conversation_id:
        return
    st.fragment(_undo_line, run_every=1)(actor, *waiting)


def _undo_line(actor: Actor, conversation_id: int, message_id: int, until: object) -> None:
    left = (until - now()).total_seconds()  # type: ignore[operator]
    if left <= 0:
        st.session_state.pop("undo", None)
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="undo_line"):
        st.caption("Reply sent.")
        st.button(
            f"Undo ({left:.0f})",
            key="undo_send",
            type="tertiary",
            on_click=lambda: run_action(lambda: _recall(actor, conversation_id, message_id)),
        )


def _recall(actor: Actor, conversation_id: int, message_id: int) -> None:
    with get_process().database.transaction() as session:
        recall_reply(actor, message_id, session=session)
    st.session_state.pop("undo", None)
    st.session_state["reply_sent"] = True
