"""Writing a case by hand. What is typed stays until it is stored, whatever else is opened meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from core.evals import EvalCase, case_facets, create_case, similar_cases
from core.identity import Actor
from pages.process import get_process
from pages.specialist.evals.cases import expectations, state
from pages.specialist.evals.cases.expectation_fields import read_pairs
from pages.specialist.evals.cases.words import NO_POLARITY, POLARITIES, theme_words
from pages.widgets.labels import CHANNELS, LANGUAGES
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape
from pages.widgets.times import zone
from pages.widgets.typing_pause import commit_while_typing

_PREFIX = "new_case_"
_AUTHORS = {"customer": "Customer", "rep": "Rep", "assistant": "Assistant", "system": "System"}
_MESSAGES, _STEPS = f"{_PREFIX}messages", f"{_PREFIX}steps"
"""Numbers of the messages and tool results there are; a number is never given twice."""


def draw(user: Actor) -> None:
    """Draw the form."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{_PREFIX}head"):
        st.button(
            "All cases",
            icon=":material/chevron_left:",
            type="tertiary",
            key=f"{_PREFIX}back",
            help="What you typed stays here until you come back.",
            on_click=state.show,
            args=(state.LIST,),
        )
        st.subheader("New case", anchor=False, width="stretch")
        st.button(
            "Start over", type="tertiary", key=f"{_PREFIX}clear", on_click=state.forget, args=(_PREFIX,)
        )
    left, right = st.columns([1.25, 1], gap="large")
    with left, st.container(key=f"{_PREFIX}left", gap="small"):
        name = st.text_input(
            "Name",
            key=f"{_PREFIX}name",
            max_chars=300,
            placeholder="Asks for a refund after 40 days",
            autocomplete="off",
            persist_state="session",
        )
        messages = _messages()
        _alike(user, messages)
        surroundings = _surroundings(user)
    with right, st.container(key=f"{_PREFIX}right", gap="small"):
        st.markdown("**What is expected**")
        expected = expectations.edit(user, prefix=f"{_PREFIX}x_")
        filing = _filing(user)
    commit_while_typing(f"{_PREFIX}left")
    values = {"name": name, "messages": messages, "expectations": expected, **surroundings, **filing}
    # not in a callback, which would get what the fields held before the click
    if st.button("Create case", type="primary", icon=":material/check:", key=f"{_PREFIX}go"):
        _create(user, values)


def _numbers(key: str, begin: int) -> list[int]:
    numbers: list[int] = st.session_state.setdefault(key, list(range(begin)))
    return numbers


def _another(key: str) -> None:
    numbers = _numbers(key, 0)
    top = int(st.session_state.get(f"{key}_top", max(numbers, default=-1))) + 1
    st.session_state[f"{key}_top"] = top
    st.session_state[key] = [*numbers, top]


def _without(key: str, number: int) -> None:
    st.session_state[key] = [each for each in _numbers(key, 0) if each != number]


def _messages() -> list[dict[str, str]]:
    st.markdown("**The conversation**")
    found = []
    numbers = _numbers(_MESSAGES, 1)
    for place, number in enumerate(numbers, start=1):
        with st.container(
            horizontal=True, vertical_alignment="top", gap="small", key=f"{_PREFIX}message_{number}"
        ):
            author = st.selectbox(
                f"Who writes message {place}",
                list(_AUTHORS),
                format_func=_AUTHORS.__getitem__,
                key=f"{_PREFIX}author_{number}",
                label_visibility="collapsed",
                width=124,
                persist_state="session",
            )
            text = st.text_area(
                f"Message {place}",
                key=f"{_PREFIX}text_{number}",
                label_visibility="collapsed",
                placeholder="What the customer asks" if place == 1 else "What is said next",
                height=96,
                persist_state="session",
            )
            if len(numbers) > 1:
                st.button(
                    "Remove",
                    type="tertiary",
                    icon=":material/close:",
                    key=f"{_PREFIX}message_out_{number}",
                    on_click=_without,
                    args=(_MESSAGES, number),
                )
        if text.strip() or len(numbers) == 1:
            found.append({"author": author, "text": text})
    st.button(
        "Add a message",
        type="tertiary",
        icon=":material/add:",
        key=f"{_PREFIX}message_more",
        on_click=_another,
        args=(_MESSAGES,),
    )
    return found


def _alike(user: Actor, messages: list[dict[str, str]]) -> None:
    """Say so while it is written, when there is such a case already."""
    said = "\n".join(each["text"] for each in messages if each["author"] == "customer")
    if len(said.split()) < 3:
        return
    with get_process().database.reading() as session:
        near = similar_cases(user, said, session=session)
    if near:
        first = near[0]
        named = "a held-out case" if first.hidden else f"“{first.name}” (case {first.case_id})"
        more = f" and {len(near) - 1:,} more" if len(near) > 1 else ""
        st.warning(
            escape(f"The customer says nearly the same in {named}{more}."), icon=":material/content_copy:"
        )


