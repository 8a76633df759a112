"""What an author chooses about a prompt, and what judging by it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.classifiers import DEFAULT_BATCH, MAX_BATCH, MAX_INSTRUCTIONS, MAX_SHOWN, METHODS, Estimate
from pages.widgets.style import escape

_METHODS = {
    "auto": "As the model allows",
    "structured": "Written answer with a reason",
    "decisions": "Decisions endpoint (OpenAI), no reasons",
}


def draw_prompt_settings(settings: Mapping[str, Any], *, key: str) -> dict[str, Any]:
    """Draw the fields, filled with ``settings``.

    Args:
        key: begins the keys of the fields; another one fills them anew.

    Returns:
        The settings as they stand in the fields. Drawing alone changes nothing, and examples that were
        chosen by hand stay until a number is given.
    """
    instructions = st.text_area(
        "Instructions for the model",
        str(settings.get("instructions", "")),
        height=140,
        max_chars=MAX_INSTRUCTIONS,
        key=f"{key}_instructions",
        placeholder="What the guidance does not say: typical mix-ups, words that mislead.",
        help="Sent with the question, its guidance and its answers. Personal data in examples and texts is "
        "hidden before they are sent; these words are sent as you write them.",
    )
    chosen = settings.get("examples")
    by_hand = isinstance(chosen, list | tuple)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        count = st.number_input(
            "Examples shown",
            0,
            MAX_SHOWN,
            None if chosen is None or by_hand else int(chosen),
            step=1,
            key=f"{key}_examples",
            placeholder=f"{len(chosen)} by hand" if by_hand and chosen else "automatic",
            width=150,
            help="Taken evenly from all answers, different from each other; never held-out ones. Automatic: "
            "two for each answer, at most 40.",
        )
        batch = st.number_input(
            "Texts a request",
            1,
            MAX_BATCH,
            int(settings.get("batch", DEFAULT_BATCH)),
            step=1,
            key=f"{key}_batch",
            width=150,
            help="More is cheaper. 1 is the most careful: no text can sway the answer to another one.",
        )
        method = st.selectbox(
            "How it answers",
            METHODS,
            METHODS.index(settings["method"]) if settings.get("method") in METHODS else 0,
            format_func=_METHODS.__getitem__,
            key=f"{key}_method",
            width=300,
        )
    changed: dict[str, Any] = {**settings}
    _put(changed, "instructions", instructions, usual="")
    _put(changed, "batch", int(batch), usual=DEFAULT_BATCH)
    _put(changed, "method", method, usual="auto")
    if count is not None or not by_hand:
        _put(changed, "examples", None if count is None else int(count), usual=None)
    return changed


def draw_cost(estimate: Estimate) -> None:
    """One line: what judging so many texts costs, how long it takes, and from what that follows."""
    if not estimate.texts:
        st.caption("There is nothing to judge yet, so nothing to pay.")
        return
    st.caption(
        escape(cost_words(estimate)),
        help=f"{_counted(estimate.requests, 'request')} with about {estimate.input_tokens:,} tokens to read "
        f"and {estimate.output_tokens:,} to write, estimated from the length of the texts. The real cost is "
        "counted with each request.",
    )


def cost_words(estimate: Estimate) -> str:
    """``Judging 1,200 texts costs about $0.42 and takes about 3 minutes.``"""
    what = f"Judging {_counted(estimate.texts, 'text')}"
    time = f"takes {_duration(estimate.seconds)}"
    if estimate.cost is None:
        return (
            f"{what} {time}. What it costs is not known: no price is set (RATCHET_MODEL_PRICE_INPUT and "
            "RATCHET_MODEL_PRICE_OUTPUT)."
        )
    return f"{what} costs {_money(estimate.cost)} and {time}."


def _put(settings: dict[str, Any], name: str, value: Any, *, usual: Any) -> None:
    if value != settings.get(name, usual):
        settings[name] = value


def _money(dollars: float) -> str:
    if dollars < 0.01:
        return "less than $0.01"
    return f"about ${dollars:,.2f}" if dollars < 100 else f"about ${dollars:,.0f}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {_counted(max(1, round(seconds)), 'second')}"
    if seconds < 90 * 60:
        return f"about {_counted(round(seconds / 60), 'minute')}"
    return f"about {_counted(round(seconds / 3600), 'hour')}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
