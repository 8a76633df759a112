"""Where a draft or a sent reply comes from: each sentence's passage and author, and its build."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.assist import DraftView
from core.conversations import ConversationView
from core.errors import RatchetError
from core.identity import Actor, Permission
from core.insights import SentReply, TextOrigin, origin_of_draft, origin_of_reply, sent_replies
from pages.process import get_process
from pages.rep import build_facts, sentence_origins
from pages.widgets.times import moment

_OPEN = "provenance_open"
_LABEL = "Where it comes from"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the open dialog is about: a draft or a message of a conversation."""

    conversation_id: int
    draft_id: int | None = None
    message_id: int | None = None


def may_ask(actor: Actor) -> bool:
    """Whether there is anything to ask for this person."""
    return actor.can(Permission.CONVERSATIONS_READ)


def draft_button(actor: Actor, view: DraftView) -> None:
    """The draft card's way to its sources and its build."""
    if not may_ask(actor):
        return
    draft = view.draft
    if st.button(
        _LABEL,
        key=f"provenance_draft_{draft.key}",
        type="tertiary",
        icon=":material/account_tree:",
        help="Which article and author stand behind each sentence, and which build wrote it",
    ):
        st.session_state[_OPEN] = _Asked(draft.conversation_id, draft_id=draft.key)
        st.rerun()  # of the page: the card is a fragment, which would close the dialog with its next tick


def sent(actor: Actor, view: ConversationView) -> None:
    """The replies that were sent, each with the way to its sources."""
    conversation_id = view.conversation.key
    with get_process().database.reading() as session:
        replies = sent_replies(actor, conversation_id, session=session)
    if not replies:
        return
    with st.expander(f"Replies sent ({len(replies)})", key=f"provenance_sent_{conversation_id}"):
        st.caption("Where each sentence came from:")
        for each in replies:
            st.button(
                f"{moment(each.sent_at, actor.time_zone)} · {_who(each)}",
                key=f"provenance_message_{each.message_id}",
                type="tertiary",
                icon=":material/account_tree:",
                on_click=_ask,
                args=(_Asked(conversation_id, message_id=each.message_id),),
            )


def show_if_asked(actor: Actor, view: ConversationView) -> None:
    """Draw the dialog while it is open, also when something else redraws the page meanwhile."""
    asked = st.session_state.get(_OPEN)
    if asked is None:
        return
    if asked.conversation_id != view.conversation.key:
        _close()
        return
    try:
        with get_process().database.reading() as session:
            if asked.message_id is not None:
                origin = origin_of_reply(actor, asked.message_id, session=session)
            else:
                origin = origin_of_draft(actor, asked.draft_id or 0, session=session)
    except RatchetError as error:
        _close()
        st.toast(str(error), icon=":material/error:", duration="long")
        return
    st.dialog(_LABEL, icon=":material/account_tree:", width="large", on_dismiss=_close)(_dialog)(
        actor, origin
    )


def _dialog(actor: Actor, origin: TextOrigin) -> None:
    if not actor.can(Permission.RELEASES_READ):
        sentence_origins.show(actor, origin)
        return
    # both are drawn at once: a rerun in between would take the focus, and with it the Escape key
    sentences, build = st.tabs(["Sentences", "Build"])
    with sentences:
        sentence_origins.show(actor, origin)
    with build:
        build_facts.show(actor, origin)


def _who(reply: SentReply) -> str:
    who = reply.sent_by or "somebody"
    return who if reply.drafted else f"{who}, by hand"


def _ask(asked: _Asked) -> None:
    st.session_state[_OPEN] = asked


def _close() -> None:
    st.session_state.pop(_OPEN, None)
