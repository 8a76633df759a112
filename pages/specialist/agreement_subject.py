"""What was judged, with the words people marked, and the thread around it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from core.identity import Actor
from core.labelling import SubjectMessage, SubjectView, find_subject
from pages.process import get_process
from pages.widgets.components import Segment, rich_text
from pages.widgets.style import escape
from pages.widgets.times import moment

_MOST = 40
_WORDS = {"conversation": "Conversation", "message": "Message", "draft": "AI draft", "reply": "Reply"}
_AUTHORS = {"customer": "Customer", "rep": "Rep", "assistant": "Assistant", "system": "System"}

Span = dict[str, Any]


def show(actor: Actor, subject_type: str, subject_id: int, *, spans: Iterable[Span] = (), key: str) -> None:
    """Draw the judged part, and the conversation it belongs to."""
    with get_process().database.reading() as session:
        subject = find_subject(subject_type, subject_id, session=session)
    if subject is None:
        st.info("What was judged is no longer there, or was taken back before it was sent.")
        return
    marks = list(spans)
    st.caption(escape(f"{_WORDS[subject.type]} · {subject.title}"))
    if subject.type != "conversation":
        with st.container(border=True, key=f"{key}_judged"):
            rich_text(segments(_said(subject), marks), key=f"{key}_text")
    thread = st.expander("The conversation", expanded=subject.type == "conversation", key=f"{key}_thread")
    with thread, st.container(height=230, border=False):
        hidden = len(subject.messages) - _MOST
        if hidden > 0:
            st.caption(f"{hidden} earlier messages are not shown.")
        for message in subject.messages[-_MOST:]:
            _message(actor, message, marks, key=f"{key}_message_{message.id}")


def segments(text: str, spans: Iterable[Span]) -> list[Segment]:
    """The text in pieces, those that any span covers marked."""
    found: list[Segment] = []
    at = 0
    for start, end in sorted((int(span["start"]), int(span["end"])) for span in spans):
        start, end = max(at, start), min(end, len(text))
        if start >= end:
            continue
        found += [{"text": text[at:start], "kind": ""}, {"text": text[start:end], "kind": "mark"}]
        at = end
    found.append({"text": text[at:], "kind": ""})
    return [segment for segment in found if segment["text"]]


def _said(subject: SubjectView) -> str:
    if subject.text:
        return subject.text
    return f"The AI did not answer ({subject.reason.replace('_', ' ')}). {subject.question}".strip()


def _message(actor: Actor, message: SubjectMessage, marks: list[Span], *, key: str) -> None:
    who = message.name or _AUTHORS.get(message.author, message.author)
    judged = " · **judged**" if message.judged else ""
    st.caption(f"{escape(who)} · {escape(moment(message.created_at, actor.time_zone))}{judged}")
    own = [span for span in marks if span.get("message_id") == message.id]
    rich_text(segments(message.text, own), key=key, small=True)
