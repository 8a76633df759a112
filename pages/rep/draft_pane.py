"""The draft card: what the AI wrote, or why it did not, and what the rep can do with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st
from sqlmodel import Session

from core.actions import RequestView, requests_stamp
from core.assist import DraftView, current_draft, discard_draft
from core.conversations import ConversationView, conversation_stamp, open_composer, save_composer
from core.identity import Actor, Permission
from pages.process import get_process
from pages.rep import flagging, provenance
from pages.rep.composer_pane import refill
from pages.rep.draft_notes import show_findings, show_origin, show_question, show_steps
from pages.rep.numbers import numbered, numbered_supports
from pages.widgets.components import Cite, MarkedSubject, Segment, rich_text
from pages.widgets.shell import run_action
from pages.widgets.style import escape
from pages.widgets.times import clock

RUNNING_TICK_SECONDS = 0.4
IDLE_TICK_SECONDS = 4
_REDRAW = "draft_redraw"
Stamp = tuple[object, ...]
DISCARD_REASONS = ("Wrong facts", "Does not answer", "Wrong tone", "Too long", "I know better", "Other")


def load(actor: Actor, view: ConversationView) -> DraftView | None:
    """The newest draft. Opening a conversation where the customer waits starts one."""
    conversation = view.conversation
    waits = conversation.status == "open" and bool(view.messages) and view.messages[-1].author == "customer"
    if waits and actor.can(Permission.DRAFTS_REQUEST):
        run_action(lambda: get_process().runner.ensure_draft(conversation.key, actor=actor))
    with get_process().database.reading() as session:
        return current_draft(actor, conversation.key, session=session)


def stamp(conversation_id: int | None) -> Stamp:
    """What :func:`show` compares with later. To be taken before the panes read what they show: of what
    changes while they are drawn, they show the old state, and nobody would notice afterwards."""
    if conversation_id is None:
        return ()
    with get_process().database.reading() as session:
        return _stamp(conversation_id, session)


def show(
    actor: Actor,
    view: ConversationView,
    draft: DraftView | None,
    requests: Sequence[RequestView],
    *,
    since: Stamp,
) -> None:
    """Draw the card; it follows a running draft and its actions by itself and notices a new message.

    Args:
        since: the :func:`stamp` from before ``view``, ``draft`` and ``requests`` were read.
    """
    conversation_id = view.conversation.key
    shown = (*since, *_state(draft))
    # a draft that waits for a person may wait for hours; what was decided is over in a moment
    decided = draft is not None and draft.waiting and all(each.settled for each in requests)
    moving = draft is not None and (draft.building or decided)
    moving = moving or any(each.request.status in {"approved", "executing"} for each in requests)
    tick = RUNNING_TICK_SECONDS if moving else IDLE_TICK_SECONDS
    st.fragment(_card, run_every=tick)(actor, conversation_id, shown)


def _stamp(conversation_id: int, session: Session) -> Stamp:
    return (
        conversation_stamp(conversation_id, session=session),
        requests_stamp(conversation_id, session=session),
    )


def _state(draft: DraftView | None) -> Stamp:
    return (draft.draft.id, draft.draft.state, draft.draft.outcome, draft.stale) if draft else ()


def _card(actor: Actor, conversation_id: int, shown: Stamp) -> None:
    if st.session_state.pop(_REDRAW, False):
        st.rerun()  # the composer has a new text
    with get_process().database.reading() as session:
        draft = current_draft(actor, conversation_id, session=session)
        now_shown = (*_stamp(conversation_id, session), *_state(draft))
    if now_shown != shown:
        st.rerun()  # the other panes show this draft and this conversation too
    if draft is None or draft.draft.outcome in {"sent", "edited"}:
        return
    with st.container(border=True, key="draft_card", gap="small"):
        if draft.draft.outcome == "discarded":
            _discarded(actor, draft)
        else:
            _STATES[draft.draft.state](actor, draft)


def _running(actor: Actor, view: DraftView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge("Writing a draft", icon=":material/edit_note:", color="blue")
        st.space("stretch")
        st.button(
            "Stop",
            key="draft_stop",
            type="tertiary",
            on_click=_stop,
            args=(actor, view.draft.key),
        )
    if view.draft.text:
        rich_text([{"text": view.draft.text}], key=f"partial_{view.draft.key}", caret=True)
    else:
        st.skeleton(height=54)


def _stop(actor: Actor, draft_id: int) -> None:
    run_action(lambda: get_process().runner.cancel(draft_id, actor=actor))


def _ready(actor: Actor, view: DraftView) -> None:
    draft = view.draft
    subject: MarkedSubject = {"type": "draft", "id": draft.key}
    with st.container(horizontal=True, vertical_alignment="center"):
        if view.stale:
            st.badge("Out of date: the customer has written since", icon=":material/history:", color="orange")
        elif view.blocked:
            st.badge(
                "Blocked: not fit to be sent",
                icon=":material/gpp_bad:",
                color="red",
                help=_origin(actor, view),
            )
        elif draft.decision == "answer":
            st.badge("Draft", icon=":material/edit_note:", color="green", help=_origin(actor, view))
            with st.container(key="draft_strength", width="content"):
                st.badge(f"evidence {_strength(draft.confidence)}", color="gray")
        elif draft.decision == "escalate":
            st.badge(
                "Not answering: a person should",
                icon=":material/front_hand:",
                color="red",
                help=_origin(actor, view),
            )
        else:
            st.badge("Not answering", icon=":material/front_hand:", color="violet", help=_origin(actor, view))
        st.space("stretch")
        _verbs(actor, view)
    show_findings(view)
    if draft.decision == "answer":
        rich_text(_segments(view), key=f"draft_{draft.key}", small=view.blocked, subject=subject)
        show_question(actor, view)
    else:
        st.markdown(f"**{escape(view.reason_text)}**")
        show_question(actor, view)
        if draft.text:
            rich_text([{"text": draft.text}], key=f"draft_{draft.key}", small=True, subject=subject)
    show_steps(view)
    show_origin(actor, view)


def _waiting(actor: Actor, view: DraftView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(
            "Waits for a decision", icon=":material/hourglass:", color="orange", help=_origin(actor, view)
        )
        st.space("stretch")
        _regenerate(actor, view, label="Again")
    st.markdown("The draft is written as soon as the action below is decided and over.")
    show_findings(view)
    show_steps(view)


def _stopped(actor: Actor, view: DraftView) -> None:
    words = {
        "failed": "The draft failed",
        "cancelled": "Stopped",
        "interrupted": "Interrupted before it was finished",
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        color: Literal["red", "gray"] = "red" if view.draft.state == "failed" else "gray"
        st.badge(words[view.draft.state], icon=":material/error:", color=color)
        st.space("stretch")
        _regenerate(actor, view, label="Try again")
    if view.draft.error:
        st.markdown(escape(view.draft.error) + " You can still reply yourself.")
    if view.draft.text:
        rich_text([{"text": view.draft.text}], key=f"kept_{view.draft.key}", small=True)
    if view.draft.build_id:
        provenance.draft_button(actor, view)


_STATES = {
    "running": _running,
    "waiting": _waiting,
    "ready": _ready,
    "failed": _stopped,
    "cancelled": _stopped,
    "interrupted": _stopped,
}


def _discarded(actor: Actor, view: DraftView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Draft discarded: {escape(view.draft.outcome_reason)}")
        st.space("stretch")
        if view.draft.build_id:
            provenance.draft_button(actor, view)
        _regenerate(actor, view, label="Write a new one")


def _verbs(actor: Actor, view: DraftView) -> None:
    draft = view.draft
    if actor.can(Permission.CONVERSATIONS_WORK) and view.usable:
        st.button(
            "Insert",
            key="draft_insert",
            shortcut="i",
            icon=":material/south:",
            help="Put this text into your reply",
            on_click=_insert,
            args=(actor, view),
        )
    _regenerate(actor, view, label="Again")
    if actor.can(Permission.DRAFTS_REQUEST):
        key = f"discard_{draft.key}"
        st.menu_button(
            "Discard",
            DISCARD_REASONS,
            key=key,
            type="tertiary",
            on_click=lambda: _discard(actor, view, st.session_state[key]),
        )
    flagging.draft_button(actor, view)


def _insert(actor: Actor, view: DraftView) -> None:
    conversation_id = view.draft.conversation_id

    def insert() -> None:
        with get_process().database.transaction() as session:
            typed = open_composer(actor, conversation_id, session=session).text.rstrip()
            text = f"{typed}\n\n{view.draft.text}" if typed else view.draft.text
            save_composer(actor, conversation_id, session=session, text=text, draft_id=view.draft.key)
        refill(conversation_id)
        st.session_state[_REDRAW] = True

    run_action(insert)


def _discard(actor: Actor, view: DraftView, reason: str | None) -> None:
    def discard() -> None:
        with get_process().database.transaction() as session:
            discard_draft(actor, view.draft.key, session=session, reason=reason or "")

    if reason:
        run_action(discard)


def _regenerate(actor: Actor, view: DraftView, *, label: str) -> None:
    if not actor.can(Permission.DRAFTS_REQUEST):
        return
    conversation_id = view.draft.conversation_id
    with st.popover(label, icon=":material/refresh:", type="tertiary", key=f"again_{conversation_id}"):
        key = f"draft_note_{conversation_id}"

        def start() -> None:
            note = st.session_state.get(key, "")
            run_action(lambda: get_process().runner.start(conversation_id, actor=actor, note=note))

        with st.form(f"again_form_{conversation_id}", border=False):
            st.text_input(
                "What should be different? (optional)",
                key=key,
                max_chars=500,
                placeholder="Shorter. Mention the refund window.",
            )
            st.form_submit_button("Write it again", on_click=start)


def _strength(confidence: float | None) -> str:
    return "thin" if (confidence or 0) < 0.45 else "fair" if (confidence or 0) < 0.7 else "strong"


def _origin(actor: Actor, view: DraftView) -> str:
    draft = view.draft
    parts = [f"Written {clock(draft.created_at, actor.time_zone)}"]
    if draft.model:
        parts.append(f"by {draft.model}")
    if draft.build_id:
        parts.append(f"build {draft.build_id[:8]}")
    if draft.stages:
        parts.append(f"in {sum(draft.stages.values()):.0f} ms")
    return " · ".join(parts)


def _segments(view: DraftView) -> list[Segment]:
    """The text cut at sentence ends, each cited sentence followed by its numbers."""
    text, at, segments = view.draft.text, 0, list[Segment]()
    titles = {step.label: step.title for step in view.steps}
    for end in sorted({cite.end for cite in view.citations} | {each.end for each in view.supports}):
        cites: list[Cite] = [
            {"number": number, "title": cite.passage.title, "quote": cite.quote}
            for number, cite in numbered(view)
            if cite.end == end
        ]
        cites += [
            {"number": number, "title": titles.get(cite.label, "From the case"), "quote": cite.quote}
            for number, cite in numbered_supports(view)
            if cite.end == end
        ]
        segments.append({"text": text[at:end], "cites": cites})
        at = end
    segments.append({"text": text[at:]})
    return segments
