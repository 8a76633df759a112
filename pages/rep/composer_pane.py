"""The rep's reply: autosaved, never overwritten by the AI, sent exactly once, taken back within seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from core.assist import send_composed
from core.conversations import (
    ConversationView,
    open_composer,
    recall_reply,
    save_composer,
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

_REDRAW = "composer_redraw"


def show(actor: Actor, view: ConversationView) -> None:
    """Draw the reply field, or say why this person has none."""
    if not actor.can(Permission.CONVERSATIONS_WORK):
        st.caption("You can read this conversation. Replying is for reps and specialists.")
        return
    st.fragment(_field)(actor, view.conversation.key, view.customer.name, view.conversation.locale)
    _undo(actor, view.conversation.key)


def _field(actor: Actor, conversation_id: int, customer: str, locale: str) -> None:
    if st.session_state.pop(_REDRAW, False):
        st.rerun()
    with get_process().database.transaction() as session:
        stored = open_composer(actor, conversation_id, session=session)
    bump = st.session_state.get(f"composer_bump_{conversation_id}", 0)
    composer(
        conversation_id,
        revision=f"{stored.token}.{bump}",
        text=stored.text,
        saved=f"Saved {clock(stored.updated_at, actor.time_zone)}",
        placeholder=f"Reply to {customer or 'the customer'}" + (f" in {language(locale)}" if locale else ""),
        label="Send",
        hint="I inserts the draft · ? shows all shortcuts",
        problem=st.session_state.get(problem_key(conversation_id), ""),
        focus=st.session_state.pop("composer_focus", None) == conversation_id,
        # Through run_action, which looks again who is here: a fragment passes by the page's guard.
        on_text=lambda revision, text: run_action(lambda: _save(actor, conversation_id, revision, text)),
        on_send=lambda revision, text: run_action(lambda: _send(actor, conversation_id, revision, text)),
    )


def _save(actor: Actor, conversation_id: int, revision: str, text: str) -> None:
    problem = problem_key(conversation_id)
    st.session_state.pop(problem, None)
    try:
        with get_process().database.transaction() as session:
            draft_id = open_composer(actor, conversation_id, session=session).draft_id
            token = revision.split(".")[0]
            save_composer(actor, conversation_id, session=session, text=text, draft_id=draft_id, token=token)
    except RatchetError as error:
        st.session_state[problem] = str(error)


def _send(actor: Actor, conversation_id: int, revision: str, text: str) -> None:
    _save(actor, conversation_id, revision, text)  # whatever happens next, the text is kept
    problem = problem_key(conversation_id)
    try:
        with get_process().database.transaction() as session:
            sent = send_composed(
                actor,
                conversation_id,
                session=session,
                text=text,
                token=revision.split(".")[0],
                seen_message_id=st.session_state.get(seen_key(conversation_id), 0),
            )
    except Conflict as error:
        st.session_state[problem] = str(error)
        st.session_state[_REDRAW] = True  # shows what was written meanwhile
        return
    except RatchetError as error:
        st.session_state[problem] = str(error)
        return
    st.session_state.pop(problem, None)
    st.session_state[_REDRAW] = True
    get_process().worker.wake()
    if sent.already_sent:
        st.toast("This reply was already sent.", icon=":material/done_all:")
    else:
        until = sent.message.created_at + timedelta(seconds=get_process().settings.undo_send_seconds)
        st.session_state["undo"] = (conversation_id, sent.message.key, until)


def refill(conversation_id: int) -> None:
    """Show the stored text instead of what the browser has, and put the cursor into it."""
    bump = f"composer_bump_{conversation_id}"
    st.session_state[bump] = st.session_state.get(bump, 0) + 1
    st.session_state["composer_focus"] = conversation_id


def problem_key(conversation_id: int) -> str:
    """Session-state key of what is wrong with the reply, shown under it."""
    return f"composer_problem_{conversation_id}"


def _undo(actor: Actor, conversation_id: int) -> None:
    """A line with Undo for as long as the reply can still be taken back."""
    waiting = st.session_state.get("undo")
    if waiting is None or waiting[0] != conversation_id:
        return
    st.fragment(_undo_line, run_every=1)(actor, *waiting[1:])


def _undo_line(actor: Actor, message_id: int, until: datetime) -> None:
    left = (until - now()).total_seconds()
    if left <= 0:
        st.session_state.pop("undo", None)
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", key="undo_line"):
        st.caption("Reply sent.")
        st.button(
            f"Undo ({left:.0f})",
            key="undo_send",
            type="tertiary",
            on_click=lambda: run_action(lambda: _recall(actor, message_id)),
        )


def _recall(actor: Actor, message_id: int) -> None:
    with get_process().database.transaction() as session:
        composer_row = recall_reply(actor, message_id, session=session)
    refill(composer_row.conversation_id)
    st.session_state.pop("undo", None)
    st.session_state[_REDRAW] = True