def _surroundings(user: Actor) -> dict[str, Any]:
    with st.container(horizontal=True, gap="small"):
        channel = st.selectbox(
            "Channel",
            list(CHANNELS),
            format_func=CHANNELS.__getitem__,
            key=f"{_PREFIX}channel",
            persist_state="session",
        )
        locale = st.selectbox(
            "Language",
            list(LANGUAGES),
            index=None,
            format_func=LANGUAGES.__getitem__,
            key=f"{_PREFIX}locale",
            placeholder="As it is written",
            persist_state="session",
        )
        moment = st.datetime_input(
            "When it happens",
            value=None,
            key=f"{_PREFIX}moment",
            help="In your time zone. It decides which articles are known; empty: those of today.",
            persist_state="session",
        )
    with st.expander(
        "Customer, tool results and system message", icon=":material/tune:", key=f"{_PREFIX}more"
    ):
        customer = st.text_area(
            "What is known about the customer",
            key=f"{_PREFIX}customer",
            placeholder="name: Ada Lovelace\nplan: pro",
            help="One fact a line, name: value.",
            height=90,
            persist_state="session",
        )
        steps = _steps()
        system = st.text_area(
            "System message",
            key=f"{_PREFIX}system",
            help="Only for runs that ask the model alone.",
            height=90,
            persist_state="session",
        )
    return {
        "channel": channel,
        "locale": locale or "",
        "moment": _aware(moment, user),
        "customer": {name: str(value) for name, value in read_pairs(customer).items()},
        "steps": steps,
        "system": system,
    }


def _steps() -> list[dict[str, Any]]:
    found = []
    for number in _numbers(_STEPS, 0):
        with st.container(
            horizontal=True, vertical_alignment="top", gap="small", key=f"{_PREFIX}step_{number}"
        ):
            action = st.text_input(
                "Tool",
                key=f"{_PREFIX}step_action_{number}",
                placeholder="find_invoice",
                width=160,
                persist_state="session",
            )
            said = st.text_area(
                "What it found",
                key=f"{_PREFIX}step_said_{number}",
                placeholder="Invoice 2026-7 was paid on 3 March.",
                help="One statement a line.",
                height=80,
                persist_state="session",
            )
            st.button(
                "Remove",
                type="tertiary",
                icon=":material/close:",
                key=f"{_PREFIX}step_out_{number}",
                on_click=_without,
                args=(_STEPS, number),
            )
        if action.strip() or said.strip():
            lines = [line.strip() for line in said.splitlines() if line.strip()]
            found.append({"action": action.strip(), "statements": lines, "summary": " ".join(lines)})
    st.button(
        "Add a tool result",
        type="tertiary",
        icon=":material/add:",
        key=f"{_PREFIX}step_more",
        on_click=_another,
        args=(_STEPS,),
    )
    return found


def _filing(user: Actor) -> dict[str, Any]:
    with get_process().database.reading() as session:
        facets = case_facets(user, session=session)
    with st.expander("How it is filed", icon=":material/folder:", key=f"{_PREFIX}filing"):
        theme = st.selectbox(
            "Theme",
            list(facets.themes),
            index=None,
            format_func=theme_words,
            key=f"{_PREFIX}theme",
            placeholder="None. Choose or type one",
            accept_new_options=True,
            persist_state="session",
        )
        tags = st.multiselect(
            "Tags",
            list(facets.tags),
            key=f"{_PREFIX}tags",
            placeholder="None. Choose or type some",
            accept_new_options=True,
            persist_state="session",
        )
        polarity = st.segmented_control(
            "What was done then",
            ["", *POLARITIES],
            default="",
            required=True,
            format_func=lambda each: POLARITIES.get(each, NO_POLARITY),
            key=f"{_PREFIX}polarity",
            persist_state="session",
        )
        critical = st.toggle(
            "Critical: no change may make it fail", key=f"{_PREFIX}critical", persist_state="session"
        )
        accepted = st.toggle(
            "Accept it at once",
            key=f"{_PREFIX}accepted",
            help="Otherwise somebody reviews it.",
            persist_state="session",
        )
    return {
        "theme": theme or "",
        "tags": tags,
        "polarity": polarity or "",
        "critical": critical,
        "state": "accepted" if accepted else "candidate",
    }


def _aware(moment: datetime | None, user: Actor) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=zone(user.time_zone))


def _create(user: Actor, values: dict[str, Any]) -> None:
    def act() -> EvalCase:
        with get_process().database.transaction() as session:
            return create_case(user, session=session, **values)

    made = run_action(act)
    if made is not None:
        state.forget(_PREFIX)
        state.open_case(made.key)
        notify("The case is stored.")
        st.rerun()
