"""How a criterion looks to the person who labels by it."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.criteria import Content, choices

KEYS = 9
_SHOWN = 60  # of the answers beyond the keys; the rest are found by typing
_BEFORE = {
    "many_of": "All that apply, then Enter",
    "span": "Select the words first",
    "note": "Write, then Enter",
}


def show(content: Content) -> None:
    """Draw the question, its keys and its guidance."""
    answers = choices(content.as_criterion(name=""))
    with st.container(key="criteria_preview"):
        st.html(
            f'<div class="question">{escape(content.question) or "Your question"}</div>'
            + _hint(content.kind)
            + "".join(_answer(number, each) for number, each in enumerate(answers[:_SHOWN], start=1))
            + _rest(len(answers))
            + (f'<div class="guidance">{escape(content.guidance)}</div>' if content.guidance else "")
        )


def _hint(kind: str) -> str:
    return f'<div class="hint">{_BEFORE[kind]}</div>' if kind in _BEFORE else ""


def _answer(number: int, answer: str) -> str:
    key = f"<kbd>{number}</kbd>" if number <= KEYS else '<kbd class="none"></kbd>'
    return f'<div class="answer">{key}<span>{escape(answer)}</span></div>'


def _rest(count: int) -> str:
    if count <= KEYS:
        return ""
    more = f"{count - _SHOWN:,} more are not shown here. " if count > _SHOWN else ""
    keys = "The keys 1 to 9 serve the first nine; the others are chosen by typing."
    return f'<div class="hint">{more}{keys}</div>'
