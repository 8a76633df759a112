"""The open conversation: who it is, what state it is in, and what was said."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.conversations import (
    ConversationView,
    assign,
    escalate,
    get_conversation,
    read_attachment,
    set_priority,
    set_status,
)
from core.conversations.tables import Message, OutboxItem
from core.errors import NotFound
from core.identity import Actor, Permission
from pages.process import get_process
from pages.rep import flagging, selection
from pages.rep.flagging import Flagging
from pages.widgets.components import MarkedSubject, thread
from pages.widgets.labels import CHANNELS, PRIORITIES, STATUSES, language
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import clock, day, moment, waiting_for


def load(actor: Actor, conversation_id: int | None) -> ConversationView | None:
    """The conversation, or a message in its place when there is none to show."""
    if conversation_id is None:
        st.info("Nothing here to work on. Choose another view on the left.", icon=":material/inbox:")
        return None
    try:
        with get_process().database.reading() as session:
            return get_conversation(actor, conversation_id, session=session)
    except NotFound as error:
        st.warning(str(error), icon=":material/search_off:")
        st.button("Back to the queue", on_click=selection.forget)
        return None


def show_header(actor: Actor, view: ConversationView) -> None:
    """Name, subject and state in one line, with the verbs that change the state."""
    conversation, customer = view.conversation, view.customer
    with st.container(horizontal=True, vertical_alignment="center", key="conversation_header", gap="small"):
        title = customer.name or customer.email or "Unknown customer"
        with st.container(key="conversation_title", gap=None):
            st.markdown(f"**{escape(title)}** &nbsp;{escape(conversation.subject)}", help=_facts(view))
        if conversation.priority <= 2:
            st.badge(
                PRIORITIES[conversation.priority], color="red" if conversation.priority == 1 else "orange"
            )
        waiting = waiting_for(conversation.waiting_since)
        if waiting:
            st.badge(f"waiting {waiting}", icon=":material/schedule:", color="gray")
        else:
            st.badge(STATUSES.get(conversation.status, conversation.status), color="gray")
        _files(actor, view)
        if actor.can(Permission.CONVERSATIONS_WORK):
            _verbs(actor, view)
    if conversation.escalation_reason:
        st.caption(f":material/priority_high: Escalated: {escape(conversation.escalation_reason)}")


def _facts(view: ConversationView) -> str:
    conversation = view.conversation
    facts = [CHANNELS.get(conversation.channel, conversation.channel)]
    if conversation.locale:
        facts.append(language(conversation.locale))
    if conversation.tags:
        facts.append(", ".join(conversation.tags))
    return escape(" · ".join(facts))


def _files(actor: Actor, view: ConversationView) -> None:
    """What came attached, to download. Read only when somebody clicks."""
    kept = [item for items in view.attachments.values() for item in items if item.sha256]
    if not kept:
        return
    with st.popover(f"Files · {len(kept)}", icon=":material/attach_file:", type="tertiary"):
        for item in kept:
            st.download_button(
                _file(item),
                data=partial(_content, actor, item.key),
                file_name=item.name,
                mime="application/octet-stream",  # never opened in the page, whatever it says it is
                key=f"file_{item.key}",
                on_click="ignore",
                type="tertiary",
            )


def _content(actor: Actor, attachment_id: int) -> bytes:
    process = get_process()
    with process.database.reading() as session:
        return read_attachment(actor, attachment_id, session=session, home=process.settings.home)


def _verbs(actor: Actor, view: ConversationView) -> None:
    conversation = view.conversation
    mine = conversation.assignee_id == actor.person_id
    verbs: dict[str, Any] = {}
    if not mine:
        verbs["Assign to me"] = lambda s: assign(
            actor, conversation.key, session=s, assignee_id=actor.person_id
        )
    if conversation.assignee_id is not None:
        verbs["Put back to unassigned"] = lambda s: assign(
            actor, conversation.key, session=s, assignee_id=None
        )
    for status, label in (("resolved", "Mark resolved"), ("open", "Reopen")):
        if (conversation.status in {"open", "waiting"}) == (status == "resolved"):
            verbs[label] = lambda s, to=status: set_status(actor, conversation.key, session=s, status=to)
    for priority, label in PRIORITIES.items():
        if priority != conversation.priority:
            verbs[f"Priority: {label.lower()}"] = lambda s, to=priority: set_priority(
                actor, conversation.key, session=s, priority=to
            )
    owner = view.assignee.name.split()[0] if view.assignee else "Unassigned"
    label = "Mine" if mine else owner
    key = f"verbs_{conversation.key}"

    def act() -> None:
        chosen = st.session_state[key]
        if chosen == "Escalate …":
            st.session_state["escalating"] = conversation.key
        elif chosen:
            run_action(lambda: _in_transaction(verbs[chosen]), done=chosen)

    st.menu_button(
        label, [*verbs, "Escalate …"], key=key, on_click=act, icon=":material/person:", type="tertiary"
    )
    if st.session_state.pop("escalating", None) == conversation.key:
        _escalate(actor, conversation.key)


def _in_transaction(verb: Any) -> None:
    with get_process().database.transaction() as session:
        verb(session)


@st.dialog("Escalate")
def _escalate(actor: Actor, conversation_id: int) -> None:
    st.write("The conversation moves to the Escalated view, with your reason on top.")
    key = f"escalation_reason_{conversation_id}"
    st.text_input("Why does it need someone else?", key=key, max_chars=500)

    def act() -> None:
        reason = st.session_state.get(key, "")
        run_action(
            lambda: _in_transaction(lambda s: escalate(actor, conversation_id, session=s, reason=reason)),
            done="Escalated",
        )

    if st.button("Escalate", on_click=act):
        st.rerun()


def show_thread(
    actor: Actor, view: ConversationView, flags: Flagging, *, whole: MarkedSubject | None
) -> None:
    """All messages, oldest first; quoted text and signatures folded.

    Args:
        whole: what is flagged when no words are marked.
    """
    conversation_id = view.conversation.key
    st.session_state[seen_key(conversation_id)] = view.last_message_id or 0
    thread(
        conversation_id,
        [_message(actor, view, message, flags) for message in view.messages],
        flagging=flags.may_flag,
        whole=whole,
        on_flag=partial(flagging.ask, conversation_id),
    )


def seen_key(conversation_id: int) -> str:
    """Session-state key of the last message this person was shown."""
    return f"seen_{conversation_id}"


def _message(actor: Actor, view: ConversationView, message: Message, flags: Flagging) -> dict[str, Any]:
    delivery = view.deliveries.get(message.key)
    subject = flags.subject(message.key)
    return {
        "side": {"customer": "theirs", "system": "system"}.get(message.author, "ours"),
        "name": message.name
        or {"customer": view.customer.name, "assistant": "Assistant"}.get(message.author, ""),
        "day": day(message.created_at, actor.time_zone),
        "time": clock(message.created_at, actor.time_zone),
        "at": moment(message.created_at, actor.time_zone),
        "text": message.text,
        "folded": message.folded,
        "files": [_file(item) for item in view.attachments.get(message.key, [])],
        "state": _delivery(delivery),
        "failed": delivery is not None and delivery.state == "failed",
        "subject": subject,
        "flags": flags.told(actor, subject),
    }


def _file(item: Any) -> str:
    size = f"{item.size / 1_000_000:.1f} MB" if item.size >= 1_000_000 else f"{max(1, item.size // 1000)} kB"
    return f"{item.name} · {size}" + (f" · {item.note}" if item.note else "")


def _delivery(item: OutboxItem | None) -> str:
    if item is None:
        return ""
    return {
        "pending": "Sending …",
        "delivering": "Sending …",
        "delivered": "Delivered",
        "failed": f"Not delivered: {item.error}",
    }.get(item.state, item.state)
