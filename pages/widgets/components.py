"""The small browser components Ratchet draws itself; the labeller has a module of its own.

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


class MarkedSubject(TypedDict):
    """Whose words can be marked. ``type``: draft, reply or message."""

    type: str
    id: int


class Marked(MarkedSubject, total=False):
    """What somebody wants to flag, as the browser says it; without ``start`` and ``end`` all of it."""

    start: int
    end: int
    strength: str


class Segment(TypedDict, total=False):
    """A run of text. ``kind``: "", mark, insert or delete."""

    text: str
    kind: str
    cites: list[Cite]


def register(name: str, html: str, *, parts: Sequence[str] = ()) -> Any:
    """A component of ``frontend/<name>.css`` and ``.js``; ``parts`` name scripts to put before it."""
    css = (_FRONTEND / f"{name}.css").read_text("utf-8")
    return st.components.v2.component(f"ratchet_{name}", html=html, css=css, js=script(name, parts=parts))


def script(name: str, *, parts: Sequence[str] = ()) -> str:
    """The JavaScript module of a component."""
    return "\n".join((_FRONTEND / f"{part}.js").read_text("utf-8") for part in ("listening", *parts, name))


_queue = register("queue", '<div class="root"></div>')
_thread = register("thread", '<div class="thread" role="log" aria-label="Messages"></div>', parts=["marking"])
_composer = register(
    "composer",
    '<div class="composer"><textarea rows="3"></textarea><div class="bar">'
    '<span class="note" role="status"></span>'
    '<button class="send" type="button"><span class="label"></span><kbd>Ctrl ↵</kbd></button></div></div>',
)
_rich_text = register("rich_text", '<div class="text"></div>', parts=["marking"])
_flag_button = register("flag_button", '<div class="place"></div>', parts=["marking"])
_choice_keys = register("choice_keys", '<div class="keys"></div>')


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


def thread(
    conversation_id: int,
    messages: Sequence[dict[str, Any]],
    *,
    flagging: bool = False,
    whole: MarkedSubject | None = None,
    on_flag: Callable[[Marked], None] | None = None,
) -> None:
    """The messages of a conversation, oldest first.

    Args:
        flagging: S and W, and a button on each message with a ``subject``, ask to flag.
        whole: what they mean when no words are selected.
        on_flag: gets what is to be flagged; empty when there is nothing of ours.
    """

    def asked() -> None:
        if on_flag is not None:
            on_flag(st.session_state["thread"]["flag"])

    _thread(
        key="thread",
        data={
            "conversation": conversation_id,
            "messages": list(messages),
            "flagging": flagging,
            "whole": whole,
        },
        on_flag_change=asked,
    )


def still_thread(messages: Sequence[dict[str, Any]], *, key: str) -> None:
    """Messages as they once were, oldest first. Nothing can be done to them, and the page does not scroll."""
    _thread(
        key=key,
        data={
            "conversation": key,
            "messages": list(messages),
            "flagging": False,
            "whole": None,
            "still": True,
        },
    )


def flag_button(subject: MarkedSubject, flags: Sequence[str], *, key: str) -> None:
    """A small button that flags a text shown elsewhere; works beside :func:`thread`."""
    _flag_button(key=key, data={"subject": subject, "flags": list(flags)}, width="content")


def choice_keys(*, choices: str, save: str, once: str) -> None:
    """Keys 1 to 9 choose from the widget with key ``choices``, Enter presses the button in ``save``.

    Args:
        once: the choice gets the focus when this value is new.
    """
    _choice_keys(key="choice_keys", data={"choices": choices, "save": save, "once": once})


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
    segments: Sequence[Segment],
    *,
    key: str,
    small: bool = False,
    clip: bool = False,
    caret: bool = False,
    subject: MarkedSubject | None = None,
) -> None:
    """Text with marks, differences or citation numbers. ``subject``: what is flagged by marking words."""
    classes = [name for name, wanted in (("small", small), ("clip", clip), ("caret", caret)) if wanted]
    _rich_text(key=key, data={"segments": list(segments), "classes": classes, "subject": subject})
