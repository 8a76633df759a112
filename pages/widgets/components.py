"""The four small browser components Ratchet draws itself.

Streamlit's own widgets are used everywhere else. These exist because a queue of fifty rows, a
long thread and a text that must survive a refresh are cheaper and better as one element each.
Data goes in as plain values and is written with ``textContent``; nothing is ever HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

_FRONTEND = Path(__file__).parent / "frontend"


class Cite(TypedDict):
    number: int
    title: str
    quote: str


class Segment(TypedDict, total=False):
    """A run of text. ``kind``: "", mark, insert or delete."""

    text: str
    kind: str
    cites: list[Cite]


def _register(name: str, html: str) -> Any:
    css, js = ((_FRONTEND / f"{name}.{suffix}").read_text("utf-8") for suffix in ("css", "js"))
    return st.components.v2.component(f"ratchet_{name}", html=html, css=css, js=js)


_queue = _register("queue", '<div class="root"></div>')
_thread = _register("thread", '<div class="thread" role="log" aria-label="Messages"></div>')
_composer = _register(
    "composer",
    '<div class="composer"><textarea rows="3"></textarea><div class="bar">'
    '<span class="note" role="status"></span>'
    '<button class="send" type="button"><span class="label"></span><kbd>Ctrl ↵</kbd></button></div></div>',
)
_rich_text = _register("rich_text", '<div class="text"></div>')


def queue_list(
    rows: Sequence[dict[str, Any]],
    *,
    selected: int | None,
    more: bool,
    empty: str,
    on_open: Callable[[int], None],
    on_more: Callable[[], None],
    on_help: Callable[[], None],
) -> None:
    """The queue: one dense row a conversation; J and K move, ``/`` searches, ``?`` asks for help."""

    def opened() -> None:
        on_open(int(st.session_state["queue_list"]["open"]))

    _queue(
        key="queue_list",
        data={"rows": list(rows), "selected": selected, "more": more, "empty": empty},
        on_open_change=opened,
        on_more_change=on_more,
        on_help_change=on_help,
    )


def thread(conversation_id: int, messages: Sequence[dict[str, Any]]) -> None:
    """The messages of a conversation, oldest first."""
    _thread(key="thread", data={"conversation": conversation_id, "messages": list(messages)})


def composer(
    conversation_id: int,
    *,
    revision: str,
    text: str,
    saved: str,
    placeholder: str,
    label: str,
    hint: str,
    problem: str = "",
    disabled: bool = False,
    focus: bool = False,
    on_text: Callable[[str, str], None],
    on_send: Callable[[str, str], None],
) -> None:
    """The rep's reply. Both callbacks get ``(revision, text)``."""
    key = f"composer_{conversation_id}"

    def changed() -> None:
        value = st.session_state[key]["typed"]
        on_text(value["revision"], value["text"])

    def sent() -> None:
        value = st.session_state[key]["send"]
        on_send(value["revision"], value["text"])

    _composer(
        key=key,
        data={
            "conversation": conversation_id,
            "revision": revision,
            "text": text,
            "saved": saved,
            "placeholder": placeholder,
            "label": label,
            "hint": hint,
            "problem": problem,
            "disabled": disabled,
            "focus": focus,
        },
        on_typed_change=changed,
        on_send_change=sent,
    )


def rich_text(
    segments: Sequence[Segment], *, key: str, small: bool = False, clip: bool = False, caret: bool = False
) -> None:
    """Text with marks, differences or citation numbers."""
    classes = [name for name, wanted in (("small", small), ("clip", clip), ("caret", caret)) if wanted]
    _rich_text(key=key, data={"segments": list(segments), "classes": classes})
