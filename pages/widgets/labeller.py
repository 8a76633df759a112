"""The card on which people label: a subject, a question, answers by key. Drawn in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

import streamlit as st

from pages.widgets.components import register

_KEY = "labeller"

_labeller = register(
    "labeller", '<div class="labeller"></div>', parts=("labeller_subject", "labeller_words", "labeller_side")
)


class CardQueue(TypedDict):
    id: int
    name: str
    drawn: str


class CardProgress(TypedDict):
    """``undo``: whether there is an answer of this person's to take back."""

    done: int
    total: int
    words: str
    undo: bool


class CardOver(TypedDict):
    """What is said in place of an item."""

    title: str
    text: str
    undo: bool


class CardData(TypedDict):
    """What the card shows. ``turn`` grows with each event that was dealt with; until then keys wait.

    ``visit`` tells one showing of an item from the next. ``item`` is what
    :func:`pages.rep.label_words.card_item` makes.
    """

    turn: int
    visit: int
    problem: str
    queue: CardQueue
    progress: CardProgress
    item: dict[str, Any] | None
    over: CardOver | None


class CardEvent(TypedDict, total=False):
    """A key press. ``kind``: answer, skip, undo or go_on; ``assignment``: what was on the screen, or 0."""

    kind: str
    assignment: int
    answer: list[str]
    reason: str
    span: dict[str, Any] | None
    seconds: float


def labeller(data: CardData, *, on_event: Callable[[CardEvent], None]) -> None:
    """Draw the card; ``on_event`` hears of each key press before the next run draws it again."""

    def happened() -> None:
        on_event(_event(st.session_state[_KEY]["event"]))

    _labeller(key=_KEY, data=data, on_event_change=happened)


def _event(sent: Mapping[str, Any]) -> CardEvent:
    """What the browser sent, as far as it has the types it should have."""
    assignment, answer, span, seconds = (
        sent.get(name) for name in ("assignment", "answer", "span", "seconds")
    )
    return CardEvent(
        kind=str(sent.get("kind", "")),
        assignment=assignment if isinstance(assignment, int) else 0,
        answer=[str(each) for each in answer] if isinstance(answer, list) else [],
        reason=str(sent.get("reason") or ""),
        span=dict(span) if isinstance(span, Mapping) else None,
        seconds=float(seconds) if isinstance(seconds, int | float) else 0.0,
    )
