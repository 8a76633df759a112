"""How a queue is drawn: the strategy, what it wants to know, and what is left out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.criteria import Criterion, choices
from core.errors import InvalidInput
from core.labelling import Parameter, Strategy, get_strategy, strategies
from pages.widgets.labels import CHANNELS, LANGUAGES


def choose_strategy(*, key: str) -> Strategy:
    """One of them, by what people call it."""
    probability_first = sorted(strategies(), key=lambda each: not each.probability)
    offered = {each.name: each.label for each in probability_first}
    return get_strategy(st.selectbox("Drawn", list(offered), format_func=offered.__getitem__, key=key))


def ask_parameters(
    strategy: Strategy, criterion: Criterion, criteria: list[Criterion], *, prefix: str
) -> dict[str, Any]:
    """What the strategy wants to know; what was left empty is left out."""
    answers = {
        parameter.name: _ask(parameter, criterion, criteria, f"{prefix}{strategy.name}_{parameter.name}")
        for parameter in strategy.parameters
    }
    return {name: answer for name, answer in answers.items() if answer}


def ask_filters(strategy: Strategy, *, prefix: str) -> dict[str, Any]:
    """What the items must have; empty filters are left out."""
    first, second = st.columns(2)
    found: dict[str, Any] = {
        "channel": first.selectbox(
            "Channel",
            ["", *CHANNELS],
            format_func=lambda channel: CHANNELS.get(channel, "Any"),
            key=f"{prefix}channel",
        ),
        "locale": second.selectbox(
            "Language",
            ["", *LANGUAGES],
            format_func=lambda locale: LANGUAGES.get(locale, "Any"),
            key=f"{prefix}locale",
        ),
    }
    since = first.date_input("Begun on or after", None, key=f"{prefix}since")
    until = second.date_input("Begun before", None, key=f"{prefix}until")
    found |= {"since": since.isoformat() if since else "", "until": until.isoformat() if until else ""}
    found["status"] = (
        "resolved" if st.checkbox("Only resolved conversations", key=f"{prefix}resolved") else ""
    )
    unjudged = st.checkbox(
        "Leave out what a person has judged by this version",
        value=strategy.unjudged,
        key=f"{prefix}unjudged_{strategy.name}",
    )
    found = {name: value for name, value in found.items() if value}
    return found if unjudged == strategy.unjudged else found | {"unjudged": unjudged}


def _ask(parameter: Parameter, criterion: Criterion, criteria: list[Criterion], key: str) -> str:
    if parameter.kind == "text":
        return st.text_input(parameter.label, parameter.default, max_chars=500, key=key).strip()
    if parameter.kind == "judge":
        return st.text_input(parameter.label, parameter.default, max_chars=200, key=key).strip()
    if parameter.kind == "choice":
        offered = dict(parameter.choices)
    elif parameter.kind == "criterion":
        offered = {each.name: each.question for each in criteria}
    elif parameter.kind == "answer":
        offered = {each: each.replace("_", " ") for each in choices(criterion)}
    else:
        raise InvalidInput(f"This page does not know how to ask for {parameter.label!r}.")
    names = list(offered) if parameter.required or parameter.default else ["", *offered]
    at = names.index(parameter.default) if parameter.default in names else 0
    chosen: str = st.selectbox(
        parameter.label, names, at, format_func=lambda name: offered.get(name, "Any"), key=key
    )
    return chosen
