"""How a criterion looks to the person who labels by it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.criteria import Content, choices

KEYS = 9
_SHOWN = 60  # answers; a list of hundreds says nothing more
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
            + "".join(_answer(number, each) for number, each in enumerate(answers[:KEYS], start=1))
            + _rest(answers)
            + (f'<div class="guidance">{escape(content.guidance)}</div>' if content.guidance else "")
        )


def _hint(kind: str) -> str:
    return f'<div class="hint">{_BEFORE[kind]}</div>' if kind in _BEFORE else ""


def _answer(number: int, answer: str) -> str:
    return f'<div class="answer"><kbd>{number}</kbd><span>{escape(answer)}</span></div>'


def _rest(answers: Sequence[str]) -> str:
    """The answers beyond the keys, in one paragraph."""
    if len(answers) <= KEYS:
        return ""
    listed = ", ".join(answers[KEYS:_SHOWN])
    more = f" and {len(answers) - _SHOWN:,} more" if len(answers) > _SHOWN else ""
    return f'<div class="hint">Beyond the keys, chosen by typing: {escape(listed)}{more}.</div>'
