"""Writing a prompt, and what it costs to make a version of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.classifiers import Desk, estimate_cost, measured_request_seconds, read_examples
from core.errors import InvalidInput
from core.identity import Actor
from pages.process import get_process
from pages.specialist.classifiers import prompt
from pages.specialist.classifiers.write import state
from pages.specialist.classifiers.write.settings import SettingsDraft, show_standing
from pages.widgets.style import escape
from pages.widgets.typing_pause import commit_while_typing

_WORDS = {
    "instructions": "Instructions",
    "examples": "Examples shown",
    "batch": "Texts a request",
    "method": "How it answers",
}


def draw(desk: Desk, user: Actor) -> None:
    """The fields, whether they are stored, and what making a version costs."""
    draft = SettingsDraft(desk, user, refill=False)
    st.caption(
        "The model is asked with the question, its guidance and its answers as they stand under Criteria, "
        "and with what you write here."
    )
    if not state.may_write(desk, user):
        st.code(in_words(draft.settings) or "(nothing beside the guidance)", language=None, wrap_lines=True)
        return
    within = f"classifier_prompt_{desk.classifier.key}"
    with st.container(key=within):
        written = prompt.draw_prompt_settings(
            draft.settings, key=f"classifier_prompt_{desk.classifier.key}_{draft.generation}"
        )
    commit_while_typing(within)
    if written != draft.settings:
        draft.write(written)
    elif draft.outdated:
        draft.take_theirs()
        st.rerun()
    show_standing(draft, in_words)
    if wrong := desk.kind.problems(desk.question, draft.settings):
        st.warning("  \n".join(escape(each) for each in wrong), icon=":material/warning:")
    draw_cost(desk)


def draw_cost(desk: Desk) -> None:
    """Of a prompt, what making a version now costs: the model is asked about every example."""
    if desk.classifier.kind != "prompt":
        return
    process = get_process()
    with process.database.reading() as session:
        examples = read_examples(desk.classifier.key, session=session)
        seconds = measured_request_seconds(session=session, settings=process.settings)
    try:
        estimate = estimate_cost(
            desk.question,
            desk.classifier.settings,
            examples,
            services=process.services,
            subjects=[each.subject for each in examples],
            seconds_a_request=seconds,
        )
    except InvalidInput:  # said where the settings are
        return
    if examples:
        st.caption("**Making a version measures it on every example.**")
    prompt.draw_cost(estimate)


def in_words(settings: Mapping[str, Any]) -> str:
    """What the author chose, a line each."""
    return "\n".join(
        f"{words}: {settings[name]}" for name, words in _WORDS.items() if settings.get(name) not in (None, "")
    )
