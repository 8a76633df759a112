"""Title and text of an article, typed by several people at once: the browser's side of saving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import streamlit as st

from pages.widgets.components import register


class Typed(TypedDict):
    """What the two fields say."""

    title: str
    body: str


class Report(TypedDict):
    """What somebody typed.

    ``base`` is what the fields said before, as the browser knows; ``known`` the last report it heard an
    answer to: when a later one arrived, its text is the truer base.
    """

    tab: str
    seq: int
    known: int
    base: Typed
    text: Typed


class Answer(TypedDict):
    """Which report was dealt with; ``refused`` when it could not be stored."""

    tab: str
    seq: int
    refused: bool


class Place(TypedDict):
    """A line of the text to show, once for each ``stamp``."""

    line: int
    stamp: str


# disabled until the script is there: what is typed before that would be overwritten
_editor = register(
    "article_editor",
    '<div class="editor"><input class="title" aria-label="Title" placeholder="Title" maxlength="500" '
    'dir="auto" disabled><textarea class="body" aria-label="Text in Markdown" dir="auto" disabled '
    'placeholder="Write in Markdown: ## for a heading, - for a list, **bold**"></textarea>'
    '<div class="bar"><span class="note" role="status"></span><span class="hint">Markdown</span></div></div>',
)


def article_editor(
    edit_id: int,
    *,
    text: Typed,
    saved: str,
    answered: Answer | None,
    problem: str = "",
    disabled: bool = False,
    goto: Place | None = None,
    beside: str = "",
    on_typed: Callable[[Report], None],
) -> None:
    """The fields. They are replaced by ``text`` only while nothing that was typed waits to be saved.

    Args:
        saved: said while everything is saved.
        answered: the last report that was dealt with in this session.
        problem: why it was refused.
        beside: key of a container in a tab that shows the same text; the tab goes along when that scrolls.
    """
    key = f"article_editor_{edit_id}"

    def typed() -> None:
        report = _report(st.session_state[key]["typed"])
        if report is not None:
            on_typed(report)

    _editor(
        key=key,
        data={
            "edit": edit_id,
            "text": text,
            "saved": saved,
            "answered": answered,
            "problem": problem,
            "disabled": disabled,
            "goto": goto,
            "beside": beside,
        },
        on_typed_change=typed,
    )


def _report(value: Any) -> Report | None:
    """A report as it came from the browser; None for what is not one."""
    if not isinstance(value, dict):
        return None
    base, text = value.get("base"), value.get("text")
    if not isinstance(base, dict) or not isinstance(text, dict):
        return None
    return Report(
        tab=str(value.get("tab", ""))[:64],
        seq=int(value.get("seq", 0)),
        known=int(value.get("known", 0)),
        base=_typed(base),
        text=_typed(text),
    )


def _typed(value: dict[str, Any]) -> Typed:
    return Typed(title=str(value.get("title", "")), body=str(value.get("body", "")))
